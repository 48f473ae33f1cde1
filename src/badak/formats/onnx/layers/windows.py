"""The window of convolutions and poolings: its geometry as ONNX's attributes, both ways."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from badak.errors import FormatError
from badak.formats.onnx.call import Call
from badak.formats.onnx.ops.windows import AUTO_PADS
from badak.formats.onnx.value import Value
from badak.formats.onnx.writer import GraphWriter
from badak.ops.window import Padding, Pair, Sides, Window


def attributes(window: Window, sides: Sides) -> dict[str, Any]:
    """A window, and the padding on each side of the maps, as a node has them."""
    (top, bottom), (left, right) = sides
    return {
        "kernel_shape": window.kernel,
        "strides": window.stride,
        "pads": [top, left, bottom, right],
    }


def pads_array(graph: GraphWriter, name: str, sides: Sides) -> str:
    """The input of Pad: it counts all axes, and first what comes before each."""
    (top, bottom), (left, right) = sides
    return graph.array(f"{name}.pads", [0, 0, top, left, 0, 0, bottom, right], np.int64)


def padding_of(call: Call, window: Window, x: Value) -> Padding:
    """A node's pads, or what its auto_pad means for this input."""
    pads = call.integers("pads", [0, 0, 0, 0])
    word = call.word("auto_pad", "NOTSET")
    if word == "NOTSET":
        return padding_from(pads)
    if word not in AUTO_PADS:
        raise FormatError(f"its auto_pad must be one of {', '.join(AUTO_PADS)}; got {word[:40]!r}")
    if any(pads):
        raise FormatError(f"it must have pads or auto_pad; got {pads[:8]} and {word}")
    if word == "SAME_LOWER":  # the odd row before, not after
        (top, bottom), (left, right) = replace(window, padding="same").sides(*x.shape[1:])
        return padding_from([bottom, right, top, left])
    return "same" if word == "SAME_UPPER" else 0


def padding_from(pads: Sequence[int]) -> Padding:
    """ONNX's pads [top, left, bottom, right], in the shortest form that badak has."""
    if len(pads) != 4 or min(pads) < 0:
        raise FormatError(f"its pads must be four integers, at least 0; got {list(pads)[:8]}")
    top, left, bottom, right = pads
    if (top, left) != (bottom, right):
        return (top, bottom), (left, right)
    return top if top == left else (top, left)


def short(pair: Pair) -> int | Pair:
    """Return one number instead of two equal ones."""
    return pair[0] if pair[0] == pair[1] else pair
