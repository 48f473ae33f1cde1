"""squared_distance and its backward: document, check, hand on.

Both raise ArgumentTypeError for arrays that are not floats, or dtypes that differ, and BadakError
for shapes that do not fit.
"""

from badak import checks
from badak.arrays import Array, as_floats, check_shape
from badak.errors import BadakError
from badak.ops import edition


def squared_distance(x: Array, centres: Array) -> Array:
    """Return each row's squared distance to each centre (LeCun et al. 1998, equation 7).

    Args:
        x: (N, D), float32 or float64.
        centres: (K, D) of the same dtype.

    Returns:
        (N, K) of x's dtype: the sum over D of ``(x - centre) ** 2``.

    Example:
        >>> import numpy as np
        >>> squared_distance(np.array([[0.0, 0.0]]), np.array([[3.0, 4.0], [1.0, 0.0]]))
        array([[25.,  1.]])
    """
    x, centres = _checked(x, centres)
    checks.memory(len(x) * centres.size * x.itemsize, "the differences")
    y: Array = edition.of(x.dtype).squared_distance(x, centres)
    return y


def squared_distance_backward(grad_y: Array, x: Array, centres: Array) -> Array:
    """Gradient of `squared_distance` for its input, (N, D), given that of its output, (N, K).

    Example:
        >>> import numpy as np
        >>> squared_distance_backward(np.ones((1, 1)), np.zeros((1, 2)), np.array([[3.0, 4.0]]))
        array([[-6., -8.]])
    """
    x, centres = _checked(x, centres)
    grad_y = as_floats(grad_y, "grad_y", 2, x.dtype)
    check_shape(grad_y, "grad_y", (len(x), len(centres)))
    grad_x: Array = edition.of(x.dtype).squared_distance_backward(grad_y, x, centres)
    return grad_x


def _checked(x: Array, centres: Array) -> tuple[Array, Array]:
    x = as_floats(x, "x", 2)
    centres = as_floats(centres, "centres", 2, x.dtype)
    if 0 in centres.shape:
        raise BadakError(f"centres must have no empty axis; got {centres.shape}")
    check_shape(x, "x", (None, centres.shape[1]))
    return x, centres
