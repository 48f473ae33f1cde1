"""Transposed convolution: the kernels of a convolution's gradients, and one for the bias."""

import numpy as np

from badak import _core
from badak.arrays import Array
from badak.ops.native.conv import conv2d
from badak.ops.native.window import conv_numbers
from badak.ops.window import Pair, Window


def conv_transpose2d(
    x: Array, weight: Array, bias: Array | None, window: Window, groups: int, size: Pair
) -> Array:
    y = np.empty((len(x), weight.shape[1] * groups, *size), np.float32)
    options = (conv_numbers(y.shape, window), groups, False, False)
    _core.conv2d_grad_x(x, None, None, weight, options, y)
    if bias is None:
        return y
    with_bias = np.empty_like(y)
    _core.add_rows(y, bias, with_bias, y.shape[0] * y.shape[1])
    return with_bias


def conv_transpose2d_backward(
    grad_y: Array, x: Array, weight: Array, window: Window, groups: int, need_grad_x: bool
) -> tuple[Array | None, Array, Array]:
    options = (conv_numbers(grad_y.shape, window), groups, False, False)
    grad_weight, grad_bias = np.empty_like(weight), np.empty(grad_y.shape[1], np.float32)
    _core.conv2d_grad_weight(x, None, None, grad_y, options, grad_weight, None)
    _core.sum_maps(grad_y, grad_bias)
    grad_x = conv2d(grad_y, weight, None, window, groups) if need_grad_x else None
    return grad_x, grad_weight, grad_bias
