"""ChannelSlice both ways; ChannelShuffle."""

import numpy as np

from badak.arrays import Shape
from badak.errors import FormatError
from badak.formats.onnx.axes import checked_axes
from badak.formats.onnx.call import Call, as_numbers
from badak.formats.onnx.value import Loaded, Value
from badak.formats.onnx.writer import GraphWriter
from badak.layers import ChannelShuffle, ChannelSlice


def write_slice(graph: GraphWriter, name: str, layer: ChannelSlice, x: str, shape: Shape) -> str:
    """One node; its borders are inputs."""
    borders = {"start": layer.start, "stop": layer.stop, "axis": 1}
    arrays = [graph.array(f"{name}.{key}", [place], np.int64) for key, place in borders.items()]
    return graph.add("Slice", [x, *arrays], name)


def read_slice(call: Call) -> Value:
    """ChannelSlice; nothing if everything stays."""
    x = call.value()
    starts, stops = as_numbers(call.array(1)), as_numbers(call.array(2))
    given = as_numbers(call.array(3)) if call.at(3) is not None else list(range(len(starts)))
    rank = len(x.axes) + 1
    axes = checked_axes(given, rank)
    steps = as_numbers(call.array(4)) if call.at(4) is not None else [1] * len(axes)
    if not len(starts) == len(stops) == len(axes) == len(steps) or any(n != 1 for n in steps):
        raise FormatError(f"it must have a start, a stop and the step 1 for each axis; got {steps}")
    borders = (0, len(x))
    for axis, start, stop in zip(axes, starts, stops, strict=True):
        size = None if axis == 0 else x.file_shape[axis - 1]
        if axis and x.axes[axis - 1] == 0 and size is not None:
            borders = _from_front(start, size), _from_front(stop, size)
        elif start != 0 or stop < (2**31 - 1 if size is None else size):
            raise FormatError(f"it must keep all rows and columns; got {starts} to {stops}")
    if borders == (0, len(x)):
        return call.gives(x)
    if x.mixed and len(x.axes) == 1:
        raise FormatError("it slices rows that were laid out with the channels last")
    return call.gives(x, Loaded(ChannelSlice(*borders)))


def _from_front(place: int, size: int) -> int:
    return min(max(place + size if place < 0 else place, 0), size)


def write_shuffle(
    graph: GraphWriter, name: str, layer: ChannelShuffle, x: str, shape: Shape
) -> str:
    """Three nodes: a table of groups and their members, transposed."""
    channels, *rest = shape
    table = [0, layer.groups, channels // layer.groups, *rest]
    sizes = graph.array(f"{name}.table", table, np.int64)
    y = graph.add("Reshape", [x, sizes], f"{name}.grouped")
    order = [0, 2, 1, *range(3, len(table))]
    y = graph.add("Transpose", [y], f"{name}.turned", perm=order)
    return graph.add("Reshape", [y, graph.array(f"{name}.shape", [0, *shape], np.int64)], name)


WRITERS = {ChannelSlice: write_slice, ChannelShuffle: write_shuffle}
READERS = {"Slice": read_slice}
