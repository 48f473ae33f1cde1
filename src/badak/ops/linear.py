"""linear and its backward: document, check, hand on.

Both raise ArgumentTypeError for arrays that are not floats, or dtypes that differ, and BadakError
for shapes that do not fit.
"""

from badak import checks
from badak.arrays import Array, as_floats, check_shape
from badak.errors import BadakError
from badak.ops import edition


def linear(x: Array, weight: Array, bias: Array | None = None) -> Array:
    """Weighted sums of the inputs, ``x @ weight.T + bias`` (the book's *Affine*, chapter 5.6).

    Args:
        x: (N, D), float32 or float64.
        weight: (M, D) of the same dtype.
        bias: (M,) of the same dtype, or None.

    Returns:
        (N, M) of x's dtype.

    Example:
        >>> import numpy as np
        >>> linear(np.array([[1.0, 2.0]]), np.array([[3.0, 4.0]]), np.array([0.5]))
        array([[11.5]])
    """
    x, weight = _checked(x, weight)
    if bias is not None:
        bias = as_floats(bias, "bias", dtype=x.dtype)
        check_shape(bias, "bias", (len(weight),))
    checks.memory(len(x) * len(weight) * x.itemsize, "the result")
    y: Array = edition.of(x.dtype).linear(x, weight, bias)
    return y


def linear_backward(
    grad_y: Array, x: Array, weight: Array, need_grad_x: bool = True
) -> tuple[Array | None, Array, Array]:
    """Gradients of `linear` for its input, weight and bias, given that of its output, (N, M).

    Returns:
        grad_x (N, D), or None without need_grad_x; grad_weight (M, D), grad_bias (M,).

    Example:
        >>> import numpy as np
        >>> linear_backward(np.array([[1.0]]), np.array([[5.0, 6.0]]), np.array([[3.0, 4.0]]))
        (array([[3., 4.]]), array([[5., 6.]]), array([1.]))
    """
    x, weight = _checked(x, weight)
    checks.flag(need_grad_x, "need_grad_x")
    grad_y = as_floats(grad_y, "grad_y", 2, x.dtype)
    check_shape(grad_y, "grad_y", (len(x), len(weight)))
    grads: tuple[Array | None, Array, Array] = edition.of(x.dtype).linear_backward(
        grad_y, x, weight, need_grad_x
    )
    return grads


def _checked(x: Array, weight: Array) -> tuple[Array, Array]:
    x = as_floats(x, "x", 2)
    weight = as_floats(weight, "weight", 2, x.dtype)
    if 0 in weight.shape:
        raise BadakError(f"weight must have no empty axis; got {weight.shape}")
    if weight.shape[1] != x.shape[1]:
        raise BadakError(f"weight {weight.shape} takes {weight.shape[1]} inputs; x is {x.shape}")
    return x, weight
