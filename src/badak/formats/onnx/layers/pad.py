"""ZeroPad2d, both ways."""

from badak.arrays import Shape
from badak.errors import FormatError
from badak.formats.onnx.axes import checked_axes
from badak.formats.onnx.call import Call, as_numbers
from badak.formats.onnx.layers.windows import padding_from, pads_array
from badak.formats.onnx.layout import Layout
from badak.formats.onnx.pending import LowPad
from badak.formats.onnx.value import Loaded, Value
from badak.formats.onnx.writer import GraphWriter
from badak.layers import Layer, ZeroPad2d

LOWEST = -1e30


def write_zero_pad(graph: GraphWriter, name: str, layer: ZeroPad2d, x: str, shape: Shape) -> str:
    """One node, which fills with zeros if nothing else is said."""
    sides = layer.window(shape).sides(*shape[1:])
    return graph.add("Pad", [x, pads_array(graph, name, sides)], name)


def read_pad(call: Call) -> Value:
    """ZeroPad2d; a part of the max pooling that follows if the file pads with -inf."""
    x = call.value()
    pads = as_numbers(call.array(1)) if call.at(1) is not None else call.integers("pads", [])
    constant = call.scalar(2) if call.at(2) is not None else call.real("value", 0.0)
    mode = call.word("mode", "constant")
    rank = len(x.file_shape) + 1
    axes = checked_axes(call.axes(3) if call.at(3) is not None else range(rank), rank)
    if len(pads) != 2 * len(axes):
        raise FormatError(f"it must have two pads per axis; got {pads} for axes {axes}")
    sides = {axis: (pads[i], pads[i + len(axes)]) for i, axis in enumerate(axes)}
    wide = {axis: pair for axis, pair in sides.items() if any(pair)}
    if not wide:
        return call.gives(x)
    dims = x.layout.order(x.shape)
    rim = {dims[axis - 1]: pair for axis, pair in wide.items() if axis} if dims else {}
    edge = mode == "edge"
    lowest = edge or constant < LOWEST  # -inf, or the smallest of floats
    if (
        len(rim) < len(wide)
        or not rim.keys() <= {1, 2}
        or mode not in ("constant", "edge")
        or not (constant == 0 or lowest)
    ):
        raise FormatError(
            f"it must put zeros around maps; got mode {mode[:20]!r}, value {constant}, {pads}"
        )
    (top, bottom), (left, right) = rim.get(1, (0, 0)), rim.get(2, (0, 0))
    padding = padding_from([top, left, bottom, right])
    layer: Layer = (
        LowPad(sides=((top, bottom), (left, right)), edge=edge) if lowest else ZeroPad2d(padding)
    )
    shape = layer.output_shape(x.shape)
    layout = Layout.of(shape).transposed(dims)
    return call.gives(x, Loaded(layer), layout=layout)


WRITERS = {ZeroPad2d: write_zero_pad}
READERS = {"Pad": read_pad}
