"""Softmax and log-softmax along one axis."""

import math

import numpy as np

from badak import _core
from badak.arrays import Array


def softmax(x: Array, axis: int) -> Array:
    y = np.empty_like(x)
    _core.softmax(x, y, *_sizes(x, axis))
    return y


def softmax_backward(grad_y: Array, y: Array, axis: int) -> Array:
    grad_x = np.empty_like(y)
    _core.softmax_backward(grad_y, y, grad_x, *_sizes(y, axis))
    return grad_x


def log_softmax(x: Array, axis: int) -> Array:
    y = np.empty_like(x)
    _core.log_softmax(x, y, *_sizes(x, axis))
    return y


def log_softmax_backward(grad_y: Array, y: Array, axis: int) -> Array:
    grad_x = np.empty_like(y)
    _core.log_softmax_backward(grad_y, y, grad_x, *_sizes(y, axis))
    return grad_x


def _sizes(x: Array, axis: int) -> tuple[int, int, int]:
    """How many numbers lie before, along and after an axis."""
    axis %= x.ndim
    return math.prod(x.shape[:axis]), x.shape[axis], math.prod(x.shape[axis + 1 :])
