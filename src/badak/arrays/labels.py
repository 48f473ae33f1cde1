"""The one door through which labels enter badak.

Letters: N images, K classes.
"""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from badak import checks
from badak.arrays.convert import as_array
from badak.arrays.types import Labels
from badak.errors import ArgumentTypeError, BadakError


def as_labels(
    value: ArrayLike,
    count: int | None = None,
    num_classes: int | None = None,
    name: str = "labels",
) -> Labels:
    """Return class labels as int64 indices (N,).

    They may be (N,) integers in [0, K), or one-hot rows (N, K); `count` says how many there must
    be.

    Raises:
        ArgumentTypeError: not integers (class names as strings, floats).
        BadakError: a different length, or a label out of range.

    Example:
        >>> as_labels([3, 10], num_classes=10)
        Traceback (most recent call last):
        badak.errors.BadakError: labels must lie in 0..9; label 1 is 10
    """
    array = as_array(value, name)
    checks.array_memory(array.shape, 8, name)  # a broadcast view is far larger than its memory
    check_no_column(array, name, num_classes)
    if array.ndim == 2 and num_classes in (None, array.shape[1]):
        one_hot = (array == 1).sum(axis=1) == 1
        one_hot &= (array == 0).sum(axis=1) == array.shape[1] - 1
        if not one_hot.all():
            row = int(np.argmin(one_hot))
            raise BadakError(f"{name} as (N, K) must be one-hot rows; row {row} is {array[row]}")
        array = array.argmax(axis=1)
    if array.ndim != 1 or (count is not None and len(array) != count):
        wanted = f"({count},)" if count is not None else "(N,)"
        raise BadakError(f"{name} must have shape {wanted}, one per image; got {array.shape}")
    if array.dtype.kind not in "iu" and array.size:  # an empty list reads as floats
        raise ArgumentTypeError(f"{name} must be integers, class indices; got {array.dtype}")
    if array.size and num_classes is not None:
        if array.min() < 0 or array.max() >= num_classes:
            first = int(np.argmax((array < 0) | (array >= num_classes)))
            raise BadakError(
                f"{name} must lie in 0..{num_classes - 1}; label {first} is {array[first]}"
            )
    elif array.size and array.min() < 0:
        raise BadakError(f"{name} must not be negative; the smallest is {array.min()}")
    return np.ascontiguousarray(array, dtype=np.int64)


def check_no_column(array: NDArray[Any], name: str, num_classes: int | None) -> None:
    """Refuse labels (N, 1), which are neither (N,) nor one-hot rows of several classes.

    Example:
        >>> check_no_column(np.ones((5, 1), int), "labels", 10)
        Traceback (most recent call last):
        badak.errors.BadakError: labels must have shape (N,), one per image; got (5, 1): ...
    """
    if array.ndim == 2 and array.shape[1] == 1 != num_classes:
        raise BadakError(
            f"{name} must have shape (N,), one per image; got {array.shape}: pass {name}.ravel()"
        )
