"""Operators that compute nothing, but reshape or transpose: Flatten, or no layer at all."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnx import TensorProto

from badak.arrays import Shape
from badak.errors import FormatError
from badak.formats.onnx.axes import checked_axes, checked_order
from badak.formats.onnx.call import Call, as_numbers
from badak.formats.onnx.tensor import FLOATS
from badak.formats.onnx.value import Loaded, Value
from badak.formats.onnx.writer import GraphWriter
from badak.layers import ChannelShuffle, Flatten


def write_flatten(graph: GraphWriter, name: str, layer: Flatten, x: str, shape: Shape) -> str:
    """One node."""
    return graph.add("Flatten", [x], name, axis=1)


def read_flatten(call: Call) -> Value:
    """Flatten."""
    x, axis = call.any(), call.integer("axis", 1)
    if axis not in (1, -len(x.file_shape) or 1):
        raise FormatError(f"its axis must be 1, after the images; got {axis}")
    return _reshaped(call, x, [math.prod(x.shape)])


def _reshaped(call: Call, x: Value, sizes: list[int]) -> Value:
    """Flatten or ChannelShuffle; no layer if axes only part, come, go or join again."""
    layout = x.layout.reshaped(sizes)
    if layout is None:
        raise FormatError(
            f"it must part or join axes; {x.file_shape} becomes {tuple(sizes)}, which no layer does"
        )
    shuffle = layout.shuffled(x.shape)
    if shuffle is not None:
        groups, layout = shuffle
        return call.gives(x, Loaded(ChannelShuffle(groups)), layout=layout)
    wide = sum(size > 1 for size in x.shape)
    if len(sizes) == 1 and len(x.shape) == 3 and wide > 1:
        return call.gives(x, Loaded(Flatten()), layout=layout)
    return call.gives(x, layout=layout)


def read_reshape(call: Call) -> Value:
    """Flatten, or no layer; images must stay apart."""
    x, wanted = call.any(), as_numbers(call.array(1))
    keep = not call.integer("allowzero", 0)
    shape = x.file_shape
    full = (0, *shape)
    wanted = [
        full[place] if size == 0 and keep and 0 < place < len(full) else size
        for place, size in enumerate(wanted)
    ]
    free = wanted.count(-1)
    if free > 1 or any(size < -1 for size in wanted):
        raise FormatError(f"its shape must hold sizes and at most one -1; got {wanted}")
    batch, rest = wanted[0] if wanted else None, wanted[1:]
    if -1 in rest:
        known = math.prod(size for size in rest if size != -1)
        whole = math.prod(shape)
        rest[rest.index(-1)] = whole // known if known and whole % known == 0 else -1
    images = batch in (0, -1) or (batch is not None and batch == call.batch)
    if not images or math.prod(rest) != math.prod(shape) or min(rest, default=1) < 1:
        raise FormatError(f"it must keep images apart; it gives {wanted} for {('N', *shape)}")
    return _reshaped(call, x, rest)


def read_squeeze(call: Call) -> Value:
    """No layer: axes of size 1 are removed; all of them if none is named."""
    x, axes = call.any(), call.axes()
    sizes = [None, *x.file_shape]
    gone = checked_axes(axes, len(sizes)) or [i for i, size in enumerate(sizes) if size == 1]
    if any(sizes[place] != 1 for place in gone):
        raise FormatError(f"it must name axes of size 1; got {axes} of {('N', *x.file_shape)}")
    return _reshaped(call, x, [x.file_shape[i - 1] for i in range(1, len(sizes)) if i not in gone])


def read_unsqueeze(call: Call) -> Value:
    """Nothing: axes of size 1 come."""
    x, axes = call.any(), call.axes()
    rank = 1 + len(x.file_shape) + len(axes)
    new = checked_axes(axes, rank)
    if 0 in new:
        raise FormatError(f"it must keep the images first; got axes {axes}")
    old = iter(x.file_shape)
    return _reshaped(call, x, [1 if place in new else next(old) for place in range(1, rank)])


def read_transpose(call: Call) -> Value:
    """No layer: badak keeps maps as (C, H, W), and the layout records the file's order."""
    x = call.any()
    rank = len(x.file_shape) + 1
    order = checked_order(call.integers("perm", range(rank)[::-1]), rank)
    if order[0] != 0:
        raise FormatError(f"it must keep the images first; got perm {order}")
    return call.gives(x, layout=x.layout.transposed([place - 1 for place in order[1:]]))


def read_cast(call: Call) -> Value:
    """Nothing, between types of floats: badak's networks compute in one."""
    x, to = call.any(), call.integer("to", 0)
    call.integer("saturate", 1)
    call.word("round_mode", "up")
    if to not in FLOATS:
        raise FormatError(f"it must cast to a type of floats; it casts to {_type_name(to)}")
    return call.gives(x)


def _type_name(element: int) -> str:
    known = element in TensorProto.DataType.values()
    return str(TensorProto.DataType.Name(element)) if known else f"number {element}"


def read_identity(call: Call) -> Value:
    """Nothing."""
    return call.gives(call.any())


def read_shape(call: Call) -> NDArray[Any]:
    """The sizes; for the images' number 0, with which Reshape means the same again."""
    sizes = [0, *call.any().file_shape]
    start, end = call.integer("start", 0), call.integer("end", len(sizes))
    return np.array(sizes[start:end], np.int64)


WRITERS = {Flatten: write_flatten}
READERS = {
    "Flatten": read_flatten,
    "Reshape": read_reshape,
    "Squeeze": read_squeeze,
    "Unsqueeze": read_unsqueeze,
    "Transpose": read_transpose,
    "Cast": read_cast,
    "Identity": read_identity,
    "Shape": read_shape,
}
