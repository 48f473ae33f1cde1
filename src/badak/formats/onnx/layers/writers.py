"""Each layer as ONNX nodes: a table from the layer's class to the function that writes them.

Nodes bear their layer's name, ``block1.conv1``, and where a layer takes several, the others have a
word behind it; initializers bear the names of parameters and buffers.
"""

import math
from collections.abc import Callable

import numpy as np

from badak.arrays import Shape
from badak.formats.onnx.layers.windows import (
    avg_pool,
    conv,
    max_pool,
    subsample,
    table_conv,
    widen,
    zero_pad,
)
from badak.formats.onnx.nodes import Nodes
from badak.layers import (
    ELU,
    GELU,
    AvgPool2d,
    BatchNorm2d,
    Concat,
    Conv2d,
    Dropout,
    EuclideanRBF,
    Flatten,
    GlobalAvgPool2d,
    Hardtanh,
    Layer,
    LeakyReLU,
    Linear,
    LocalResponseNorm,
    MaxPool2d,
    ReLU,
    Residual,
    ScaledTanh,
    Sigmoid,
    Subsample2d,
    TableConv2d,
    Tanh,
    Widen2d,
    ZeroPad2d,
)


def write(nodes: Nodes, name: str, layer: Layer, x: str, shape: Shape) -> str:
    """Write a layer that takes the value `x`, (N, *shape); return its output's name."""
    if isinstance(layer, (Residual, Concat)):
        ends = []
        for path, layers in layer.paths:
            end, along = x, shape
            for key, one in layers.items():
                end = write(nodes, f"{name}.{path}{key}", one, end, along)
                along = one.output_shape(along)
            ends.append(end)
        if isinstance(layer, Concat):
            return nodes.add("Concat", ends, name, axis=1)
        return nodes.add("Add", ends, name)
    return WRITERS[type(layer)](nodes, name, layer, x, shape)


def _linear(nodes: Nodes, name: str, layer: Linear, x: str, shape: Shape) -> str:
    return nodes.add("Gemm", [x, *nodes.state(name, layer)], name, transB=1)


def _batch_norm(nodes: Nodes, name: str, layer: BatchNorm2d, x: str, shape: Shape) -> str:
    """ONNX's momentum is what stays of the running statistics, not what moves."""
    inputs = [x, *nodes.state(name, layer)]
    momentum = 1 - layer.momentum
    return nodes.add("BatchNormalization", inputs, name, epsilon=layer.eps, momentum=momentum)


def _local_response_norm(
    nodes: Nodes, name: str, layer: LocalResponseNorm, x: str, shape: Shape
) -> str:
    """ONNX divides alpha by size. An even size, which has no middle, no runtime takes."""
    if layer.size % 2:
        alpha = layer.alpha * layer.size
        return nodes.add(
            "LRN", [x], name, size=layer.size, alpha=alpha, beta=layer.beta, bias=layer.k
        )
    # A 1x1 convolution of the squares whose filters see the neighbours of one channel each.
    place = np.arange(shape[0])
    apart = place - place[:, None]
    near = (apart >= -(layer.size // 2)) & (apart <= (layer.size - 1) // 2)
    weight = nodes.array(f"{name}.near", near[:, :, None, None] * layer.alpha)
    bias = nodes.array(f"{name}.k", np.full(shape[0], layer.k))
    beta = nodes.array(f"{name}.beta", layer.beta)
    squares = nodes.add("Mul", [x, x], f"{name}.squares")
    scale = nodes.add("Conv", [squares, weight, bias], f"{name}.scale", kernel_shape=[1, 1])
    power = nodes.add("Pow", [scale, beta], f"{name}.power")
    return nodes.add("Div", [x, power], name)


def _dropout(nodes: Nodes, name: str, layer: Dropout, x: str, shape: Shape) -> str:
    """Prediction passes it by; the ratio is for those who train the file on. It is below 1."""
    ratio = nodes.array(f"{name}.ratio", min(layer.p, 1 - 2**-24))
    return nodes.add("Dropout", [x, ratio], name)


def _hardtanh(nodes: Nodes, name: str, layer: Hardtanh, x: str, shape: Shape) -> str:
    limits = [nodes.array(f"{name}.{key}", value) for key, value in layer.config().items()]
    return nodes.add("Clip", [x, *limits], name)


def _scaled_tanh(nodes: Nodes, name: str, layer: ScaledTanh, x: str, shape: Shape) -> str:
    slope = nodes.array(f"{name}.slope", layer.slope)
    amplitude = nodes.array(f"{name}.amplitude", layer.amplitude)
    inner = nodes.add("Mul", [x, slope], f"{name}.scaled")
    inner = nodes.add("Tanh", [inner], f"{name}.tanh")
    return nodes.add("Mul", [inner, amplitude], name)


def _gelu(nodes: Nodes, name: str, layer: GELU, x: str, shape: Shape) -> str:
    """Half of x * (1 + f(x)), f being erf(x / sqrt 2) or its approximation by tanh.

    Opset 20 has a node for it; readers of 17 know these.
    """
    if layer.approximate == "none":
        inner = nodes.add("Div", [x, nodes.array(f"{name}.root", math.sqrt(2))], f"{name}.inner")
        share = nodes.add("Erf", [inner], f"{name}.erf")
    else:
        cubic = nodes.array(f"{name}.cubic", 0.044715)
        cube = nodes.add("Pow", [x, nodes.array(f"{name}.three", 3.0)], f"{name}.cube")
        cube = nodes.add("Mul", [cube, cubic], f"{name}.part")
        inner = nodes.add("Add", [x, cube], f"{name}.inner")
        root = nodes.array(f"{name}.root", math.sqrt(2 / math.pi))
        inner = nodes.add("Mul", [inner, root], f"{name}.scaled")
        share = nodes.add("Tanh", [inner], f"{name}.tanh")
    raised = nodes.add("Add", [share, nodes.array(f"{name}.one", 1.0)], f"{name}.raised")
    half = nodes.add("Mul", [x, nodes.array(f"{name}.half", 0.5)], f"{name}.halved")
    return nodes.add("Mul", [half, raised], name)


def _flatten(nodes: Nodes, name: str, _: Layer, x: str, shape: Shape) -> str:
    return nodes.add("Flatten", [x], name, axis=1)


def _rbf(nodes: Nodes, name: str, layer: EuclideanRBF, x: str, shape: Shape) -> str:
    """(N, D) -> (N, 1, D), minus (K, D), squares summed: as the layer does, nothing cancels."""
    middle = nodes.array(f"{name}.middle", [1], np.int64)
    row = nodes.add("Unsqueeze", [x, middle], f"{name}.row")
    apart = nodes.add("Sub", [row, *nodes.state(name, layer)], f"{name}.apart")
    distance = nodes.add("ReduceSumSquare", [apart], f"{name}.distance", axes=[2], keepdims=0)
    return nodes.add("Neg", [distance], name)


def _simple(op: str, **attributes: str) -> Callable[..., str]:
    """A writer of one node; `attributes` names the layer's fields that it takes."""

    def one_node(nodes: Nodes, name: str, layer: Layer, x: str, shape: Shape) -> str:
        given = {key: getattr(layer, field) for key, field in attributes.items()}
        return nodes.add(op, [x], name, **given)

    return one_node


WRITERS: dict[type[Layer], Callable[..., str]] = {
    Conv2d: conv,
    TableConv2d: table_conv,
    Linear: _linear,
    MaxPool2d: max_pool,
    AvgPool2d: avg_pool,
    GlobalAvgPool2d: _simple("GlobalAveragePool"),
    Subsample2d: subsample,
    Widen2d: widen,
    ZeroPad2d: zero_pad,
    ReLU: _simple("Relu"),
    LeakyReLU: _simple("LeakyRelu", alpha="negative_slope"),
    Hardtanh: _hardtanh,
    Sigmoid: _simple("Sigmoid"),
    Tanh: _simple("Tanh"),
    ScaledTanh: _scaled_tanh,
    ELU: _simple("Elu", alpha="alpha"),
    GELU: _gelu,
    BatchNorm2d: _batch_norm,
    LocalResponseNorm: _local_response_norm,
    Dropout: _dropout,
    Flatten: _flatten,
    EuclideanRBF: _rbf,
}
