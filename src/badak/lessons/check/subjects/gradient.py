"""numerical_gradient (the book's chapter 4.4): a function is its argument."""

from typing import Any

import numpy as np

from badak.arrays import Array
from badak.lessons.check.subjects.base import Compute, Subject, Trial


def sum_of_cubes(x: Array) -> Any:
    """Return the sum of x^3: its slope changes, so a one-sided difference shows.

    Example:
        >>> sum_of_cubes(np.array([1.0, 2.0]))
        np.float64(9.0)
    """
    return np.sum(x**3)


def _right(t: Trial) -> Array:
    return np.asarray(3 * t.x**2)


def _of_rows(t: Trial) -> Array:
    if t.x.ndim > 1:
        raise IndexError
    return _right(t)


STEPS = (1e-4, 1e-3, 1e-5, 1e-2, -1e-4)


def _one_sided(h: float) -> Compute:
    return lambda t: ((t.x + h) ** 3 - t.x**3) / h


NUMERICAL_GRADIENT = Subject(
    "numerical_gradient",
    ("numericalgradient",),
    "function",
    (
        Trial({"f": sum_of_cubes}, {"x": np.array([3.0])}),
        Trial({"f": sum_of_cubes}, {"x": np.array([3.0, 4.0])}),
        Trial({"f": sum_of_cubes}, {"x": np.array([[3.0, 4.0], [-1.0, 2.0]])}),
    ),
    {"out": _right},
    {
        "out": {
            "step_not_doubled": lambda t: 2 * _right(t),
            "step_halved": lambda t: _right(t) / 2,
            "sign_of_gradient": lambda t: -_right(t),
            "one_dimension_only": _of_rows,
            "step_too_small": lambda t: 0 * t.x,
            **{f"one_sided {i}": _one_sided(h) for i, h in enumerate(STEPS)},
        }
    },
    rtol=1e-6,
)
