"""What an op demands of an array: its dtype, shape and memory order, and finite numbers."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from badak import checks
from badak.arrays.convert import InBlocks, as_array
from badak.arrays.types import FLOATS, Array
from badak.errors import ArgumentTypeError, BadakError


def as_floats(
    value: ArrayLike, name: str, ndim: int | None = None, dtype: np.dtype[Any] | None = None
) -> Array:
    """Return `value` as a C-contiguous float32 or float64 array, for an op.

    `ndim` says how many axes it must have, `dtype` which of the two dtypes; None allows any. It is
    a copy only if its memory is not C-contiguous or not of native byte order.

    Raises:
        ArgumentTypeError: its dtype is not float32 or float64, or not `dtype`.
        BadakError: it has a different number of axes.

    Example:
        >>> as_floats(np.arange(3), "x")
        Traceback (most recent call last):
        badak.errors.ArgumentTypeError: x must be float32 or float64; got int64: ...
    """
    array = as_array(value, name)
    if array.dtype.type not in FLOATS:
        raise ArgumentTypeError(
            f"{name} must be float32 or float64; got {array.dtype}: "
            f"convert it, e.g. {name}.astype(np.float32)"
        )
    if dtype is not None and array.dtype != dtype:
        raise ArgumentTypeError(f"{name} must be {dtype} like the rest; got {array.dtype}")
    if ndim is not None and array.ndim != ndim:
        raise BadakError(f"{name} must have {ndim} axes; got shape {array.shape}")
    if not (array.flags.c_contiguous and array.flags.aligned):
        checks.memory(array.nbytes, name)  # a broadcast view can be far larger than its memory
    return np.require(array, requirements=["C", "A"])


def check_shape(array: NDArray[Any] | InBlocks, name: str, expected: Sequence[int | None]) -> None:
    """Refuse an array whose shape is not `expected`; None allows any length.

    Example:
        >>> check_shape(np.ones(3), "bias", (30,))
        Traceback (most recent call last):
        badak.errors.BadakError: bias must have shape (30,); got (3,)
    """
    fits = array.ndim == len(expected) and all(
        wanted is None or length == wanted
        for length, wanted in zip(array.shape, expected, strict=True)
    )
    if not fits:
        words = ", ".join("any" if length is None else str(length) for length in expected)
        words += "," if len(expected) == 1 else ""
        raise BadakError(f"{name} must have shape ({words}); got {array.shape}")


def not_finite(arrays: Mapping[str, NDArray[Any]]) -> list[str]:
    """Return the names of the arrays that hold NaN or infinity.

    Example:
        >>> not_finite({"a": np.ones(2), "b": np.array([1, np.nan])})
        ['b']
    """
    return [name for name, array in arrays.items() if not is_finite(array)]


def is_finite(array: NDArray[Any]) -> bool:
    """Whether no element is NaN or infinity."""
    # The sum of finite numbers is finite unless it overflows, and is far cheaper than a mask.
    with np.errstate(over="ignore", invalid="ignore"):
        suspicious = not np.isfinite(np.sum(array, dtype=np.float64))
    return not suspicious or bool(np.isfinite(array).all())
