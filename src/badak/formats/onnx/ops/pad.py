"""Pad: add values around an array, or crop it if a number is negative."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from badak import checks
from badak.errors import BadakError
from badak.formats.onnx.axes import checked_axes
from badak.formats.onnx.node import Node

MODES = ("constant", "reflect", "edge", "wrap")  # called so by NumPy too


def pad(
    node: Node,
    x: NDArray[Any],
    pads: NDArray[Any] | None = None,
    value: NDArray[Any] | None = None,
    axes: NDArray[Any] | None = None,
) -> NDArray[Any]:
    """Surround x by `pads`, all numbers before the axes and then all after them.

    Until operator set 10 they and the value were attributes.
    """
    mode = checks.choice(node.get("mode", "constant"), "mode", MODES)
    numbers = [int(number) for number in (node.get("pads", ()) if pads is None else pads)]
    fill = node.get("value", 0.0) if value is None or not value.size else value.item()
    padded = range(x.ndim) if axes is None else checked_axes(axes, x.ndim)
    if len(numbers) != 2 * len(padded):
        raise BadakError(f"pads must have {2 * len(padded)} numbers; got {len(numbers)}")
    sides = [(0, 0)] * x.ndim
    for i, axis in enumerate(padded):
        sides[axis] = (numbers[i], numbers[len(padded) + i])
    cut = tuple(_kept(axis, length, sides[axis]) for axis, length in enumerate(x.shape))
    grown = [(max(before, 0), max(after, 0)) for before, after in sides]
    size = x.itemsize
    for length, (before, after) in zip(x.shape, grown, strict=True):
        size *= length + before + after
    checks.memory(size, "the padded array")
    if mode == "constant":
        return np.pad(x[cut], grown, constant_values=fill)
    return np.pad(x[cut], grown, mode=mode)  # type: ignore[call-overload,no-any-return]


def _kept(axis: int, length: int, sides: tuple[int, int]) -> slice:
    """What negative numbers leave of an axis."""
    start, cut_after = (max(-number, 0) for number in sides)
    if start + cut_after > length:
        raise BadakError(
            f"pads {sides[0]} and {sides[1]} take more from axis {axis} than its length {length}"
        )
    return slice(start, length - cut_after)
