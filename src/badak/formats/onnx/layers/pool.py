"""Poolings: MaxPool2d, AvgPool2d and GlobalAvgPool2d both ways; Subsample2d."""

import math
from dataclasses import replace

import numpy as np

from badak import ops
from badak.arrays import Shape
from badak.errors import FormatError
from badak.formats.onnx.axes import checked_axes
from badak.formats.onnx.call import Call
from badak.formats.onnx.layers.affine import affine
from badak.formats.onnx.layers.windows import attributes, padding_of, pads_array, short
from badak.formats.onnx.pending import Mean
from badak.formats.onnx.value import Loaded, Value
from badak.formats.onnx.writer import GraphWriter, one_node
from badak.layers import AvgPool2d, GlobalAvgPool2d, Layer, MaxPool2d, Subsample2d
from badak.ops.window import Window

LOWEST = float(np.finfo(np.float32).min)


def write_max_pool(graph: GraphWriter, name: str, layer: MaxPool2d, x: str, shape: Shape) -> str:
    """What ceil_mode adds is written as padding: runtimes disagree about the mode."""
    window = layer.window(shape)
    sides = window.reach(*shape[1:])
    if any(max(pair) >= kernel for pair, kernel in zip(sides, window.kernel, strict=True)):
        # More than a pooling node may pad, as the last of dilated windows can need.
        pads = pads_array(graph, name, sides)
        x = graph.add("Pad", [x, pads, graph.array(f"{name}.lowest", LOWEST)], f"{name}.pad")
        sides = (0, 0), (0, 0)
    return graph.add("MaxPool", [x], name, **attributes(window, sides), dilations=window.dilation)


def read_max_pool(call: Call) -> Value:
    """MaxPool2d."""
    x = call.image()
    kernel = call.pair("kernel_shape", [])
    stride, dilation = call.pair("strides", [1, 1]), call.pair("dilations", [1, 1])
    padding = padding_of(call, Window(kernel, stride, dilation=dilation), x)
    ceil_mode = bool(call.integer("ceil_mode", 0))
    call.integer("storage_order", 0)  # it orders the second output, which badak does not have
    layer = MaxPool2d(short(kernel), short(stride), padding, short(dilation), ceil_mode)
    return call.gives(x, Loaded(layer))


def write_avg_pool(graph: GraphWriter, name: str, layer: AvgPool2d, x: str, shape: Shape) -> str:
    """With ceil_mode windows may reach over the edge: a factor corrects the mean of each."""
    window = layer.window(shape)
    geometry = attributes(window, window.reach(*shape[1:]))
    if not layer.ceil_mode:
        include = int(layer.count_include_pad)
        return graph.add("AveragePool", [x], name, **geometry, count_include_pad=include)
    ones = np.ones((1, 1, *shape[1:]), np.float32)
    arguments = layer.config()
    del arguments["count_include_pad"]
    mean = ops.avg_pool2d(ones, **layer.config())
    seen = ops.avg_pool2d(ones, **arguments, divisor_override=math.prod(window.kernel))
    # A window over nothing but padding has mean 0, whatever the factor.
    factor = graph.array(f"{name}.factor", mean / np.maximum(seen, 1e-9))
    y = graph.add("AveragePool", [x], f"{name}.mean", **geometry, count_include_pad=1)
    return graph.add("Mul", [y, factor], name)


def read_avg_pool(call: Call) -> Value:
    """AvgPool2d."""
    x = call.image()
    kernel = call.pair("kernel_shape", [])
    stride, dilation = call.pair("strides", [1, 1]), call.pair("dilations", [1, 1])
    if dilation != (1, 1):
        raise FormatError(f"its dilations must be 1 in average pooling; got {dilation}")
    padding = padding_of(call, Window(kernel, stride), x)
    ceil_mode = bool(call.integer("ceil_mode", 0))
    include = bool(call.integer("count_include_pad", 0)) or padding == 0
    layer = AvgPool2d(short(kernel), short(stride), padding, ceil_mode, include)
    return call.gives(x, Loaded(layer))


def read_global_avg_pool(call: Call) -> Value:
    """GlobalAvgPool2d."""
    return call.gives(call.image(), Loaded(GlobalAvgPool2d()))


def read_global_max_pool(call: Call) -> Value:
    """MaxPool2d over the whole map."""
    x = call.image()
    return call.gives(x, Loaded(MaxPool2d(short((x.shape[1], x.shape[2])))))


def read_reduce(call: Call) -> Value:
    """A global pooling; one over whole rows, or whole columns, if it is over one of them."""
    x, axes = call.value(), call.axes()
    keep = bool(call.integer("keepdims", 1))
    rank = len(x.file_shape) + 1
    if call.integer("noop_with_empty_axes", 0) and not axes:
        return call.gives(x)
    places = checked_axes(axes, rank) or list(range(rank))
    dims, layout = x.layout.without([place - 1 for place in places], x.shape, keep)
    if 0 in places or dims is None:
        raise FormatError(
            f"it must go over rows, columns or channels; got axes {axes} of {('N', *x.file_shape)}"
        )
    if not dims:  # over one number each
        return call.gives(x, layout=layout)
    sizes = [size if dim in dims else 1 for dim, size in enumerate(x.shape)]
    whole = dims == {dim for dim, size in enumerate(x.shape) if size > 1 and dim}
    step: Layer
    if 0 in dims or len(x.shape) != 3:
        step = Mean(dims=tuple(sorted(dims)))
    elif whole and call.node.op != "ReduceMax":
        step = GlobalAvgPool2d()
    else:
        kind = MaxPool2d if call.node.op == "ReduceMax" else AvgPool2d
        step = kind(short((sizes[1], sizes[2])))
    if call.node.op == "ReduceMax" and not isinstance(step, MaxPool2d):
        raise FormatError(f"it must be the maximum over rows and columns; got axes {axes}")
    y = call.gives(x, Loaded(step), layout=layout)
    if call.node.op != "ReduceSum":
        return y
    call.before.append(replace(y, name=f"{call.node.outputs[0]} as a mean"))
    return affine(call, call.before[-1], float(math.prod(sizes)))


def write_subsample(graph: GraphWriter, name: str, layer: Subsample2d, x: str, shape: Shape) -> str:
    """Sums, with one factor and one bias per map; as batch norm, so that both keep their names."""
    window = layer.window(shape)
    cells = graph.array(f"{name}.cells", float(math.prod(window.kernel)))
    y = graph.add("AveragePool", [x], f"{name}.mean", **attributes(window, window.sides(1, 1)))
    y = graph.add("Mul", [y, cells], f"{name}.sum")
    channels = np.zeros(shape[0])
    rest = [graph.array(f"{name}.mean", channels), graph.array(f"{name}.var", channels + 1)]
    inputs = [y, *graph.state(name, layer), *rest]
    return graph.add("BatchNormalization", inputs, name, epsilon=0.0)


WRITERS = {
    MaxPool2d: write_max_pool,
    AvgPool2d: write_avg_pool,
    GlobalAvgPool2d: one_node("GlobalAveragePool"),
    Subsample2d: write_subsample,
}
READERS = {
    "MaxPool": read_max_pool,
    "AveragePool": read_avg_pool,
    "GlobalAveragePool": read_global_avg_pool,
    "GlobalMaxPool": read_global_max_pool,
    "ReduceMean": read_reduce,
    "ReduceMax": read_reduce,
    "ReduceSum": read_reduce,
}
