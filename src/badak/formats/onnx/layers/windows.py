"""The layers that slide a window, as ONNX nodes."""

import math
from typing import Any

import numpy as np

from badak import ops
from badak.arrays import Shape
from badak.formats.onnx.nodes import Nodes
from badak.layers import AvgPool2d, Conv2d, MaxPool2d, Subsample2d, TableConv2d, Widen2d, ZeroPad2d
from badak.ops.window import Sides, Window

LOWEST = float(np.finfo(np.float32).min)


def _geometry(window: Window, sides: Sides) -> dict[str, Any]:
    (top, bottom), (left, right) = sides
    return {
        "kernel_shape": window.kernel,
        "strides": window.stride,
        "pads": [top, left, bottom, right],
    }


def conv(nodes: Nodes, name: str, layer: Conv2d, x: str, shape: Shape) -> str:
    """Its padding is written as numbers: "same" is worked out for this input."""
    window = layer.window(shape)
    sides = window.sides(*shape[1:])
    return nodes.add(
        "Conv",
        [x, *nodes.state(name, layer)],
        name,
        **_geometry(window, sides),
        dilations=window.dilation,
        group=layer.groups,
    )


def table_conv(nodes: Nodes, name: str, layer: TableConv2d, x: str, shape: Shape) -> str:
    """ONNX has no table: its weight is written as 0 where nothing is connected."""
    inputs = [
        nodes.array(f"{name}.weight", layer.connected_weight()),
        nodes.array(f"{name}.bias", layer.parameters["bias"]),
    ]
    window = layer.window(shape)
    return nodes.add("Conv", [x, *inputs], name, **_geometry(window, window.sides(*shape[1:])))


def max_pool(nodes: Nodes, name: str, layer: MaxPool2d, x: str, shape: Shape) -> str:
    """What ceil_mode adds is written as padding: runtimes disagree about the mode."""
    window = layer.window(shape)
    sides = window.reach(*shape[1:])
    if any(max(pair) >= kernel for pair, kernel in zip(sides, window.kernel, strict=True)):
        # More than a pooling node may pad, as the last of dilated windows can need.
        (top, bottom), (left, right) = sides
        pads = nodes.array(f"{name}.pads", [0, 0, top, left, 0, 0, bottom, right], np.int64)
        x = nodes.add("Pad", [x, pads, nodes.array(f"{name}.lowest", LOWEST)], f"{name}.pad")
        sides = (0, 0), (0, 0)
    return nodes.add("MaxPool", [x], name, **_geometry(window, sides), dilations=window.dilation)


def avg_pool(nodes: Nodes, name: str, layer: AvgPool2d, x: str, shape: Shape) -> str:
    """Windows that ceil_mode lets hang over have means of their own: written as a factor each."""
    window = layer.window(shape)
    geometry = _geometry(window, window.reach(*shape[1:]))
    if not layer.ceil_mode:
        include = int(layer.count_include_pad)
        return nodes.add("AveragePool", [x], name, **geometry, count_include_pad=include)
    ones = np.ones((1, 1, *shape[1:]), np.float32)
    arguments = layer.config()
    del arguments["count_include_pad"]
    mean = ops.avg_pool2d(ones, **layer.config())
    seen = ops.avg_pool2d(ones, **arguments, divisor_override=math.prod(window.kernel))
    # A window over padding alone has mean 0 whatever the factor.
    factor = nodes.array(f"{name}.factor", mean / np.maximum(seen, 1e-9))
    y = nodes.add("AveragePool", [x], f"{name}.mean", **geometry, count_include_pad=1)
    return nodes.add("Mul", [y, factor], name)


def subsample(nodes: Nodes, name: str, layer: Subsample2d, x: str, shape: Shape) -> str:
    """Sums, with one factor and one bias a map; as batch norm, so that both keep their names."""
    window = layer.window(shape)
    cells = nodes.array(f"{name}.cells", float(math.prod(window.kernel)))
    y = nodes.add("AveragePool", [x], f"{name}.mean", **_geometry(window, window.sides(1, 1)))
    y = nodes.add("Mul", [y, cells], f"{name}.sum")
    channels = np.zeros(shape[0])
    rest = [nodes.array(f"{name}.mean", channels), nodes.array(f"{name}.var", channels + 1)]
    inputs = [y, *nodes.state(name, layer), *rest]
    return nodes.add("BatchNormalization", inputs, name, epsilon=0.0)


def widen(nodes: Nodes, name: str, layer: Widen2d, x: str, shape: Shape) -> str:
    """The 1x1 convolution that copies maps; see the layer."""
    copier = np.eye(layer.out_channels, shape[0])[:, :, None, None]
    window = layer.window(shape)
    return nodes.add(
        "Conv",
        [x, nodes.array(f"{name}.copier", copier)],
        name,
        **_geometry(window, window.sides(*shape[1:])),
    )


def zero_pad(nodes: Nodes, name: str, layer: ZeroPad2d, x: str, shape: Shape) -> str:
    """ONNX names all axes, those before the maps too, and first what comes before each."""
    (top, bottom), (left, right) = layer.window(shape).sides(*shape[1:])
    pads = nodes.array(f"{name}.pads", [0, 0, top, left, 0, 0, bottom, right], np.int64)
    return nodes.add("Pad", [x, pads], name)
