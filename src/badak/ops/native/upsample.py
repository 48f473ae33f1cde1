"""Enlarged maps: one kernel, and one for the gradient."""

from typing import Any

import numpy as np

from badak import _core
from badak.arrays import Array, Shape
from badak.ops.between import Between


def upsample(x: Array, rows: Between, columns: Between) -> Array:
    y = np.empty((*x.shape[:2], len(rows.first), len(columns.first)), np.float32)
    _core.resize2d(x, *_single(rows), *_single(columns), y)
    return y


def upsample_backward(grad_y: Array, input_shape: Shape, rows: Between, columns: Between) -> Array:
    grad_x = np.empty(input_shape, np.float32)
    _core.resize2d_backward(grad_y, *_single(rows), *_single(columns), grad_x)
    return grad_x


def _single(between: Between) -> tuple[Any, ...]:
    first, second, share = between
    return first, second, share.astype(np.float32)
