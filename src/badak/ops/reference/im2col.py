"""im2col and col2im: windows laid out as columns, and back.

N images, C channels, H x W input, KH x KW kernel, OH x OW places.
"""

import itertools
import math
from collections.abc import Iterator

import numpy as np

from badak.arrays import Array, Shape
from badak.ops.window import Window


def pad(x: Array, window: Window, value: float = 0) -> Array:
    """Surround the maps with `value`, as far as the last window reaches."""
    rows, columns = window.reach(*x.shape[2:])
    if rows == columns == (0, 0):
        return x
    return np.pad(x, ((0, 0), (0, 0), rows, columns), constant_values=value)


def cells(window: Window, oh: int, ow: int) -> Iterator[tuple[slice, slice]]:
    """For each cell of the kernel, row by row: the padded rows and columns it meets."""
    (kh, kw), (sh, sw), (dh, dw) = window.kernel, window.stride, window.dilation
    rows = [slice(i * dh, i * dh + sh * (oh - 1) + 1, sh) for i in range(kh)]
    columns = [slice(j * dw, j * dw + sw * (ow - 1) + 1, sw) for j in range(kw)]
    return itertools.product(rows, columns)


def im2col(x: Array, window: Window) -> Array:
    """Lay each window out as a column: a strided view of the padded maps and one copy."""
    n, c = x.shape[:2]
    oh, ow = window.output_size(*x.shape[2:])
    (kh, kw), (sh, sw), (dh, dw) = window.kernel, window.stride, window.dilation
    padded = pad(x, window)
    by_image, by_channel, by_row, by_column = padded.strides
    view = np.lib.stride_tricks.as_strided(  # (N, C, H, W) -> (N, C, KH, KW, OH, OW)
        padded,
        (n, c, kh, kw, oh, ow),
        (by_image, by_channel, by_row * dh, by_column * dw, by_row * sh, by_column * sw),
        writeable=False,
    )
    columns = view.reshape(n, c * kh * kw, oh * ow)  # -> (N, C*KH*KW, OH*OW)
    return np.require(columns, requirements=["C", "W"])


def col2im(columns: Array, input_shape: Shape, window: Window) -> Array:
    """Add each column back to where its window stood: the transpose of im2col."""
    n, c, h, w = input_shape
    oh, ow = window.output_size(h, w)
    (top, bottom), (left, right) = window.reach(h, w)
    padded = np.zeros((n, c, top + h + bottom, left + w + right), columns.dtype)
    cell_count = math.prod(window.kernel)
    by_cell = columns.reshape(n, c, cell_count, oh, ow)  # (N, C*KH*KW, P) -> (N, C, KH*KW, OH, OW)
    for k, (row, column) in enumerate(cells(window, oh, ow)):
        padded[:, :, row, column] += by_cell[:, :, k]
    return np.ascontiguousarray(padded[:, :, top : top + h, left : left + w])
