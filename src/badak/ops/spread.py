"""One number for all, for each channel or for each place of an image: prelu and scale_shift.

x and its gradients are (N, ...), float32 or float64. weight and bias are both (1,), or (C,) with C
the length of x's second axis, or of one image's shape; every image meets the same numbers. All
raise ArgumentTypeError for arrays that are not floats, or dtypes that differ, and BadakError for
shapes that do not fit.
"""

import numpy as np

from badak.arrays import Array, as_floats, check_shape
from badak.errors import BadakError
from badak.ops import edition


def prelu(x: Array, weight: Array) -> Array:
    """Return ``x`` if x > 0, else ``weight * x`` (He et al. 2015, section 2.1).

    Example:
        >>> prelu(np.array([[-1.0, -1.0, 2.0]]), np.array([0.5, 0.25, 0.5]))
        array([[-0.5 , -0.25,  2.  ]])
    """
    x, weight = _pair(x, weight)
    return np.asarray(edition.of(x.dtype).prelu(x, weight))


def prelu_backward(grad_y: Array, x: Array, weight: Array) -> tuple[Array, Array]:
    """Return the gradients for prelu's input, like x, and for its weight.

    Example:
        >>> prelu_backward(np.ones((1, 2)), np.array([[-4.0, 3.0]]), np.array([0.5]))
        (array([[0.5, 1. ]]), array([-4.]))
    """
    x, weight = _pair(x, weight)
    grads: tuple[Array, Array] = edition.of(x.dtype).prelu_backward(_like(grad_y, x), x, weight)
    return grads


def scale_shift(x: Array, weight: Array, bias: Array) -> Array:
    """Return ``x * weight + bias``.

    Example:
        >>> scale_shift(np.array([[1.0, 2.0]]), np.array([10.0]), np.array([0.5]))
        array([[10.5, 20.5]])
    """
    x, weight = _pair(x, weight)
    bias = as_floats(bias, "bias", dtype=x.dtype)
    check_shape(bias, "bias", weight.shape)
    return np.asarray(edition.of(x.dtype).scale_shift(x, weight, bias))


def scale_shift_backward(grad_y: Array, x: Array, weight: Array) -> tuple[Array, Array, Array]:
    """Return the gradients for scale_shift's input, like x, and for its weight and bias.

    Example:
        >>> scale_shift_backward(np.ones((1, 2)), np.array([[3.0, 4.0]]), np.array([10.0]))
        (array([[10., 10.]]), array([7.]), array([2.]))
    """
    x, weight = _pair(x, weight)
    grads: tuple[Array, Array, Array] = edition.of(x.dtype).scale_shift_backward(
        _like(grad_y, x), x, weight
    )
    return grads


def _pair(x: Array, weight: Array) -> tuple[Array, Array]:
    x = as_floats(x, "x")
    weight = as_floats(weight, "weight", dtype=x.dtype)
    if x.ndim < 2 or 0 in x.shape[1:]:
        raise BadakError(f"x must have images and their numbers on its axes; got shape {x.shape}")
    shapes = (1,), x.shape[1:2], x.shape[1:]
    if weight.shape not in shapes:
        raise BadakError(
            f"weight must have shape {', '.join(map(str, dict.fromkeys(shapes)))} to meet x "
            f"{x.shape}; got {weight.shape}"
        )
    return x, weight


def _like(grad_y: Array, x: Array) -> Array:
    grad_y = as_floats(grad_y, "grad_y", dtype=x.dtype)
    check_shape(grad_y, "grad_y", x.shape)
    return grad_y
