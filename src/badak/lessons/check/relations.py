"""relation: how wrong results stand to the right ones, whatever the exercise."""

from collections.abc import Sequence
from typing import Any

import numpy as np


def relation(pairs: Sequence[tuple[Any, Any]], rtol: float = 1e-6) -> str:
    """Return the fault that all pairs of a wrong and a right result show; "" if none.

    Example:
        >>> right = np.array([1.0, 2.0, 4.0])
        >>> relation([(3 * right, right)]), relation([(right[::-1], right)])
        ('factor', 'other_order')
    """
    arrays = []
    for got, right in pairs:
        try:
            arrays.append((np.asarray(got, float), np.asarray(right, float)))
        except (TypeError, ValueError):
            return ""
    if not arrays or not all(np.isfinite(got).all() and got.size for got, _ in arrays):
        return ""
    tests = (("all_zero", _zero), ("sign_of_gradient", _negative), ("factor", _factor),
             ("other_order", _order))  # fmt: skip
    for fault, holds in tests:
        if all(holds(got, right, rtol) for got, right in arrays):
            return fault
    return ""


def _close(a: Any, b: Any, rtol: float) -> bool:
    return bool(np.shape(a) == np.shape(b) and np.allclose(a, b, rtol, rtol * np.abs(b).max()))


def _zero(got: Any, right: Any, rtol: float) -> bool:
    return not got.any() and bool(right.any())


def _negative(got: Any, right: Any, rtol: float) -> bool:
    return bool(got.any()) and _close(-got, right, rtol)


def _factor(got: Any, right: Any, rtol: float) -> bool:
    if got.shape != right.shape or right.size < 2 or not got.any():
        return False
    largest = np.unravel_index(np.abs(right).argmax(), right.shape)
    return bool(right[largest]) and _close(right * (got[largest] / right[largest]), got, rtol)


def _order(got: Any, right: Any, rtol: float) -> bool:
    return right.size > 1 and _close(np.sort(got, axis=None), np.sort(right, axis=None), rtol)
