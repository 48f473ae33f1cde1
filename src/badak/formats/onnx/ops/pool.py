"""MaxPool, AveragePool and the global poolings over any number of axes.

N images, C channels, size: input, places: output, each with one length per axis.
"""

import functools
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from badak import ops
from badak.arrays import FLOATS, Array, as_floats
from badak.errors import BadakError
from badak.formats.onnx.node import Node
from badak.formats.onnx.ops.conv import geometry
from badak.formats.onnx.ops.windows import Axis, axes_of, lift, windows


def max_pool(node: Node, x: NDArray[Any]) -> NDArray[Any] | tuple[NDArray[Any], NDArray[Any]]:
    """The largest value under each window of x (N, C, *size), and its position."""
    axes = _axes(node, x)
    if _in_ops(x, axes) and not node.wants(1):
        maps, window = _two_axes(node, x, axes)
        largest, _ = ops.max_pool2d(maps, **window)
        return largest.reshape(*x.shape[:2], *(a.places for a in axes))
    lowest = -np.inf if x.dtype.kind == "f" else np.iinfo(x.dtype).min
    seen = windows(x, axes, lowest)
    y: NDArray[Any] = seen.max(axis=_cell_axes(axes))  # (N, C, *places, *kernel) -> (.., *places)
    return (y, _winners(node, x, axes, seen, y)) if node.wants(1) else y


def _winners(
    node: Node, x: NDArray[Any], axes: Sequence[Axis], seen: NDArray[Any], y: NDArray[Any]
) -> NDArray[Any]:
    """The place of each window's first largest value, counted through all of x."""
    inside = windows(np.ones(x.shape, bool), axes, False)
    largest = seen == y.reshape(y.shape + (1,) * len(axes))
    won = inside & (largest | (seen != seen))  # NaN differs from itself, and wins
    cell = won.reshape(*y.shape, -1).argmax(axis=-1)  # (N, C, *places), cells counted row by row
    cells = np.unravel_index(cell, [a.kernel for a in axes])
    coordinates = []
    for i, axis in enumerate(axes):
        corner = np.arange(axis.places) * axis.stride - axis.before
        corner = corner.reshape([-1 if j == i else 1 for j in range(len(axes))])
        coordinates.append(corner + cells[i] * axis.dilation)
    order = "F" if node.get("storage_order", 0) else "C"  # how the map's places are counted
    place = np.ravel_multi_index(tuple(coordinates), x.shape[2:], order=order)  # type: ignore[call-overload]
    maps = np.arange(x.shape[0] * x.shape[1]).reshape(*x.shape[:2], *[1] * len(axes))
    return np.asarray(maps * np.prod(x.shape[2:]) + place, np.int64)


def average_pool(node: Node, x: Array) -> Array:
    """The mean under each window of x (N, C, *size)."""
    x = as_floats(x, "X")
    axes = _axes(node, x)
    with_padding = bool(node.get("count_include_pad", 0))
    if _in_ops(x, axes) and all(a.dilation == 1 for a in axes):
        maps, window = _two_axes(node, x, axes)
        del window["dilation"]
        mean = ops.avg_pool2d(maps, **window, count_include_pad=with_padding)
        return mean.reshape(*x.shape[:2], *(a.places for a in axes))
    total = windows(x, axes, 0).sum(axis=_cell_axes(axes))
    return np.asarray(total / _cell_count(axes, with_padding).astype(x.dtype))


def _cell_count(axes: Sequence[Axis], with_padding: bool) -> NDArray[Any]:
    """How many cells of each window count (*places); at least one, even if none meets the map."""
    counts = []
    for axis in axes:
        corner = np.arange(axis.places)[:, None] * axis.stride - axis.before  # (places, 1)
        cell = corner + np.arange(axis.kernel) * axis.dilation  # (places, kernel)
        first, last = (-axis.before, axis.size + axis.after) if with_padding else (0, axis.size)
        counts.append(((cell >= first) & (cell < last)).sum(axis=1))
    return np.asarray(np.maximum(functools.reduce(np.multiply.outer, counts), 1))


def global_average_pool(_: Node, x: Array) -> Array:
    """The mean of each map: (N, C, *size) -> (N, C, 1, ...)."""
    rows = x.reshape(*x.shape[:2], 1, -1)  # an average knows no axes
    return ops.global_avg_pool2d(rows).reshape(*x.shape[:2], *[1] * (x.ndim - 2))


def global_max_pool(_: Node, x: Array) -> Array:
    """The largest value of each map: (N, C, *size) -> (N, C, 1, ...)."""
    return np.asarray(x.max(axis=tuple(range(2, x.ndim)), keepdims=True))


def _axes(node: Node, x: NDArray[Any]) -> list[Axis]:
    if x.ndim < 3:
        raise BadakError(f"X must have an axis after N and C; got {x.shape}")
    axes = axes_of(node, x.shape[2:], tuple(node.get("kernel_shape", ())))
    pads, kernel = node.get("pads", ()), [axis.kernel for axis in axes]
    if any(pad >= cells for pad, cells in zip(pads, kernel * 2, strict=False)):
        # A window over nothing but padding has no largest value and no mean.
        raise BadakError(f"pads must be smaller than kernel_shape {kernel}; got {list(pads)}")
    return axes


def _cell_axes(axes: Sequence[Axis]) -> tuple[int, ...]:
    """The last axes of `windows`' view: those of the kernel."""
    return tuple(range(-len(axes), 0))


def _in_ops(x: NDArray[Any], axes: Sequence[Axis]) -> bool:
    """Whether badak.ops pools it: one or two axes of floats, padded by half the kernel at most."""
    narrow = all(max(a.before, a.after) <= a.kernel // 2 for a in axes)
    return x.dtype.type in FLOATS and len(axes) <= 2 and narrow


def _two_axes(node: Node, x: Array, axes: Sequence[Axis]) -> tuple[Array, dict[str, Any]]:
    """One or two axes as badak.ops pools them: the maps, and the window as keyword arguments."""
    rows = axes if len(axes) == 2 else lift(axes)
    window = geometry(rows) | {
        "kernel_size": [a.kernel for a in rows],
        "ceil_mode": bool(node.get("ceil_mode", 0)),
    }
    return x.reshape(*x.shape[:2], *(a.size for a in rows)), window
