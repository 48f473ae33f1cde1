"""Convolution: one kernel forward, one for each gradient."""

import numpy as np

from badak import _core
from badak.arrays import Array
from badak.ops.native.window import conv_numbers
from badak.ops.window import Window


def conv2d(x: Array, weight: Array, bias: Array | None, window: Window, groups: int) -> Array:
    numbers = conv_numbers(x.shape, window)
    y = np.empty((len(x), len(weight), *numbers[8:]), np.float32)
    _core.conv2d(x, weight, bias, (numbers, groups, False, False), y, None)
    return y


def conv2d_backward(
    grad_y: Array, x: Array, weight: Array, window: Window, groups: int, need_grad_x: bool
) -> tuple[Array | None, Array, Array]:
    options = (conv_numbers(x.shape, window), groups, False, False)
    grad_weight, grad_bias = np.empty_like(weight), np.empty(len(weight), np.float32)
    _core.conv2d_grad_weight(grad_y, None, None, x, options, grad_weight, grad_bias)
    grad_x = None
    if need_grad_x:
        grad_x = np.empty_like(x)
        _core.conv2d_grad_x(grad_y, None, None, weight, options, grad_x)
    return grad_x, grad_weight, grad_bias
