"""Products with a matrix: Linear both ways, EuclideanRBF; and constants added after a product."""

import numpy as np

from badak.arrays import Array, Shape
from badak.errors import FormatError
from badak.formats.onnx.call import Call
from badak.formats.onnx.value import Loaded, Value
from badak.formats.onnx.writer import GraphWriter
from badak.layers import Conv2d, EuclideanRBF, Linear


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
    """Give the convolution or linear layer that ends `y` a bias, or a larger one."""
    last = y.last
    if last is None or not isinstance(last.layer, (Conv2d, Linear)):
        raise FormatError(
            "it adds a constant; badak supports this only right after a convolution or matrix "
            "product, as its bias"
        )
    form = tuple(1 if axis else len(y) for axis in y.axes)
    tail = _tail(shift, len(form))
    if tail not in (form, (1,) * len(form)):
        raise FormatError(f"it must add one number per channel, {form}; it adds {shift.shape}")
    bias = np.broadcast_to(shift.reshape(-1), len(y)) + last.arrays[0].get("bias", 0)
    layer = type(last.layer)(**last.layer.config() | {"bias": True})
    return y.with_last(Loaded(layer, ({**last.arrays[0], "bias": bias},)))


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
