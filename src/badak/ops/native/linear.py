"""Linear: matrix products and the sums of columns."""

import numpy as np

from badak import _core
from badak.arrays import Array


def linear(x: Array, weight: Array, bias: Array | None) -> Array:
    y = np.empty((len(x), len(weight)), np.float32)
    _core.gemm(x, weight, (False, True), y, column_bias=bias)
    return y


def linear_backward(
    grad_y: Array, x: Array, weight: Array, need_grad_x: bool
) -> tuple[Array | None, Array, Array]:
    grad_weight, grad_bias = np.empty_like(weight), np.empty(len(weight), np.float32)
    _core.gemm(grad_y, x, (True, False), grad_weight)
    _core.column_sums(grad_y, grad_bias)
    grad_x = None
    if need_grad_x:
        grad_x = np.empty_like(x)
        _core.gemm(grad_y, weight, (False, False), grad_x)
    return grad_x, grad_weight, grad_bias
