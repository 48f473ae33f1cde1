"""Normalisation: BatchNorm2d and LocalResponseNorm, both ways."""

import numpy as np

from badak.arrays import Array, Shape
from badak.errors import FormatError
from badak.formats.onnx.call import Call
from badak.formats.onnx.ops.norm import onnx_alpha, paper_alpha
from badak.formats.onnx.value import Loaded, Value
from badak.formats.onnx.writer import GraphWriter
from badak.layers import BatchNorm2d, Linear, LocalResponseNorm


def write_batch_norm(
    graph: GraphWriter, name: str, layer: BatchNorm2d, x: str, shape: Shape
) -> str:
    """ONNX's momentum is the share of the running statistics that stays, badak's the new share."""
    inputs = [x, *graph.state(name, layer)]
    momentum = 1 - layer.momentum
    return graph.add("BatchNormalization", inputs, name, epsilon=layer.eps, momentum=momentum)


def read_batch_norm(call: Call) -> Value:
    """BatchNorm2d; after a Linear, for which badak has none, a part of its weight and bias."""
    x = call.value()
    trains = call.node.opset < 7 and not call.integer("is_test", 0)
    if trains or call.integer("training_mode", 0) or call.integer("spatial", 1) != 1:
        raise FormatError("it must use its running statistics, one pair per channel")
    arrays = [call.floats(place, 1) for place in (1, 2, 3, 4)]
    if any(array.shape != (len(x),) for array in arrays):
        raise FormatError(f"its arrays must be {(len(x),)}; got {[a.shape for a in arrays]}")
    weight, bias, mean, var = arrays
    if not (var >= 0).all():
        raise FormatError(f"its variances must be at least 0; got {var.min()}")
    eps = max(call.real("epsilon", 1e-5), 1e-30)  # what eps 0 means, to the last bit
    momentum = 1 - call.real("momentum", 0.9)
    if x.axes[:1] != (0,):
        raise FormatError("its channels must be the second axis")
    if len(x.shape) == 1:
        return _scaled(x, weight, bias, mean, np.sqrt(var.astype(np.float64) + eps))
    layer = BatchNorm2d(round(momentum, 7), eps)
    named = {"weight": weight, "bias": bias, "running_mean": mean, "running_var": var}
    return call.gives(x, Loaded(layer, (named,)))


def _scaled(x: Value, *numbers: Array) -> Value:
    """Put batch norm of rows into the Linear before it; predictions and training stay the same."""
    gain, bias, mean, std = numbers
    last = x.last
    if last is None or not isinstance(last.layer, Linear):
        raise FormatError(
            "it normalises rows; badak supports this only right after a matrix product"
        )
    factor = (gain / std)[:, None]
    old = last.arrays[0]
    shift = (old.get("bias", 0) - mean) * factor[:, 0] + bias
    arrays: dict[str, Array] = {"weight": old["weight"] * factor, "bias": shift}
    return x.with_last(Loaded(Linear(len(x)), (arrays,)))


def write_local_response_norm(
    graph: GraphWriter, name: str, layer: LocalResponseNorm, x: str, shape: Shape
) -> str:
    """One node for an odd size; no runtime supports an even one, which has no middle."""
    if layer.size % 2:
        alpha = onnx_alpha(layer.alpha, layer.size)
        return graph.add(
            "LRN", [x], name, size=layer.size, alpha=alpha, beta=layer.beta, bias=layer.k
        )
    # A 1x1 convolution of the squares whose filters see the neighbours of one channel each.
    place = np.arange(shape[0])
    apart = place - place[:, None]
    near = (apart >= -(layer.size // 2)) & (apart <= (layer.size - 1) // 2)
    weight = graph.array(f"{name}.near", near[:, :, None, None] * layer.alpha)
    bias = graph.array(f"{name}.k", np.full(shape[0], layer.k))
    beta = graph.array(f"{name}.beta", layer.beta)
    squares = graph.add("Mul", [x, x], f"{name}.squares")
    scale = graph.add("Conv", [squares, weight, bias], f"{name}.scale", kernel_shape=[1, 1])
    power = graph.add("Pow", [scale, beta], f"{name}.power")
    return graph.add("Div", [x, power], name)


def read_local_response_norm(call: Call) -> Value:
    """LocalResponseNorm."""
    x, size = call.image(), call.integer("size", 0)
    if size < 1 or size % 2 == 0:
        raise FormatError(f"its size must be odd: an even one has no middle; got {size}")
    alpha, beta = paper_alpha(call.real("alpha", 1e-4), size), call.real("beta", 0.75)
    return call.gives(x, Loaded(LocalResponseNorm(size, alpha, beta, call.real("bias", 1.0))))


WRITERS = {BatchNorm2d: write_batch_norm, LocalResponseNorm: write_local_response_norm}
READERS = {"BatchNormalization": read_batch_norm, "LRN": read_local_response_norm}
