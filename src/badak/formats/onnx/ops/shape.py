"""Operators that move values and compute nothing: the same for numbers of any kind."""

import math
import operator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from badak import checks
from badak.errors import BadakError
from badak.formats.onnx.axes import checked_axes, checked_axis, checked_order
from badak.formats.onnx.node import Node


def reshape(node: Node, x: NDArray[Any], shape: NDArray[Any]) -> NDArray[Any]:
    """Reshape x; a 0 keeps x's length there, a -1 takes the remaining length."""
    wanted = [operator.index(length) for length in shape]
    if not node.get("allowzero", 0):
        if any(length == 0 and i >= x.ndim for i, length in enumerate(wanted)):
            raise BadakError(f"shape {wanted} keeps an axis that {x.shape} does not have")
        wanted = [length or x.shape[i] for i, length in enumerate(wanted)]
    if min(wanted, default=0) < -1 or wanted.count(-1) > 1:
        raise BadakError(f"shape must hold lengths and at most one -1; got {wanted}")
    return x.reshape(wanted)


def flatten(node: Node, x: NDArray[Any]) -> NDArray[Any]:
    """Join the axes before `axis`, and those from it on, into one each."""
    axis = checks.integer(node.get("axis", 1), "axis", minimum=-x.ndim, maximum=x.ndim)
    rows = math.prod(x.shape[:axis])
    return x.reshape(rows, x.size // rows if rows else math.prod(x.shape[axis:]))


def concat(node: Node, *parts: NDArray[Any]) -> NDArray[Any]:
    """Lay arrays one after the other along an axis."""
    return np.concatenate(parts, checked_axis(node.get("axis", 1), parts[0].ndim))


def transpose(node: Node, x: NDArray[Any]) -> NDArray[Any]:
    """Put the axes in another order; in reverse if none is given."""
    return x.transpose(checked_order(node.get("perm", range(x.ndim)[::-1]), x.ndim))


def unsqueeze(node: Node, x: NDArray[Any], axes: NDArray[Any] | None = None) -> NDArray[Any]:
    """Insert axes of length 1; until operator set 12 an attribute said where."""
    places = node.get("axes", ()) if axes is None else axes
    return np.expand_dims(x, tuple(checked_axes(places, x.ndim + len(places))))


def squeeze(node: Node, x: NDArray[Any], axes: NDArray[Any] | None = None) -> NDArray[Any]:
    """Drop axes of length 1: those named, or all; until operator set 12 an attribute said which."""
    places = node.get("axes", None) if axes is None else axes
    return x.squeeze(None if places is None else tuple(checked_axes(places, x.ndim)))


def identity(_: Node, x: NDArray[Any]) -> NDArray[Any]:
    """The same values."""
    return x


def shape_of(node: Node, x: NDArray[Any]) -> NDArray[Any]:
    """The lengths of x's axes, of those from `start` to `end` if the node says so."""
    return np.array(x.shape[node.get("start", 0) : node.get("end", None)], np.int64)


def size_of(_: Node, x: NDArray[Any]) -> NDArray[Any]:
    """How many numbers x has."""
    return np.array(x.size, np.int64)


def gather(node: Node, x: NDArray[Any], indices: NDArray[Any]) -> NDArray[Any]:
    """The slices of x at these places of an axis; -1 is the last."""
    return np.asarray(np.take(x, indices, checked_axis(node.get("axis", 0), x.ndim)))


def slice_(
    node: Node,
    x: NDArray[Any],
    starts: NDArray[Any] | None = None,
    ends: NDArray[Any] | None = None,
    axes: NDArray[Any] | None = None,
    steps: NDArray[Any] | None = None,
) -> NDArray[Any]:
    """Each `steps`-th slice of x from `starts` up to `ends`; numbers count as Python's do.

    Until operator set 9 they were attributes.
    """
    first = node.get("starts", ()) if starts is None else starts
    beyond = node.get("ends", ()) if ends is None else ends
    along = node.get("axes", range(len(first))) if axes is None else axes
    by = [1] * len(first) if steps is None else steps
    cut = [slice(None)] * x.ndim
    for axis, *bounds in zip(checked_axes(along, x.ndim), first, beyond, by, strict=True):
        cut[axis] = slice(*map(operator.index, bounds))
    return x[tuple(cut)]
