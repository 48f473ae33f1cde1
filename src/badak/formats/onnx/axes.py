"""Which axis a number names: the one rule for graphs that are read and graphs that run."""

import operator
from collections.abc import Iterable, Sequence
from typing import SupportsIndex

from badak.errors import BadakError


def checked_axis(axis: int, rank: int) -> int:
    """Return an axis counted from the front, as ONNX counts: -1 is the last.

    Example:
        >>> checked_axis(-1, 4)
        3
        >>> checked_axis(6, 4)
        Traceback (most recent call last):
        badak.errors.BadakError: axis must be in -4..3, for the array has 4 axes; got 6
    """
    if not -rank <= axis < rank:
        raise BadakError(
            f"axis must be in {-rank}..{rank - 1}, for the array has {rank} axes; got {axis}"
        )
    return axis % rank


def checked_axes(axes: Iterable[SupportsIndex], rank: int) -> list[int]:
    """Return different axes of one array, each counted from the front.

    Example:
        >>> checked_axes([-1, 0], 3)
        [2, 0]
    """
    places = [checked_axis(operator.index(axis), rank) for axis in axes]
    if len(set(places)) < len(places):
        raise BadakError(f"axes must be different ones of {rank}; got {places[:8]}")
    return places


def checked_order(order: Sequence[int], rank: int) -> list[int]:
    """Return the new order of an array's axes, which must name each once and none from the end.

    Example:
        >>> checked_order([0, 2, 2], 3)
        Traceback (most recent call last):
        badak.errors.BadakError: perm must name each of 3 axes once; got [0, 2, 2]
    """
    if sorted(order) != list(range(rank)):
        raise BadakError(f"perm must name each of {rank} axes once; got {list(order)[:8]}")
    return list(order)
