"""Pad: values around an array, and fewer of its own where a number is negative."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from badak import checks
from badak.errors import BadakError
from badak.formats.onnx_ops.node import Node

MODES = ("constant", "reflect", "edge", "wrap")  # called so by NumPy too


def pad(
    node: Node,
    x: NDArray[Any],
    pads: NDArray[Any] | None = None,
    value: NDArray[Any] | None = None,
    axes: NDArray[Any] | None = None,
) -> NDArray[Any]:
    """Surround x by `pads`, all numbers before the axes and then all behind them.

    Until operator set 10 they and the value were attributes.
    """
    mode = checks.choice(node.get("mode", "constant"), "mode", MODES)
    numbers = [int(number) for number in (node.get("pads", ()) if pads is None else pads)]
    fill = node.get("value", 0.0) if value is None or not value.size else value.item()
    padded = range(x.ndim) if axes is None else [int(axis) % x.ndim for axis in axes]
    if len(numbers) != 2 * len(padded):
        raise BadakError(f"pads must have {2 * len(padded)} numbers; got {len(numbers)}")
    sides = [(0, 0)] * x.ndim
    for i, axis in enumerate(padded):
        sides[axis] = (numbers[i], numbers[len(padded) + i])
    cut = tuple(
        slice(max(-before, 0), length - max(-after, 0))
        for length, (before, after) in zip(x.shape, sides, strict=True)
    )
    grown = [(max(before, 0), max(after, 0)) for before, after in sides]
    size = x.itemsize
    for length, (before, after) in zip(x.shape, grown, strict=True):
        size *= length + before + after
    checks.memory(size, "the padded array")
    if mode == "constant":
        return np.pad(x[cut], grown, constant_values=fill)
    return np.pad(x[cut], grown, mode=mode)  # type: ignore[call-overload,no-any-return]
