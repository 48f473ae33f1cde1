"""Convolution as im2col and one matrix product for each image and group.

N images, C channels, H x W input, F filters of KH x KW, G groups, OH x OW places = P.
"""

import numpy as np

from badak.arrays import Array
from badak.ops.reference.im2col import col2im, im2col
from badak.ops.window import Window


def conv2d(x: Array, weight: Array, bias: Array | None, window: Window, groups: int) -> Array:
    """Each output is a filter's dot product with one window of its group."""
    n, f = len(x), len(weight)
    oh, ow = window.output_size(*x.shape[2:])
    columns = im2col(x, window).reshape(n, groups, weight[0].size, oh * ow)  # (N, G, C/G*KH*KW, P)
    rows = weight.reshape(groups, f // groups, -1)  # (F, C/G, KH, KW) -> (G, F/G, C/G*KH*KW)
    y: Array = np.matmul(rows, columns).reshape(n, f, oh, ow)  # (N, G, F/G, P) -> (N, F, OH, OW)
    return y if bias is None else y + bias[:, None, None]


def conv2d_backward(
    grad_y: Array, x: Array, weight: Array, window: Window, groups: int, need_grad_x: bool
) -> tuple[Array | None, Array, Array]:
    """Gradients of input, weight and bias: two more matrix products, and col2im."""
    n, f, oh, ow = grad_y.shape
    columns = im2col(x, window).reshape(n, groups, weight[0].size, oh * ow)  # (N, G, C/G*KH*KW, P)
    rows = weight.reshape(groups, f // groups, -1)  # (F, C/G, KH, KW) -> (G, F/G, C/G*KH*KW)
    grad = grad_y.reshape(n, groups, f // groups, oh * ow)  # (N, F, OH, OW) -> (N, G, F/G, P)
    grad_rows = np.matmul(grad, columns.swapaxes(2, 3)).sum(axis=0)  # -> (G, F/G, C/G*KH*KW)
    grad_weight, grad_bias = grad_rows.reshape(weight.shape), grad_y.sum(axis=(0, 2, 3))
    if not need_grad_x:
        return None, grad_weight, grad_bias
    grad_columns = np.matmul(rows.swapaxes(1, 2), grad)  # -> (N, G, C/G*KH*KW, P)
    grad_x = col2im(grad_columns, x.shape, window)  # -> (N, C, H, W)
    return grad_x, grad_weight, grad_bias
