"""add, multiply and scale: document, check, hand on.

x may have any shape, float32 or float64; the result is like it. add and scale need no backward of
their own: the gradient of a sum is the gradient of both its terms, and the gradient of a scaled
array is scaled alike. All raise ArgumentTypeError for arrays that are not floats, or dtypes that
differ, and BadakError for shapes that do not fit, or a factor that is not a finite number.
"""

import numpy as np

from badak import checks
from badak.arrays import Array, Shape, as_floats, check_shape
from badak.ops import edition


def add(x: Array, other: Array) -> Array:
    """The sum of two arrays, value by value (He et al. 2016, equation 1).

    Example:
        >>> add(np.array([1.0, 2.0]), np.array([3.0, -2.0]))
        array([4., 0.])
    """
    x = as_floats(x, "x")
    other = as_floats(other, "other", dtype=x.dtype)
    check_shape(other, "other", x.shape)
    return np.asarray(edition.of(x.dtype).add(x, other))


def multiply(x: Array, other: Array) -> Array:
    """The product of two arrays, value by value, or of maps and one number for each of them.

    Such a number is the gate of squeeze-and-excitation (Hu et al. 2018, equation 4).

    Args:
        x: any shape, float32 or float64.
        other: like x; or one of both is (N, C, 1, 1) where the other is (N, C, H, W).

    Returns:
        Array like the larger.

    Raises:
        ArgumentTypeError: arrays that are not floats, or dtypes that differ.
        BadakError: shapes that do not match.

    Example:
        >>> multiply(np.array([[[[1.0, 2.0]], [[3.0, 4.0]]]]), np.array([[[[10.0]], [[0.5]]]]))
        array([[[[10. , 20. ]],
        <BLANKLINE>
                [[ 1.5,  2. ]]]])
    """
    x = as_floats(x, "x")
    other = as_floats(other, "other", dtype=x.dtype)
    if product_shape(x.shape, other.shape) is None:
        check_shape(other, "other", x.shape)
    return np.asarray(edition.of(x.dtype).multiply(x, other))


def multiply_backward(grad_y: Array, x: Array, other: Array) -> tuple[Array, Array]:
    """Gradients of `multiply` for both: the incoming one times the other factor.

    Args:
        grad_y: gradient of the output.
        x: what multiply saw.
        other: what multiply saw.

    Returns:
        An array like x, and one like other; a gate's is the sum over its map.

    Raises:
        ArgumentTypeError: arrays that are not floats, or dtypes that differ.
        BadakError: shapes that do not match.

    Example:
        >>> multiply_backward(np.array([1.0, 2.0]), np.array([3.0, 4.0]), np.array([5.0, 6.0]))
        (array([ 5., 12.]), array([3., 8.]))
    """
    grad_y = as_floats(grad_y, "grad_y")
    x = as_floats(x, "x", dtype=grad_y.dtype)
    other = as_floats(other, "other", dtype=grad_y.dtype)
    shape = product_shape(x.shape, other.shape)
    if shape is None:
        check_shape(other, "other", x.shape)
    check_shape(grad_y, "grad_y", shape or ())
    grads: tuple[Array, Array] = edition.of(grad_y.dtype).multiply_backward(grad_y, x, other)
    return grads


def product_shape(first: Shape, second: Shape) -> Shape | None:
    """Return the shape of a product of arrays, or of single images; None if there is none.

    Example:
        >>> product_shape((2, 4, 5, 7), (2, 4, 1, 1)), product_shape((4, 1, 1), (4, 5, 7))
        ((2, 4, 5, 7), (4, 5, 7))
        >>> product_shape((2, 4, 5, 7), (2, 4, 1, 7))
    """
    if first == second:
        return first
    for maps, gate in ((first, second), (second, first)):
        if len(maps) >= 3 and gate == (*maps[:-2], 1, 1):
            return maps
    return None


def scale(x: Array, factor: float) -> Array:
    """Every value times one number.

    Example:
        >>> scale(np.array([1.0, -2.0]), 0.5)
        array([ 0.5, -1. ])
    """
    x = as_floats(x, "x")
    factor = checks.real(factor, "factor")
    return np.asarray(edition.of(x.dtype).scale(x, factor))
