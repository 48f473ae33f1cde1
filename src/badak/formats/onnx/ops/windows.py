"""Windows over any number of axes, from ONNX's kernel_shape, strides, pads, dilations, auto_pad.

Each axis is an `ops.window.Window` of one column, so that there is one size formula in badak.
N images, C channels, size: input, places: output and kernel, each with one length per axis.
"""

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from badak import checks
from badak.arrays import Shape
from badak.errors import BadakError
from badak.formats.onnx.node import Node
from badak.ops.window import Window

AUTO_PADS = ("NOTSET", "SAME_UPPER", "SAME_LOWER", "VALID")


class Axis(NamedTuple):
    """One axis of a window: the input's size, the window's cells, padding and places.

    `reach` is the padding after the input that the last window needs; more than `after` in
    ceil_mode.
    """

    size: int
    kernel: int
    stride: int
    dilation: int
    before: int
    after: int
    reach: int
    places: int

    @property
    def covers(self) -> int:
        """From the first cell to the last, both counted."""
        return self.dilation * (self.kernel - 1) + 1


def axes_of(node: Node, size: Shape, kernel: Shape) -> list[Axis]:
    """Return a node's window over an input of this size.

    `size` are the input's lengths after N and C.
    """
    rank = len(size)
    if not rank or len(kernel) != rank:
        raise BadakError(f"a window of {len(kernel)} axes does not fit an input of {rank}")
    strides = per_axis(node, "strides", 1, rank)
    dilations = per_axis(node, "dilations", 1, rank)
    pads = per_axis(node, "pads", 0, 2 * rank)  # all before, then all after
    auto_pad = checks.choice(node.get("auto_pad", "NOTSET"), "auto_pad", AUTO_PADS)
    ceil_mode = bool(node.get("ceil_mode", 0))
    axes = []
    for i in range(rank):
        padding: Any = "same"
        if not auto_pad.startswith("SAME"):
            sides = (0, 0) if auto_pad == "VALID" else (pads[i], pads[rank + i])
            padding = (sides, (0, 0))
        window = Window.of((kernel[i], 1), (strides[i], 1), padding, (dilations[i], 1), ceil_mode)
        before, after = window.sides(size[i], 1)[0]
        reach = window.reach(size[i], 1)[0][1]
        if auto_pad == "SAME_LOWER":  # the odd one before
            before, after, reach = after, before, before
        places, _ = window.output_size(size[i], 1)
        axes.append(
            Axis(size[i], kernel[i], strides[i], dilations[i], before, after, reach, places)
        )
    return axes


def per_axis(node: Node, name: str, default: int, count: int) -> list[int]:
    """Return a list attribute of this length; `default` throughout if it is left out."""
    values = list(node.get(name, [default] * count))
    if len(values) != count:
        raise BadakError(f"{name} must have {count} numbers; got {values}")
    return values


def lift(axes: Sequence[Axis]) -> list[Axis]:
    """Return the axes with one of length 1 in front: images one row high."""
    return [Axis(1, 1, 1, 1, 0, 0, 0, 1), *axes]


def windows(x: NDArray[Any], axes: Sequence[Axis], value: float) -> NDArray[Any]:
    """Return what windows see of x (N, C, *size): a read-only view (N, C, *places, *kernel)."""
    padded_size = [a.before + a.size + a.reach for a in axes]
    cells = math.prod([a.places * a.kernel for a in axes])  # what a reduction may copy
    checks.memory(
        math.prod(x.shape[:2]) * max(math.prod(padded_size), cells) * x.itemsize,
        "the padded input and its windows",
    )
    sides = [(0, 0), (0, 0), *((a.before, a.reach) for a in axes)]
    padded = np.pad(x, sides, constant_values=value)
    view = np.lib.stride_tricks.sliding_window_view(  # (N, C, *starts, *covers)
        padded, [a.covers for a in axes], axis=tuple(range(2, x.ndim))
    )
    at_places = [slice(0, (a.places - 1) * a.stride + 1, a.stride) for a in axes]
    at_cells = [slice(None, None, a.dilation) for a in axes]
    return view[(slice(None), slice(None), *at_places, *at_cells)]
