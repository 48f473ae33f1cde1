"""add, multiply and scale; add and scale are the kernel of gradient descent."""

import numpy as np

from badak import _core
from badak.arrays import Array
from badak.ops.step import StepNumbers


def add(x: Array, other: Array) -> Array:
    """X - (-1) * other."""
    y = np.empty_like(x)
    _core.update("sgd", StepNumbers(rate=-1.0), other, [x], [y])
    return y


def multiply(x: Array, other: Array) -> Array:
    """Number by number, or each map by one."""
    if x.shape == other.shape:
        y = np.empty_like(x)
        _core.multiply(x, other, y)
        return y
    maps, gate = (other, x) if x.shape[-2:] == (1, 1) else (x, other)
    y = np.empty_like(maps)
    _core.multiply_rows(maps, gate, y, gate.size)
    return y


def multiply_backward(grad_y: Array, x: Array, other: Array) -> tuple[Array, Array]:
    """Products again; a gate's are added up over its map."""
    return _grad_factor(grad_y, x, other), _grad_factor(grad_y, other, x)


def _grad_factor(grad_y: Array, factor: Array, other: Array) -> Array:
    if factor.shape == grad_y.shape:
        return multiply(grad_y, other)
    grad = np.empty_like(factor)
    _core.multiply_rows_backward(grad_y, other, grad)
    return grad


def scale(x: Array, factor: float) -> Array:
    """Shrink by the factor, then a step of rate 0. Infinities become NaN."""
    y = np.empty_like(x)
    _core.update("sgd", StepNumbers(rate=0.0, shrink=factor), x, [x], [y])
    return y
