"""Inverted dropout."""

import numpy as np

from badak.arrays import Array, Mask


def dropout(x: Array, p: float, generator: "np.random.Generator") -> tuple[Array, Mask]:
    """Keep each value with probability 1 - p and scale it by 1 / (1 - p)."""
    mask = generator.random(x.shape, dtype=x.dtype.type) >= p
    return dropout_backward(x, mask, p), mask


def dropout_backward(grad_y: Array, mask: Mask, p: float) -> Array:
    """Keep the same values, scaled in the same way."""
    scale = 0.0 if p == 1 else 1 / (1 - p)
    return np.where(mask, grad_y * grad_y.dtype.type(scale), 0)
