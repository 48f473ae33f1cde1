"""Expand, Tile, Range and Split: arrays of other sizes from those that are there."""

import math
import operator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from badak import checks
from badak.errors import BadakError
from badak.formats.onnx.axes import checked_axis
from badak.formats.onnx.node import Node

Numbers = NDArray[Any]


def expand(_: Node, x: Numbers, shape: Numbers) -> Numbers:
    """X repeated along axes of size 1, to what it and `shape` broadcast to."""
    wanted = np.broadcast_shapes(x.shape, tuple(map(operator.index, shape)))
    checks.memory(math.prod(wanted) * x.itemsize, "the expanded array")
    return np.ascontiguousarray(np.broadcast_to(x, wanted))


def tile(_: Node, x: Numbers, repeats: Numbers) -> Numbers:
    """x, as many times along each axis."""
    times = [checks.integer(time, "repeats") for time in repeats.tolist()]
    if len(times) != x.ndim:
        raise BadakError(f"repeats must have one number for each of {x.ndim} axes; got {times}")
    checks.memory(math.prod(times) * x.nbytes, "the tiled array")
    return np.tile(x, times)


def range_(_: Node, start: Numbers, limit: Numbers, delta: Numbers) -> Numbers:
    """The numbers from start up to limit, delta apart."""
    count = max(math.ceil((limit.item() - start.item()) / delta.item()), 0)
    checks.memory(count * start.itemsize, "the range")
    return np.asarray(start + np.arange(count) * delta, start.dtype)


def split(node: Node, x: Numbers, sizes: Numbers | None = None) -> tuple[Numbers, ...]:
    """X cut along an axis: into pieces of these sizes, or of one size, the last maybe smaller."""
    axis = checked_axis(node.get("axis", 0), x.ndim)
    lengths = split_sizes(node, x.shape[axis], sizes)
    return tuple(np.split(x, np.cumsum(lengths)[:-1], axis))


def split_sizes(node: Node, length: int, sizes: Numbers | None) -> list[int]:
    """The sizes of the pieces of an axis of this length.

    Raises:
        BadakError: they do not make up the length.
    """
    given = node.get("split", None) if sizes is None else sizes.tolist()
    if given is None:
        count = node.get("num_outputs", len(node.outputs))
        piece = -(-length // count)
        given = [min(piece, max(length - i * piece, 0)) for i in range(count)]
    if sum(given) != length or min(given, default=0) < 0 or len(given) < len(node.outputs):
        raise BadakError(f"split must add up to the axis' length {length}; got {list(given)[:8]}")
    return [int(size) for size in given]
