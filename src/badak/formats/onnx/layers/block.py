"""Paths that join: Residual as a sum, Concat, Product; what else ONNX's Add, Sum, Mul may mean."""

from dataclasses import replace

import numpy as np

from badak.errors import FormatError
from badak.formats.onnx.axes import checked_axis
from badak.formats.onnx.call import Call
from badak.formats.onnx.layers.linear import shifted
from badak.formats.onnx.layers.norm import read_scale
from badak.formats.onnx.value import Value
from badak.formats.onnx.writer import GraphWriter
from badak.layers import Concat, Graph, Product, Residual
from badak.ops.elementwise import product_shape


def write_residual(graph: GraphWriter, name: str, ends: list[str]) -> str:
    """The sum of its paths."""
    return graph.add("Add", ends, name)


def write_concat(graph: GraphWriter, name: str, ends: list[str]) -> str:
    """Its paths side by side."""
    return graph.add("Concat", ends, name, axis=1)


def write_product(graph: GraphWriter, name: str, ends: list[str]) -> str:
    """A node for each path after the first: Mul takes two values, and repeats a gate's numbers."""
    y, *others = ends
    for number, other in enumerate(others, 1):
        last = number == len(others)
        y = graph.add("Mul", [y, other], name if last else f"{name}.product{number}")
    return y


def write_graph(graph: GraphWriter, name: str, ends: list[str]) -> str:
    """Nothing: its last layer's output is its own."""
    return ends[0]


def read_add(call: Call) -> Value:
    """A bias if one input is constant; otherwise two or more paths that join."""
    if len(call.inputs) == 1:
        return call.gives(call.value())
    arrays = [x for x in call.inputs if isinstance(x, np.ndarray)]
    if not arrays:
        return _joined(_parts(call), "Add")
    if len(call.inputs) != 2 or len(arrays) != 1:
        raise FormatError("it must add one constant to one value, or values to another")
    place = 1 if isinstance(call.at(1), np.ndarray) else 0
    return shifted(call.value(1 - place), call.floats(place))


def read_concat(call: Call) -> Value:
    """Paths that end side by side."""
    axis = checked_axis(call.integer("axis", 1), len(call.value().axes) + 1)
    if len(call.inputs) == 1:
        return call.gives(call.value())
    parts = _parts(call)
    y = _joined(parts, "Concat")
    if y.axes[axis - 1 : axis] != (0,):
        raise FormatError(f"its axis must be that of the channels; got {axis}")
    if y.order is not None:
        raise FormatError("it puts rows together that were laid out with the channels last")
    if len({part.shape[1:] for part in parts}) > 1:
        raise FormatError(f"its inputs may differ only in channels; got {_shapes(parts)}")
    return replace(y, shape=(sum(map(len, parts)), *y.shape[1:]))


def read_mul(call: Call) -> Value:
    """A factor if one input is constant; otherwise two paths that are multiplied."""
    if len(call.inputs) != 2 or any(isinstance(x, np.ndarray) for x in call.inputs):
        return read_scale(call)
    return _joined(_parts(call), "Mul")


def _parts(call: Call) -> list[Value]:
    """The values that join; all rows if some are."""
    places = range(len(call.inputs))
    rows = any(call.value(place).rows for place in places)
    return [call.flat(place) if rows else call.value(place) for place in places]


def _joined(parts: list[Value], kind: str) -> Value:
    shapes = {part.shape for part in parts}
    product = product_shape(parts[0].shape, parts[-1].shape) if kind == "Mul" else None
    same = len({(len(part.shape), part.axes, part.order) for part in parts}) == 1
    if not same or (kind == "Add" and len(shapes) > 1) or (kind == "Mul" and product is None):
        raise FormatError(f"its inputs must have one shape and layout; got {_shapes(parts)}")
    names = tuple(part.name for part in parts)
    shape = product or parts[0].shape
    return replace(parts[0], shape=shape, sources=names, layers=(), joins=kind)


def _shapes(parts: list[Value]) -> str:
    return ", ".join(str(part.file_shape) for part in parts)


def read_mean(call: Call) -> Value:
    """Nothing: badak adds paths, and has no layer for their mean."""
    if len(call.inputs) != 1:
        raise FormatError(f"it must take one value; it is the mean of {len(call.inputs)}")
    return call.gives(call.value())


JOINS = {
    Residual: write_residual,
    Concat: write_concat,
    Product: write_product,
    Graph: write_graph,
}
READERS = {
    "Add": read_add,
    "Sum": read_add,
    "Mul": read_mul,
    "Concat": read_concat,
    "Mean": read_mean,
}
