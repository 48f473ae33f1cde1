"""One number for all, for each channel or for each place of an image, met by every image alike."""

import numpy as np

from badak.arrays import Array


def prelu(x: Array, weight: Array) -> Array:
    """The input if positive, else weight times it."""
    return np.where(x > 0, x, _spread(weight, x) * x)


def prelu_backward(grad_y: Array, x: Array, weight: Array) -> tuple[Array, Array]:
    """Gradients of input and weight."""
    grad_x = np.where(x > 0, grad_y, _spread(weight, x) * grad_y)
    return grad_x, _gathered(np.where(x > 0, 0, grad_y * x), weight)


def scale_shift(x: Array, weight: Array, bias: Array) -> Array:
    """The input times weight, plus bias."""
    return x * _spread(weight, x) + _spread(bias, x)


def scale_shift_backward(grad_y: Array, x: Array, weight: Array) -> tuple[Array, Array, Array]:
    """Gradients of input, weight and bias."""
    return grad_y * _spread(weight, x), _gathered(grad_y * x, weight), _gathered(grad_y, weight)


def _spread(weight: Array, x: Array) -> Array:
    """(C,) -> (C, 1, 1), to meet (N, C, H, W); one number, or one per place, meets x as it is."""
    return weight.reshape(*weight.shape, *[1] * (x.ndim - 1 - weight.ndim))


def _gathered(grads: Array, weight: Array) -> Array:
    """The sum of all that each number of weight met."""
    spread = _spread(weight, grads)
    met = (0, *(axis + 1 for axis, size in enumerate(spread.shape) if size == 1))
    return np.asarray(grads.sum(axis=met, keepdims=True)[0].reshape(weight.shape))
