"""difference: how the reader's result differs from the right one, at the first place."""

from typing import Any

import numpy as np

from badak.arrays import Array


def difference(got: Any, expected: Any, rtol: float = 1e-6) -> dict[str, Any] | None:
    """Return what differs first, with its kind and numbers; None if nothing does.

    Kinds are "none", "no_number", "list", "type", "shape", "nan" and "value".

    Example:
        >>> difference(np.array([1.0, 3.0]), np.array([1.0, 2.0]))
        {'kind': 'value', 'place': '[1]', 'got': '3', 'expected': '2'}
        >>> difference(None, np.ones(2))
        {'kind': 'none', 'expected': '(2,)'}
    """
    right: Array = np.asarray(expected, float)
    if got is None:
        kind = "none" if right.ndim else "no_number"
        return {"kind": kind, "expected": str(right.shape) if right.ndim else number(right)}
    if isinstance(got, (list, tuple)) and right.ndim:
        return {"kind": "list", "got": type(got).__name__, "expected": str(right.shape)}
    try:
        values = np.asarray(got, float)
    except (TypeError, ValueError):
        return {"kind": "type", "got": type(got).__name__, "expected": str(right.shape)}
    if values.shape != right.shape and not (right.ndim == 0 and values.size == 1):
        return {"kind": "shape", "got": str(values.shape), "expected": str(right.shape)}
    values = values.reshape(right.shape)
    if getattr(got, "dtype", None) == np.float32:
        rtol = max(rtol, 1e-4)
    scale = float(np.abs(right).max(initial=0)) or 1.0
    wrong = ~(np.abs(values - right) <= rtol * scale)  # NaN is wrong
    if not wrong.any():
        return None
    place = np.unravel_index(int(wrong.argmax()), right.shape)
    where = f"[{', '.join(map(str, place))}]" if place else ""
    kind = "value" if np.isfinite(values[place]) else "nan"
    pair = (number(values[place]), number(right[place]))
    if pair[0] == pair[1]:  # they differ in later digits alone
        pair = (number(values[place], 9), number(right[place], 9))
    return {"kind": kind, "place": where, "got": pair[0], "expected": pair[1]}


def same(got: Any, expected: Any, rtol: float = 1e-6) -> bool:
    """Whether nothing differs; two results that are both NaN somewhere are the same there.

    Example:
        >>> same(np.array([np.nan]), np.array([np.nan])), same([1.0], np.ones(1))
        (True, False)
    """
    right = np.asarray(expected, float)
    if isinstance(got, np.ndarray) and got.shape == right.shape:
        blank = np.isnan(right)
        if blank.any():
            return bool((np.isnan(got) == blank).all()) and same(got[~blank], right[~blank], rtol)
    elif np.isscalar(got) and right.ndim == 0 and np.isnan(right):
        return bool(np.isnan(got))
    return difference(got, expected, rtol) is None


def number(value: Any, digits: int = 4) -> str:
    """Return a number as a reader writes it.

    Example:
        >>> number(2.0), number(1 / 3)
        ('2', '0.3333')
    """
    return f"{float(value):.{digits}g}"
