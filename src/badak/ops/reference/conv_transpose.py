"""Transposed convolution: a convolution's gradient for its input, forward.

N images, C channels, H x W input = P places, F filters of KH x KW, G groups.
"""

import numpy as np

from badak.arrays import Array
from badak.ops.reference.conv import conv2d, conv2d_backward
from badak.ops.reference.im2col import col2im
from badak.ops.window import Pair, Window


def conv_transpose2d(
    x: Array, weight: Array, bias: Array | None, window: Window, groups: int, size: Pair
) -> Array:
    """Each place's channels make a column, and columns are added back to where windows stand."""
    n, c, h, w = x.shape
    rows = weight.reshape(groups, c // groups, -1)  # (C, F/G, KH, KW) -> (G, C/G, F/G*KH*KW)
    places = x.reshape(n, groups, c // groups, h * w)  # (N, C, H, W) -> (N, G, C/G, P)
    columns = np.matmul(rows.swapaxes(1, 2), places)  # -> (N, G, F/G*KH*KW, P)
    filters = weight.shape[1] * groups
    columns = columns.reshape(n, groups * weight[0].size, h * w)
    y = col2im(columns, (n, filters, *size), window)  # -> (N, F, OH, OW)
    return y if bias is None else y + bias[:, None, None]


def conv_transpose2d_backward(
    grad_y: Array, x: Array, weight: Array, window: Window, groups: int, need_grad_x: bool
) -> tuple[Array | None, Array, Array]:
    """The input's gradient is a convolution; the weight's is that of this convolution."""
    _, grad_weight, _ = conv2d_backward(x, grad_y, weight, window, groups, False)
    grad_x = conv2d(grad_y, weight, None, window, groups) if need_grad_x else None
    return grad_x, grad_weight, grad_y.sum(axis=(0, 2, 3))
