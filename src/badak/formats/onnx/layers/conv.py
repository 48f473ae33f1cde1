"""Convolutions: Conv2d both ways; TableConv2d and Widen2d are written as one."""

import numpy as np

from badak.arrays import Shape
from badak.errors import FormatError
from badak.formats.onnx.call import Call
from badak.formats.onnx.layers.windows import attributes, padding_of, short
from badak.formats.onnx.value import Loaded, Value
from badak.formats.onnx.writer import GraphWriter
from badak.layers import Conv2d, TableConv2d, Widen2d
from badak.ops.window import Window


def write_conv(graph: GraphWriter, name: str, layer: Conv2d, x: str, shape: Shape) -> str:
    """Its padding is written as numbers: "same" is resolved for this input."""
    window = layer.window(shape)
    sides = window.sides(*shape[1:])
    return graph.add(
        "Conv",
        [x, *graph.state(name, layer)],
        name,
        **attributes(window, sides),
        dilations=window.dilation,
        group=layer.groups,
    )


def read_conv(call: Call) -> Value:
    """Conv2d."""
    x, weight = call.image(), call.floats(1, 4)
    bias = None if call.at(2) is None else call.floats(2, 1)
    window = Window.of(
        call.pair("kernel_shape", weight.shape[2:]),
        call.pair("strides", [1, 1]),
        0,
        call.pair("dilations", [1, 1]),
    )
    groups = call.integer("group", 1)
    filters, channels, *kernel = weight.shape
    if tuple(kernel) != window.kernel:
        raise FormatError(f"its kernel_shape is {window.kernel}, but its weight is {weight.shape}")
    if groups < 1 or channels * groups != len(x):
        raise FormatError(
            f"its weight {weight.shape} in {groups} groups takes {channels * groups} channels; "
            f"the input has {len(x)}"
        )
    if bias is not None and bias.shape != (filters,):
        raise FormatError(f"its bias must be {(filters,)}, one per filter; it is {bias.shape}")
    arrays = {"weight": weight} if bias is None else {"weight": weight, "bias": bias}
    layer = Conv2d(
        filters,
        short(window.kernel),
        short(window.stride),
        padding_of(call, window, x),
        short(window.dilation),
        groups,
        bias is not None,
    )
    return call.gives(x, Loaded(layer, (arrays,)))


def write_table_conv(
    graph: GraphWriter, name: str, layer: TableConv2d, x: str, shape: Shape
) -> str:
    """ONNX has no table: its weight is written as 0 where nothing is connected."""
    inputs = [
        graph.array(f"{name}.weight", layer.connected_weight()),
        graph.array(f"{name}.bias", layer.parameters["bias"]),
    ]
    window = layer.window(shape)
    return graph.add("Conv", [x, *inputs], name, **attributes(window, window.sides(*shape[1:])))


def write_widen(graph: GraphWriter, name: str, layer: Widen2d, x: str, shape: Shape) -> str:
    """The 1x1 convolution that copies maps; see the layer."""
    copier = np.eye(layer.out_channels, shape[0])[:, :, None, None]
    window = layer.window(shape)
    return graph.add(
        "Conv",
        [x, graph.array(f"{name}.copier", copier)],
        name,
        **attributes(window, window.sides(*shape[1:])),
    )


WRITERS = {Conv2d: write_conv, TableConv2d: write_table_conv, Widen2d: write_widen}
READERS = {"Conv": read_conv}
