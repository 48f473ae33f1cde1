"""The shape of every activation's call: one array in, one of its shape out."""

from collections.abc import Callable

import numpy as np

from badak.arrays import Array


def forward(kernel: Callable[..., None], x: Array, *options: float) -> Array:
    """Call ``kernel(x, y, *options)`` and return y."""
    y = np.empty_like(x)
    kernel(x, y, *options)
    return y


def backward(kernel: Callable[..., None], grad_y: Array, saved: Array, *options: float) -> Array:
    """Call ``kernel(grad_y, saved, grad_x, *options)`` and return grad_x."""
    grad_x = np.empty_like(saved)
    kernel(grad_y, saved, grad_x, *options)
    return grad_x
