"""numerical_gradient: gradients by central differences (the book's chapter 4.4)."""

from collections.abc import Callable
from typing import Any

import numpy as np

from badak.arrays import Array
from badak.errors import ArgumentTypeError

H = 1e-4


def numerical_gradient(f: Callable[[Array], Any], x: Array) -> Array:
    """Return the gradient of f at x by central differences.

    Args:
        f: a function of x that returns one number. It may read x under another name: x itself is
            changed, one value at a time, and restored.
        x: floats of any shape.

    Raises:
        ArgumentTypeError: integers, which cannot change by a small step.

    Example:
        >>> numerical_gradient(lambda x: (x**2).sum(), np.array([3.0, 4.0])).round(6)
        array([6., 8.])
    """
    if not np.issubdtype(x.dtype, np.floating):
        raise ArgumentTypeError(f"x must hold floats; got {x.dtype}: pass x.astype(float)")
    gradient = np.zeros_like(x)
    for place in np.ndindex(x.shape):
        value = x[place]
        x[place] = value + H
        above = f(x)
        x[place] = value - H
        below = f(x)
        x[place] = value
        gradient[place] = (above - below) / (2 * H)
    return gradient
