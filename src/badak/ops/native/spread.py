"""One number for all, for each channel or for each place: one kernel each."""

import numpy as np

from badak import _core
from badak.arrays import Array


def prelu(x: Array, weight: Array) -> Array:
    y = np.empty_like(x)
    _core.prelu(x, weight, y)
    return y


def prelu_backward(grad_y: Array, x: Array, weight: Array) -> tuple[Array, Array]:
    grads = np.empty_like(x), np.empty_like(weight)
    _core.prelu_backward(grad_y, x, weight, *grads)
    return grads


def scale_shift(x: Array, weight: Array, bias: Array) -> Array:
    y = np.empty_like(x)
    _core.scale_shift(x, weight, bias, y)
    return y


def scale_shift_backward(grad_y: Array, x: Array, weight: Array) -> tuple[Array, Array, Array]:
    grads = np.empty_like(x), np.empty_like(weight), np.empty_like(weight)
    _core.scale_shift_backward(grad_y, x, weight, *grads)
    return grads
