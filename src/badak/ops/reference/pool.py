"""Max, average and global average pooling, by a loop over the window's cells.

N images, C channels, H x W input, KH x KW window, OH x OW places.
"""

import functools

import numpy as np

from badak.arrays import Array, Indices, Shape
from badak.ops.reference.im2col import cells, pad
from badak.ops.window import Window


def max_pool2d(x: Array, window: Window) -> tuple[Array, Indices]:
    """The largest value under each window, and its place h * W + w in the map."""
    h, w = x.shape[2:]
    oh, ow = window.output_size(h, w)
    padded = pad(x, window, -np.inf)
    values = [padded[:, :, row, column].copy() for row, column in cells(window, oh, ow)]
    y: Array = functools.reduce(np.maximum, values)  # KH*KW times (N, C, OH, OW); NaN wins
    lost, passed = np.ones(y.shape, bool), np.zeros(y.shape, np.int32)
    for value in values:
        lost = lost & ~((value == y) | np.isnan(value))
        passed = passed + lost  # in the end, how many cells come before the first winner
    corner, first, steps = _places(window, h, w, oh, ow)
    return y, corner + steps[np.maximum(passed, first)]


def _places(window: Window, h: int, w: int, oh: int, ow: int) -> tuple[Indices, Indices, Indices]:
    """Each window's corner as h * W + w and its first cell inside the map (both (OH, OW)).

    And what each cell of a window adds to the corner's place, (KH*KW,). If a whole window is -inf,
    so is its padding, which must not win.
    """
    (kh, kw), (sh, sw), (dh, dw) = window.kernel, window.stride, window.dilation
    (top, _), (left, _) = window.sides(h, w)
    row, column = np.arange(oh) * sh - top, np.arange(ow) * sw - left
    row_cell = -(np.minimum(row, 0) // dh)  # rows of padding above, in cells, rounded up
    column_cell = -(np.minimum(column, 0) // dw)
    steps = np.add.outer(np.arange(kh) * dh * w, np.arange(kw) * dw).reshape(-1)
    return np.add.outer(row * w, column), np.add.outer(row_cell * kw, column_cell), steps


def max_pool2d_backward(grad_y: Array, indices: Indices, input_shape: Shape) -> Array:
    """Each place's gradient goes to the input that won it; overlapping windows add up."""
    n, c, h, w = input_shape
    grad_x = np.zeros(n * c * h * w, grad_y.dtype)
    maps = np.arange(n * c).reshape(n, c, 1, 1) * (h * w)
    np.add.at(grad_x, (indices + maps).reshape(-1), grad_y.reshape(-1))
    return grad_x.reshape(input_shape)  # (N*C*H*W,) -> (N, C, H, W)


def avg_pool2d(x: Array, window: Window, count_include_pad: bool, divisor: int | None) -> Array:
    """The sum under each window over its number of cells, or over `divisor`."""
    oh, ow = window.output_size(*x.shape[2:])
    padded = pad(x, window)
    total = np.zeros((*x.shape[:2], oh, ow), x.dtype)
    for row, column in cells(window, oh, ow):
        total = total + padded[:, :, row, column]  # (N, C, OH, OW)
    return total / divisors(x.shape, window, count_include_pad, divisor, x.dtype)


def avg_pool2d_backward(
    grad_y: Array,
    input_shape: Shape,
    window: Window,
    count_include_pad: bool,
    divisor: int | None,
) -> Array:
    """Each place's gradient, shared out over its window's cells."""
    n, c, h, w = input_shape
    oh, ow = grad_y.shape[2:]
    (top, bottom), (left, right) = window.reach(h, w)
    padded = np.zeros((n, c, top + h + bottom, left + w + right), grad_y.dtype)
    share = grad_y / divisors(input_shape, window, count_include_pad, divisor, grad_y.dtype)
    for row, column in cells(window, oh, ow):
        padded[:, :, row, column] += share
    return np.ascontiguousarray(padded[:, :, top : top + h, left : left + w])


def divisors(
    shape: Shape, window: Window, count_include_pad: bool, divisor: int | None, dtype: np.dtype
) -> Array:
    """How many cells count in each mean (OH, OW), unless `divisor` says."""
    if divisor is not None:
        return np.full(window.output_size(*shape[2:]), divisor, dtype)
    lengths = []
    for axis, size in enumerate(shape[2:]):
        before, after = window.sides(*shape[2:])[axis]
        start = np.arange(window.output_size(*shape[2:])[axis]) * window.stride[axis] - before
        end = np.minimum(start + window.kernel[axis], size + after)  # ceil_mode may reach beyond
        if not count_include_pad:
            start, end = np.maximum(start, 0), np.minimum(end, size)
        lengths.append(end - start)
    return np.multiply.outer(*lengths).astype(dtype)


def global_avg_pool2d(x: Array) -> Array:
    """The mean of each map: (N, C, H, W) -> (N, C, 1, 1)."""
    y: Array = x.mean(axis=(2, 3), keepdims=True)
    return y


def global_avg_pool2d_backward(grad_y: Array, input_shape: Shape) -> Array:
    """Each map's gradient, shared out over its H * W places."""
    h, w = input_shape[2:]
    return np.full(input_shape, grad_y / (h * w), grad_y.dtype)  # (N, C, 1, 1) -> (N, C, H, W)
