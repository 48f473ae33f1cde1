"""Dropout: the generator gives one number, the key, from which the core draws."""

import numpy as np

from badak import _core
from badak.arrays import Array, Mask


def dropout(x: Array, p: float, generator: "np.random.Generator") -> tuple[Array, Mask]:
    key = generator.integers(0, 2**64 - 1, 1, np.uint64, endpoint=True)
    y, mask = np.empty_like(x), np.empty(x.shape, bool)
    _core.dropout(x, key, y, mask, p)
    return y, mask


def dropout_backward(grad_y: Array, mask: Mask, p: float) -> Array:
    grad_x = np.empty_like(grad_y)
    _core.dropout_backward(grad_y, mask, grad_x, p)
    return grad_x
