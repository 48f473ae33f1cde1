"""add and scale: both are the kernel of gradient descent."""

import numpy as np

from badak import _core
from badak.arrays import Array
from badak.ops.step import StepNumbers


def add(x: Array, other: Array) -> Array:
    """X - (-1) * other."""
    y = np.empty_like(x)
    _core.update("sgd", StepNumbers(rate=-1.0), other, [x], [y])
    return y


def scale(x: Array, factor: float) -> Array:
    """Shrink by the factor, then a step of rate 0. Infinities become NaN."""
    y = np.empty_like(x)
    _core.update("sgd", StepNumbers(rate=0.0, shrink=factor), x, [x], [y])
    return y
