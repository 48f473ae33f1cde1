"""Activations, both ways; a softmax at the end is left to `predict_proba` and the loss."""

import math
from collections.abc import Callable

import numpy as np

from badak.arrays import Shape
from badak.errors import FormatError
from badak.formats.onnx.axes import checked_axis
from badak.formats.onnx.call import Call
from badak.formats.onnx.value import Loaded, Value
from badak.formats.onnx.writer import GraphWriter, one_node
from badak.layers import ELU, GELU, Hardtanh, Layer, LeakyReLU, ReLU, ScaledTanh, Sigmoid, Tanh

LARGEST_FLOAT = float(np.finfo(np.float32).max)


def _reader(kind: Callable[..., Layer], **attributes: float) -> Callable[[Call], Value]:
    """A reader of one layer that takes these attributes, here with ONNX's defaults, in order."""

    def read(call: Call) -> Value:
        x = call.value()
        arguments = [call.real(name, default) for name, default in attributes.items()]
        return call.gives(x, Loaded(kind(*arguments)))

    return read


def write_hardtanh(graph: GraphWriter, name: str, layer: Hardtanh, x: str, shape: Shape) -> str:
    """Both limits are inputs of the node."""
    limits = [graph.array(f"{name}.{key}", value) for key, value in layer.config().items()]
    return graph.add("Clip", [x, *limits], name)


def read_clip(call: Call) -> Value:
    """ReLU from 0 up, else Hardtanh."""
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
    LeakyReLU: one_node("LeakyRelu", alpha="negative_slope"),
    Hardtanh: write_hardtanh,
    Sigmoid: one_node("Sigmoid"),
    Tanh: one_node("Tanh"),
    ScaledTanh: write_scaled_tanh,
    ELU: one_node("Elu", alpha="alpha"),
    GELU: write_gelu,
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
    "Gelu": read_gelu,
    "Softmax": read_softmax,
    "LogSoftmax": read_softmax,
}
