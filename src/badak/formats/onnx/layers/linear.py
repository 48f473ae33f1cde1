"""Products with a matrix: Linear both ways, EuclideanRBF."""

import numpy as np

from badak.arrays import Array, Shape
from badak.errors import FormatError
from badak.formats.onnx.call import Call
from badak.formats.onnx.layout import Layout
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
    weight = weight if call.integer("transB", 0) else weight.T
    weight = weight if alpha == 1 else alpha * weight
    return _linear(call, x, weight, None if call.at(2) is None else beta * call.floats(2, 0, 1, 2))


def read_matmul(call: Call) -> Value:
    """Linear without bias; over maps with the channels last, a convolution by one pixel."""
    x, weight = call.value(), call.floats(1, 2).T
    if len(x.file_shape) == 1:
        return _linear(call, call.flat(), weight)
    if len(x.shape) != 3 or not x.layout.goes_along(len(x.file_shape) - 1, x.shape):
        raise FormatError(f"its input must be rows, or end with channels; it is {x.file_shape}")
    _check_weight(weight, x)
    layer = Conv2d(len(weight), 1, bias=False)
    shape = layer.output_shape(x.shape)
    layout = x.layout.moved(x.shape, shape, len(x.file_shape) - 1)
    return call.gives(x, Loaded(layer, ({"weight": weight[:, :, None, None]},)), layout=layout)


def _linear(call: Call, x: Value, weight: Array, bias: Array | None = None) -> Value:
    """A Linear; its columns change order if the file laid out maps in another order than badak."""
    _check_weight(weight, x)
    if not x.layout.plain:
        ordered = np.empty_like(weight)
        ordered[:, x.layout.indices()] = weight
        weight = ordered
    arrays = {"weight": weight}
    if bias is not None and bias.any():
        row = bias.reshape(-1) if bias.ndim < 2 or len(bias) == 1 else bias
        if row.shape not in ((1,), (len(weight),)):
            raise FormatError(f"its bias must be {(len(weight),)}; it is {bias.shape}")
        arrays["bias"] = np.broadcast_to(row, len(weight))
    layer = Linear(len(weight), bias="bias" in arrays)
    return call.gives(x, Loaded(layer, (arrays,)), layout=Layout.of((len(weight),)))


def _check_weight(weight: Array, x: Value) -> None:
    if weight.shape[1] != len(x):
        raise FormatError(f"its weight takes rows of {weight.shape[1]}; the input has {len(x)}")


def write_rbf(graph: GraphWriter, name: str, layer: EuclideanRBF, x: str, shape: Shape) -> str:
    """(N, D) -> (N, 1, D), minus (K, D), squares summed: as the layer does, nothing cancels."""
    middle = graph.array(f"{name}.middle", [1], np.int64)
    row = graph.add("Unsqueeze", [x, middle], f"{name}.row")
    apart = graph.add("Sub", [row, *graph.state(name, layer)], f"{name}.apart")
    distance = graph.add("ReduceSumSquare", [apart], f"{name}.distance", axes=[2], keepdims=0)
    return graph.add("Neg", [distance], name)


WRITERS = {Linear: write_linear, EuclideanRBF: write_rbf}
READERS = {"Gemm": read_gemm, "MatMul": read_matmul}
