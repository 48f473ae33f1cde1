"""ChannelSlice and ChannelShuffle, both ways."""

from itertools import accumulate, pairwise

import numpy as np

from badak.arrays import Array, Shape
from badak.errors import FormatError
from badak.formats.onnx.axes import checked_axes, checked_axis
from badak.formats.onnx.call import Call, as_numbers
from badak.formats.onnx.layout import Layout
from badak.formats.onnx.ops.extent import split_sizes
from badak.formats.onnx.pending import Crop
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
    if call.at(1) is None:  # until operator set 9
        starts, stops = call.integers("starts", []), call.integers("ends", [])
    else:
        starts, stops = as_numbers(call.array(1)), as_numbers(call.array(2))
    given = call.axes(3) or list(range(len(starts)))
    axes = checked_axes(given, len(x.file_shape) + 1)
    steps = as_numbers(call.array(4)) if call.at(4) is not None else [1] * len(axes)
    if not len(starts) == len(stops) == len(axes) == len(steps) or any(n != 1 for n in steps):
        raise FormatError(f"it must have a start, a stop and the step 1 for each axis; got {steps}")
    for axis, start, stop in zip(axes, starts, stops, strict=True):
        if axis:
            size = x.file_shape[axis - 1]
            x = _cut(call, x, axis - 1, _from_front(start, size), _from_front(stop, size))
        elif start != 0 or stop < 2**31 - 1:
            raise FormatError(f"it must keep all images; got {starts} to {stops}")
    return call.gives(x)


def _cut(call: Call, x: Value, place: int, start: int, stop: int) -> Value:
    """Some of the channels, or of the rows or columns."""
    if (start, stop) == (0, x.file_shape[place]):
        return x
    name = f"{call.node.outputs[0]} {place} {start} {stop}"
    order = x.layout.order(x.shape)
    if x.layout.goes_along(place, x.shape):
        part = call.gives(x, Loaded(ChannelSlice(start, stop)), name=name)
    elif len(order) == 3 and order[place] and start < stop:
        cut = start, x.file_shape[place] - stop
        layer = Crop(sides=(cut, (0, 0)) if order[place] == 1 else ((0, 0), cut))
        layout = Layout.of(layer.output_shape(x.shape)).transposed(order)
        ones: Array = np.ones((len(x), 1, 1, 1))
        part = call.gives(x, Loaded(layer, ({"weight": ones},)), name=name, layout=layout)
    else:
        raise FormatError(
            f"it must cut channels, rows or columns; it takes {start} to {stop} of axis "
            f"{place + 1} of {('N', *x.file_shape)}"
        )
    call.before.append(part)
    return part


def _from_front(place: int, size: int) -> int:
    return min(max(place + size if place < 0 else place, 0), size)


def read_split(call: Call) -> tuple[Value, ...]:
    """A ChannelSlice for each part."""
    x = call.value()
    axis = checked_axis(call.integer("axis", 0), len(x.file_shape) + 1)
    if axis == 0:
        raise FormatError("it must keep all images; it splits axis 0")
    call.integer("num_outputs", 0)
    length = x.file_shape[axis - 1]
    sizes = split_sizes(call.node, length, call.array(1) if call.at(1) is not None else None)
    borders = [0, *accumulate(sizes)]
    return tuple(
        call.gives(_cut(call, x, axis - 1, start, stop)) for start, stop in pairwise(borders)
    )


def read_gather(call: Call) -> Value:
    """A ChannelSlice, of one channel or of some that follow one another."""
    x, wanted = call.value(), call.array(1)
    axis = checked_axis(call.integer("axis", 0), len(x.file_shape) + 1)
    size = x.file_shape[axis - 1] if axis else 0
    places = [_from_front(place, size) for place in as_numbers(wanted)]
    if not axis or not places or places != list(range(places[0], places[0] + len(places))):
        raise FormatError(f"it must take channels that follow one another; it takes {places[:8]}")
    y = _cut(call, x, axis - 1, places[0], places[-1] + 1)
    if wanted.ndim == 1:
        return call.gives(y)
    sizes = [size for place, size in enumerate(y.file_shape, 1) if place != axis]
    return call.gives(y, layout=y.layout.reshaped(sizes))


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
READERS = {"Slice": read_slice, "Split": read_split, "Gather": read_gather}
