"""Enlarged maps: two matrix products, over rows and over columns.

H x W input, OH x OW output.
"""

import numpy as np

from badak.arrays import Array, Shape
from badak.ops.between import Between


def upsample(x: Array, rows: Between, columns: Between) -> Array:
    """Each output is a weighted sum of up to four numbers."""
    down, across = (
        _matrix(between, size, x.dtype)
        for between, size in ((rows, x.shape[2]), (columns, x.shape[3]))
    )
    y: Array = down @ x @ across.T  # (OH, H) (N, C, H, W) (W, OW) -> (N, C, OH, OW)
    return y


def upsample_backward(grad_y: Array, input_shape: Shape, rows: Between, columns: Between) -> Array:
    """The same matrices, transposed."""
    down, across = (
        _matrix(between, size, grad_y.dtype)
        for between, size in ((rows, input_shape[2]), (columns, input_shape[3]))
    )
    grad_x: Array = down.T @ grad_y @ across  # (H, OH) (N, C, OH, OW) (OW, W) -> (N, C, H, W)
    return grad_x


def _matrix(between: Between, size: int, dtype: "np.dtype[np.floating]") -> Array:
    """The share of each input row in each output row: (OH, H)."""
    places = np.arange(len(between.first))
    matrix = np.zeros((len(places), size), dtype)
    matrix[places, between.second] += between.share.astype(dtype)
    matrix[places, between.first] += 1 - between.share.astype(dtype)
    return matrix
