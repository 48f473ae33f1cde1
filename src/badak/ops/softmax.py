"""Softmax and log-softmax: document, check, hand on.

An op takes x of any shape, float32 or float64, and the axis along which values compete and sums
run, and returns y like x. Its backward takes grad_y, the gradient of y, and y, and returns grad_x
like them. A row with +infinity, or with nothing but -infinity, gives NaN, as in PyTorch. All raise
ArgumentTypeError for arrays that are not floats, or dtypes that differ, and BadakError for shapes
that differ, or an axis that does not exist or is empty.
"""

import numpy as np

from badak import checks
from badak.arrays import Array, as_floats
from badak.errors import BadakError
from badak.ops import edition
from badak.ops.pointwise import saved_pair


def softmax(x: Array, axis: int = 1) -> Array:
    """Return ``exp(x) / sum(exp(x))``, without overflow (the book's chapter 3.5).

    Example:
        >>> softmax(np.array([[1e30, 1e30, -np.inf]]))
        array([[0.5, 0.5, 0. ]])
    """
    x = as_floats(x, "x")
    axis = _axis(axis, x)
    return np.asarray(edition.of(x.dtype).softmax(x, axis))


def softmax_backward(grad_y: Array, y: Array, axis: int = 1) -> Array:
    """Return the gradient for softmax's input: ``y * (grad_y - sum(grad_y * y))``.

    Example:
        >>> softmax_backward(np.array([[1.0, 0.0]]), np.array([[0.5, 0.5]]))
        array([[ 0.25, -0.25]])
    """
    grad_y, y = saved_pair(grad_y, y, "y")
    axis = _axis(axis, y)
    return np.asarray(edition.of(grad_y.dtype).softmax_backward(grad_y, y, axis))


def log_softmax(x: Array, axis: int = 1) -> Array:
    """Return ``x - log(sum(exp(x)))``, exact even if softmax rounds to 0.

    Example:
        >>> log_softmax(np.array([[0.0, 1000.0]]))
        array([[-1000.,     0.]])
    """
    x = as_floats(x, "x")
    axis = _axis(axis, x)
    return np.asarray(edition.of(x.dtype).log_softmax(x, axis))


def log_softmax_backward(grad_y: Array, y: Array, axis: int = 1) -> Array:
    """Return the gradient for log_softmax's input: ``grad_y - exp(y) * sum(grad_y)``.

    Example:
        >>> log_softmax_backward(np.array([[1.0, 0.0]]), np.log([[0.5, 0.5]]))
        array([[ 0.5, -0.5]])
    """
    grad_y, y = saved_pair(grad_y, y, "y")
    axis = _axis(axis, y)
    return np.asarray(edition.of(grad_y.dtype).log_softmax_backward(grad_y, y, axis))


def _axis(axis: int, x: Array) -> int:
    if not x.ndim:
        raise BadakError("the array must have at least one axis; got a single number")
    checks.integer(axis, "axis", minimum=-x.ndim, maximum=x.ndim - 1)
    if not x.shape[axis]:
        raise BadakError(
            f"axis {axis} of shape {x.shape} is empty; it must hold at least one value"
        )
    return axis
