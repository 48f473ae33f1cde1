"""Max, average and global average pooling."""

import numpy as np

from badak import _core
from badak.arrays import Array, Indices, Shape
from badak.ops.native.window import pool_numbers
from badak.ops.reference import pool as textbook
from badak.ops.window import Window


def max_pool2d(x: Array, window: Window) -> tuple[Array, Indices]:
    n, c, h, w = x.shape
    if h * w >= 2**31:  # the core counts a map's places in 32 bits
        return textbook.max_pool2d(x, window)
    y = np.empty((n, c, *window.output_size(h, w)), x.dtype)
    indices = np.empty(y.shape, np.int64)
    _core.max_pool2d(x, y, indices, pool_numbers(window, h, w))
    return y, indices


def max_pool2d_backward(grad_y: Array, indices: Indices, input_shape: Shape) -> Array:
    grad_x = np.empty(input_shape, grad_y.dtype)
    _core.max_pool2d_backward(grad_y, indices, grad_x)
    return grad_x


def avg_pool2d(x: Array, window: Window, count_include_pad: bool, divisor: int | None) -> Array:
    n, c, h, w = x.shape
    y = np.empty((n, c, *window.output_size(h, w)), x.dtype)
    shares = textbook.divisors(x.shape, window, count_include_pad, divisor, x.dtype)
    _core.avg_pool2d(x, shares, y, pool_numbers(window, h, w))
    return y


def avg_pool2d_backward(
    grad_y: Array,
    input_shape: Shape,
    window: Window,
    count_include_pad: bool,
    divisor: int | None,
) -> Array:
    grad_x = np.empty(input_shape, grad_y.dtype)
    shares = textbook.divisors(input_shape, window, count_include_pad, divisor, grad_y.dtype)
    _core.avg_pool2d_backward(grad_y, shares, grad_x, pool_numbers(window, *input_shape[2:]))
    return grad_x


def global_avg_pool2d(x: Array) -> Array:
    y = np.empty((*x.shape[:2], 1, 1), x.dtype)
    _core.global_avg_pool2d(x, y)
    return y


def global_avg_pool2d_backward(grad_y: Array, input_shape: Shape) -> Array:
    grad_x = np.empty(input_shape, grad_y.dtype)
    _core.global_avg_pool2d_backward(grad_y, grad_x)
    return grad_x
