"""Products with a matrix: Linear both ways, EuclideanRBF; and constants added after a product."""

import numpy as np

from badak.arrays import Array, Shape
from badak.errors import FormatError
from badak.formats.onnx.call import Call
from badak.formats.onnx.value import Loaded, Value
from badak.formats.onnx.writer import GraphWriter
from badak.layers import EuclideanRBF, Linear


def write_linear(graph: GraphWriter, name: str, layer: Linear, x: str, shape: Shape) -> str:
    """One node; the weight stays (out, in)."""
    return graph.add("Gemm", [x, *graph.state(name, layer)], name, transB=1)


def read_gemm(call: Call) -> Value:
    """Linear; its arrays are multiplied by alpha and beta."""
    x, weight = call.flat(), call.floats(1, 2)
    alpha, beta = call.real("alpha", 1.0), call.real("beta", 1.0)
    if call.integer("transA", 0):
        raise FormatError("its transA must be 0: rows are images")
    weight = alpha * (weight if call.integer("transB", 0) else weight.T)
    y = _linear(call, x, weight)
    if call.at(2) is None or beta == 0:
        return y
    return shifted(y, beta * call.floats(2))


def read_matmul(call: Call) -> Value:
    """Linear without bias."""
    return _linear(call, call.flat(), call.floats(1, 2).T)


def _linear(call: Call, x: Value, weight: Array) -> Value:
    """A Linear; its columns change order if the file laid out maps in another order than badak."""
    if weight.shape[1] != len(x):
        raise FormatError(f"its weight takes rows of {weight.shape[1]}; the input has {len(x)}")
    if x.order is not None:
        c, h, w = x.order
        weight = weight.reshape(-1, h, w, c).transpose(0, 3, 1, 2).reshape(weight.shape)
    layer = Linear(len(weight), bias=False)
    return call.gives(x, Loaded(layer, ({"weight": weight},)), order=None)


def shifted(y: Value, shift: Array) -> Value:
    """Give the layer that ends `y`, which has or may have a bias, another one."""
    last = y.last
    old = {} if last is None else last.arrays[0]
    config = {} if last is None else last.layer.config()
    if last is None or "bias" not in old | config:
        raise FormatError(
            "it adds a constant; badak supports this only right after a convolution or matrix "
            "product, as its bias"
        )
    bias = per_channel(y, shift) + old.get("bias", 0)
    layer = type(last.layer)(**config | ({"bias": True} if "bias" in config else {}))
    return y.with_last(Loaded(layer, ({**old, "bias": bias},)))


def per_channel(y: Value, array: Array) -> Array:
    """The numbers for each channel of a constant that meets `y`."""
    form = tuple(1 if axis else len(y) for axis in y.axes)
    if y.order is not None and array.size > 1:
        raise FormatError("it meets rows that were laid out with the channels last")
    if _tail(array, len(form)) not in (form, (1,) * len(form)):
        raise FormatError(f"it must have one number per channel, {form}; it has {array.shape}")
    return np.broadcast_to(array.reshape(-1), len(y))


def _tail(array: Array, axes: int) -> tuple[int, ...]:
    """A shape as broadcasting sees it against this many axes and one of images before them."""
    shape = array.shape
    if len(shape) == axes + 1 and shape[0] == 1:
        shape = shape[1:]
    return (*[1] * (axes - len(shape)), *shape)


def write_rbf(graph: GraphWriter, name: str, layer: EuclideanRBF, x: str, shape: Shape) -> str:
    """(N, D) -> (N, 1, D), minus (K, D), squares summed: as the layer does, nothing cancels."""
    middle = graph.array(f"{name}.middle", [1], np.int64)
    row = graph.add("Unsqueeze", [x, middle], f"{name}.row")
    apart = graph.add("Sub", [row, *graph.state(name, layer)], f"{name}.apart")
    distance = graph.add("ReduceSumSquare", [apart], f"{name}.distance", axes=[2], keepdims=0)
    return graph.add("Neg", [distance], name)


WRITERS = {Linear: write_linear, EuclideanRBF: write_rbf}
READERS = {"Gemm": read_gemm, "MatMul": read_matmul}
