"""Activations, both ways; a softmax at the end is left to `predict_proba` and the loss."""

import math
from collections.abc import Callable

import numpy as np

from badak.arrays import Shape
from badak.errors import FormatError
from badak.formats.onnx.axes import checked_axis
from badak.formats.onnx.call import Call
from badak.formats.onnx.layers.affine import meeting
from badak.formats.onnx.ops.activation import HARD_SIGMOID_DEFAULTS, SELU_DEFAULTS
from badak.formats.onnx.value import Loaded, Value
from badak.formats.onnx.writer import GraphWriter, one_node
from badak.layers import (
    ELU,
    GELU,
    SELU,
    Hardsigmoid,
    Hardswish,
    Hardtanh,
    Layer,
    LeakyReLU,
    Mish,
    PReLU,
    ReLU,
    ReLU6,
    Scale,
    ScaledTanh,
    Sigmoid,
    SiLU,
    Softplus,
    Tanh,
)

LARGEST_FLOAT = float(np.finfo(np.float32).max)


def _reader(kind: Callable[..., Layer], **attributes: float) -> Callable[[Call], Value]:
    """A reader of one layer that takes these attributes, here with ONNX's defaults, in order."""

    def read(call: Call) -> Value:
        x = call.value()
        arguments = [call.real(name, default) for name, default in attributes.items()]
        return call.gives(x, Loaded(kind(*arguments)))

    return read


def write_hardtanh(
    graph: GraphWriter, name: str, layer: Hardtanh | ReLU6, x: str, shape: Shape
) -> str:
    """Both limits are inputs of the node."""
    limits = [graph.array(f"{name}.{key}", value) for key, value in layer.options().items()]
    return graph.add("Clip", [x, *limits], name)


def read_clip(call: Call) -> Value:
    """ReLU from 0 up, ReLU6 from 0 to 6, else Hardtanh."""
    x = call.value()
    minimum = call.scalar(1) if call.at(1) is not None else call.real("min", -LARGEST_FLOAT)
    maximum = call.scalar(2) if call.at(2) is not None else call.real("max", LARGEST_FLOAT)
    return _between(call, x, minimum, maximum)


def read_limit(call: Call) -> Value:
    """Max or Min with one number: half a Clip."""
    if len(call.inputs) == 1:
        return call.gives(call.value())
    if len(call.inputs) != 2:
        raise FormatError(f"it must compare a value with one number; it takes {len(call.inputs)}")
    place = 1 if isinstance(call.at(1), np.ndarray) else 0
    x, number = call.value(1 - place), call.scalar(place)
    if call.node.op == "Max":
        return _between(call, x, number, LARGEST_FLOAT)
    return _between(call, x, -LARGEST_FLOAT, number)


def _between(call: Call, x: Value, minimum: float, maximum: float) -> Value:
    minimum, maximum = max(minimum, -LARGEST_FLOAT), min(maximum, LARGEST_FLOAT)
    if (minimum, maximum) == (-LARGEST_FLOAT, LARGEST_FLOAT):
        return call.gives(x)
    if (minimum, maximum) == (0.0, LARGEST_FLOAT):
        return call.gives(x, Loaded(ReLU()))
    if (minimum, maximum) == (0.0, 6.0):
        return call.gives(x, Loaded(ReLU6()))
    return call.gives(x, Loaded(Hardtanh(minimum, maximum)))


def write_scaled_tanh(
    graph: GraphWriter, name: str, layer: ScaledTanh, x: str, shape: Shape
) -> str:
    """Three nodes: amplitude * tanh(slope * x)."""
    slope = graph.array(f"{name}.slope", layer.slope)
    amplitude = graph.array(f"{name}.amplitude", layer.amplitude)
    inner = graph.add("Mul", [x, slope], f"{name}.scaled")
    inner = graph.add("Tanh", [inner], f"{name}.tanh")
    return graph.add("Mul", [inner, amplitude], name)


def write_prelu(graph: GraphWriter, name: str, layer: PReLU, x: str, shape: Shape) -> str:
    """One node, whose slopes meet the channels: (C, 1, 1)."""
    (weight,) = graph.state(name, layer)
    if len(shape) == 3:
        places = graph.array(f"{name}.places", [1, 2], np.int64)
        weight = graph.add("Unsqueeze", [weight, places], f"{name}.spread")
    return graph.add("PRelu", [x, weight], name)


def read_prelu(call: Call) -> Value:
    """PReLU."""
    x, slope = call.value(), call.floats(1)
    plain = slope.size == 1 or call.node.opset < 7  # which had one slope per channel
    weight = slope.reshape(-1) if plain else meeting(x, slope)
    if weight.ndim != 1:
        raise FormatError(f"it must have one slope per channel; it has {slope.shape}")
    return call.gives(x, Loaded(PReLU(len(weight)), ({"weight": weight},)))


def write_hardsigmoid(
    graph: GraphWriter, name: str, layer: Hardsigmoid, x: str, shape: Shape
) -> str:
    """One node; ONNX's own slope is 0.2."""
    return graph.add("HardSigmoid", [x], name, alpha=1 / 6, beta=0.5)


def read_hardsigmoid(call: Call) -> Value:
    """Hardsigmoid; of another slope, as old Keras has it, a Scale and its limits."""
    alpha, beta = (call.real(name, value) for name, value in HARD_SIGMOID_DEFAULTS.items())
    if math.isclose(alpha, 1 / 6, rel_tol=1e-4) and beta == 0.5:
        return call.gives(call.value(), Loaded(Hardsigmoid()))
    return call.gives(call.value(), _scaled(alpha, beta), Loaded(Hardtanh(0.0, 1.0)))


def read_selu(call: Call) -> Value:
    """SELU; of other numbers ELU and a Scale."""
    alpha, gamma = (call.real(name, value) for name, value in SELU_DEFAULTS.items())
    if np.allclose((alpha, gamma), (*SELU_DEFAULTS.values(),), rtol=1e-6):
        return call.gives(call.value(), Loaded(SELU()))
    return call.gives(call.value(), Loaded(ELU(alpha)), _scaled(gamma))


def read_swish(call: Call) -> Value:
    """SiLU; of a steeper sigmoid between two Scales."""
    x, alpha = call.value(), call.real("alpha", 1.0)
    if alpha == 1:
        return call.gives(x, Loaded(SiLU()))
    if alpha == 0:
        return call.gives(x, _scaled(0.5))
    return call.gives(x, _scaled(alpha), Loaded(SiLU()), _scaled(1 / alpha))


def _scaled(weight: float, bias: float = 0.0) -> Loaded:
    arrays = {"weight": np.array([weight])}
    if bias:
        arrays["bias"] = np.array([bias])
    return Loaded(Scale("number", bias=bias != 0), (arrays,))


def write_softplus(graph: GraphWriter, name: str, layer: Softplus, x: str, shape: Shape) -> str:
    """One node if beta is 1; a threshold below 15 can be seen in the numbers."""
    if (layer.beta, layer.threshold >= 15) == (1.0, True):
        return graph.add("Softplus", [x], name)
    beta = graph.array(f"{name}.beta", layer.beta)
    inner = graph.add("Mul", [x, beta], f"{name}.inner")
    soft = graph.add("Softplus", [inner], f"{name}.soft")
    if layer.threshold >= 15:
        return graph.add("Div", [soft, beta], name)
    soft = graph.add("Div", [soft, beta], f"{name}.curve")
    threshold = graph.array(f"{name}.threshold", layer.threshold)
    above = graph.add("Greater", [inner, threshold], f"{name}.above")
    return graph.add("Where", [above, x, soft], name)


def write_silu(graph: GraphWriter, name: str, layer: SiLU, x: str, shape: Shape) -> str:
    """Two nodes; opset 24 has one."""
    share = graph.add("Sigmoid", [x], f"{name}.share")
    return graph.add("Mul", [x, share], name)


def write_mish(graph: GraphWriter, name: str, layer: Mish, x: str, shape: Shape) -> str:
    """Three nodes; opset 18 has one."""
    share = graph.add("Softplus", [x], f"{name}.softplus")
    share = graph.add("Tanh", [share], f"{name}.share")
    return graph.add("Mul", [x, share], name)


def write_gelu(graph: GraphWriter, name: str, layer: GELU, x: str, shape: Shape) -> str:
    """Half of x * (1 + f(x)), f being erf(x / sqrt 2) or its approximation by tanh.

    Opset 20 has a node for it; readers of 17 know these.
    """
    if layer.approximate == "none":
        inner = graph.add("Div", [x, graph.array(f"{name}.root", math.sqrt(2))], f"{name}.inner")
        share = graph.add("Erf", [inner], f"{name}.erf")
    else:
        cubic = graph.array(f"{name}.cubic", 0.044715)
        cube = graph.add("Pow", [x, graph.array(f"{name}.three", 3.0)], f"{name}.cube")
        cube = graph.add("Mul", [cube, cubic], f"{name}.part")
        inner = graph.add("Add", [x, cube], f"{name}.inner")
        root = graph.array(f"{name}.root", math.sqrt(2 / math.pi))
        inner = graph.add("Mul", [inner, root], f"{name}.scaled")
        share = graph.add("Tanh", [inner], f"{name}.tanh")
    raised = graph.add("Add", [share, graph.array(f"{name}.one", 1.0)], f"{name}.raised")
    half = graph.add("Mul", [x, graph.array(f"{name}.half", 0.5)], f"{name}.halved")
    return graph.add("Mul", [half, raised], name)


def read_gelu(call: Call) -> Value:
    """GELU."""
    return call.gives(call.value(), Loaded(GELU(call.word("approximate", "none"))))


def read_softmax(call: Call) -> Value:
    """Nothing: badak's networks end with logits."""
    x = call.flat() if call.value().rows else call.value()
    axis = call.integer("axis", -1 if call.node.opset >= 13 else 1)
    place = checked_axis(axis, len(x.file_shape) + 1)
    # Until opset 12 all axes from this one on competed with one another.
    over = x.file_shape[place - 1 :] if call.node.opset < 13 else x.file_shape[place - 1 : place]
    if place == 0 or math.prod(over) != len(x) or x.places != 1:
        raise FormatError(f"it must go over the classes, at the end; got axis {axis} of {x.shape}")
    return call.gives(x, probabilities=True)


WRITERS = {
    ReLU: one_node("Relu"),
    ReLU6: write_hardtanh,
    PReLU: write_prelu,
    LeakyReLU: one_node("LeakyRelu", alpha="negative_slope"),
    Hardtanh: write_hardtanh,
    Sigmoid: one_node("Sigmoid"),
    Tanh: one_node("Tanh"),
    Hardsigmoid: write_hardsigmoid,
    ScaledTanh: write_scaled_tanh,
    Softplus: write_softplus,
    ELU: one_node("Elu", alpha="alpha"),
    SELU: one_node("Selu"),
    GELU: write_gelu,
    SiLU: write_silu,
    Hardswish: one_node("HardSwish"),
    Mish: write_mish,
}
READERS = {
    "Relu": _reader(ReLU),
    "LeakyRelu": _reader(LeakyReLU, alpha=0.01),
    "Clip": read_clip,
    "Max": read_limit,
    "Min": read_limit,
    "Sigmoid": _reader(Sigmoid),
    "Tanh": _reader(Tanh),
    "Elu": _reader(ELU, alpha=1.0),
    "HardSigmoid": read_hardsigmoid,
    "HardSwish": _reader(Hardswish),
    "Mish": _reader(Mish),
    "PRelu": read_prelu,
    "Selu": read_selu,
    "Softplus": _reader(Softplus),
    "Swish": read_swish,
    "Gelu": read_gelu,
    "Softmax": read_softmax,
    "LogSoftmax": read_softmax,
}
