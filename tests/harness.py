"""The comparison that every op must pass; tests/ops/test_sabotage.py proves that it can fail."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

TOLERANCE = {"float32": 1e-5, "float64": 1e-10}


def _strided(array: np.ndarray) -> np.ndarray:
    """Every second element of a larger array whose other elements are NaN, or far out."""
    wide = np.full((*array.shape, 2), np.nan if _is_float(array) else 99, array.dtype)
    wide[..., 0] = array
    return wide[..., 0]


def _read_only(array: np.ndarray) -> np.ndarray:
    copy = array.copy()
    copy.flags.writeable = False
    return copy


def _unaligned(array: np.ndarray) -> np.ndarray:
    buffer = b"\0" + array.tobytes()
    return np.ndarray(array.shape, array.dtype, buffer, offset=1)


def _backwards(array: np.ndarray) -> np.ndarray:
    return np.flip(np.ascontiguousarray(np.flip(array)))


LAYOUTS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "read-only": _read_only,
    "strided": _strided,
    "negative strides": _backwards,
    "Fortran order": np.asfortranarray,
    "big-endian": lambda array: array.astype(array.dtype.newbyteorder(">")),
    "unaligned": _unaligned,
}


def agree(
    op: Callable[..., Any],
    arrays: Mapping[str, Any],
    options: Mapping[str, Any],
    *expected: np.ndarray | None,
    scale: float | Sequence[float] = 0.0,
    shares_memory: bool = False,
) -> None:
    """Assert that `op` gives `expected`, keeps dtype and inputs, and takes any memory layout.

    Args:
        op: called with arrays and options as keywords.
        arrays: by argument name; None stands for an array left out.
        options: the other arguments.
        expected: one array for each result; None if the op returns None.
        scale: errors are relative to the largest expected value, or to this if it is larger
            (the size of what cancels); one for all results, or one for each.
        shares_memory: whether a result may be a view of an input.
    """
    before = {name: None if a is None else a.copy() for name, a in arrays.items()}
    results = _results(op(**arrays, **options))
    _same_bits(arrays, before, "input changed")
    dtype = next(array.dtype for array in arrays.values() if _is_float(array))
    scales = scale if isinstance(scale, Sequence) else [scale] * len(expected)
    for result, wanted, size in zip(results, expected, scales, strict=True):
        if wanted is None:
            assert result is None
        else:
            _one(result, wanted, dtype, size)
            shared = any(np.shares_memory(result, a) for a in arrays.values() if a is not None)
            assert shares_memory or not shared, "the result is a view of an input"
    for name, layout in LAYOUTS.items():
        relaid = {key: None if a is None else layout(a) for key, a in arrays.items()}
        again = _results(op(**relaid, **options))
        _same_bits(dict(enumerate(again)), dict(enumerate(results)), f"{name} inputs differ")
        _same_bits(relaid, before, f"{name} input changed")


def _one(result: Any, wanted: np.ndarray, dtype: np.dtype, scale: float) -> None:
    assert isinstance(result, np.ndarray), f"not an array: {type(result)}"
    assert result.shape == wanted.shape, f"shape {result.shape}, not {wanted.shape}"
    assert result.flags.c_contiguous, "not C-contiguous"
    assert result.flags.writeable, "read-only"
    if not np.issubdtype(wanted.dtype, np.floating):
        assert result.dtype == wanted.dtype, f"dtype {result.dtype}, not {wanted.dtype}"
        np.testing.assert_array_equal(result, wanted)
        return
    assert result.dtype == dtype, f"dtype {result.dtype}, not {dtype}"
    finite = wanted[np.isfinite(wanted)]
    tolerance = TOLERANCE[dtype.name]
    limit = tolerance * max(scale, float(np.abs(finite).max(initial=0.0)))
    limit += float(np.finfo(dtype).tiny)  # the oracle's float64 continues if a dtype underflows
    np.testing.assert_allclose(result, wanted, rtol=tolerance, atol=limit)


def _results(result: Any) -> tuple[Any, ...]:
    return tuple(result) if isinstance(result, tuple) else (result,)


def _is_float(array: Any) -> bool:
    return array is not None and np.issubdtype(array.dtype, np.floating)


def _same_bits(arrays: Mapping[Any, Any], before: Mapping[Any, Any], what: str) -> None:
    for name, array in arrays.items():
        if array is None:
            assert before[name] is None, f"{what}: {name}"
        else:
            np.testing.assert_array_equal(array, before[name], f"{what}: {name}", strict=False)
