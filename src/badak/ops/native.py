"""The compiled edition, for float32: each op allocates its results and calls one kernel.

Same names and arguments as `badak.ops.reference`; arguments arrive checked and C-contiguous.
"""

import numpy as np

from badak import _core
from badak.arrays import Array, Shape
from badak.ops.reference import *  # noqa: F403  # until each has its kernel
from badak.ops.window import Window


def relu(x: Array) -> Array:
    """See the reference."""
    y = np.empty_like(x)
    _core.relu(x, y)
    return y


def relu_backward(grad_y: Array, y: Array) -> Array:
    """See the reference."""
    grad_x = np.empty_like(y)
    _core.relu_backward(grad_y, y, grad_x)
    return grad_x


def conv2d(x: Array, weight: Array, bias: Array | None, window: Window, groups: int) -> Array:
    """See the reference."""
    numbers = window_numbers(x.shape, window)
    y = np.empty((len(x), len(weight), *numbers[8:]), np.float32)
    _core.conv2d(x, weight, bias, numbers, groups, False, False, y, None)
    return y


def conv2d_backward(
    grad_y: Array, x: Array, weight: Array, window: Window, groups: int, need_grad_x: bool
) -> tuple[Array | None, Array, Array]:
    """See the reference."""
    numbers = window_numbers(x.shape, window)
    fused = (numbers, groups, False, False)
    grad_weight, grad_bias = np.empty_like(weight), np.empty(len(weight), np.float32)
    _core.conv2d_grad_weight(grad_y, None, None, x, *fused, grad_weight, grad_bias)
    grad_x = None
    if need_grad_x:
        grad_x = np.empty_like(x)
        _core.conv2d_grad_x(grad_y, None, None, weight, *fused, grad_x)
    return grad_x, grad_weight, grad_bias


def linear(x: Array, weight: Array, bias: Array | None) -> Array:
    """See the reference."""
    y = np.empty((len(x), len(weight)), np.float32)
    _core.gemm(x, False, weight, True, y, column_bias=bias)
    return y


def linear_backward(
    grad_y: Array, x: Array, weight: Array, need_grad_x: bool
) -> tuple[Array | None, Array, Array]:
    """See the reference."""
    grad_weight, grad_bias = np.empty_like(weight), np.empty(len(weight), np.float32)
    _core.gemm(grad_y, True, x, False, grad_weight)
    _core.column_sums(grad_y, grad_bias)
    grad_x = None
    if need_grad_x:
        grad_x = np.empty_like(x)
        _core.gemm(grad_y, False, weight, False, grad_x)
    return grad_x, grad_weight, grad_bias


def window_numbers(shape: Shape, window: Window) -> tuple[int, ...]:
    """A window as the kernels take it: kernel, stride, padding before, dilation, places."""
    (top, _), (left, _) = window.sides(*shape[2:])
    places = window.output_size(*shape[2:])
    return (*window.kernel, *window.stride, top, left, *window.dilation, *places)
