"""Paths that join, both ways: Residual as a sum, Concat, Product."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from badak.errors import FormatError
from badak.formats.onnx.axes import checked_axis
from badak.formats.onnx.call import Call
from badak.formats.onnx.layers.affine import affine, with_constant
from badak.formats.onnx.layout import Layout
from badak.formats.onnx.pending import Pending
from badak.formats.onnx.value import Loaded, Value
from badak.formats.onnx.writer import GraphWriter
from badak.layers import Concat, Graph, Product, Residual


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
    constants = sum(isinstance(x, np.ndarray) for x in call.inputs)
    if len(call.inputs) == 2 and constants == 1:
        return with_constant(call, "Add")
    if constants:
        raise FormatError("it must add one constant to one value, or values to another")
    if len(call.inputs) == 2 and call.node.inputs[0] == call.node.inputs[1]:
        return affine(call, call.value(), 2.0)
    return joined(call, _parts(call), "Add")


def _reader(op: str) -> Callable[[Call], Value]:
    def read(call: Call) -> Value:
        if any(isinstance(x, np.ndarray) for x in call.inputs):
            return with_constant(call, op)
        if op == "Mul" and call.node.inputs[0] == call.node.inputs[1]:
            return call.gives(call.value(), Loaded(Pending("Pow 2")))
        return joined(call, _parts(call), op)

    return read


def read_concat(call: Call) -> Value:
    """Paths that end side by side."""
    axis = checked_axis(call.integer("axis", 1), len(call.value().file_shape) + 1)
    if len(call.inputs) == 1:
        return call.gives(call.value())
    parts = _parts(call)
    first = parts[0]
    rank, place = len(first.file_shape), axis - 1
    channels = sum(map(len, parts))
    total = (channels, *first.shape[1:])
    for part in parts:
        if (
            len(part.shape) != len(first.shape)
            or len(part.file_shape) != rank
            or place < 0
            or not (part.layout.goes_along(place, part.shape))
        ):
            raise FormatError(f"its axis must be that of the channels; got {axis}")
        if part.shape[1:] != first.shape[1:]:
            raise FormatError(f"its inputs may differ only in channels; got {_shapes(parts)}")
    layouts = {part.layout.moved(part.shape, total, place) for part in parts}
    if len(layouts) > 1 or None in layouts:
        raise FormatError(f"its inputs must have one layout; got {_shapes(parts)}")
    layout = layouts.pop() or first.layout
    return _join(call, parts, "Concat", total, layout)


def _parts(call: Call) -> list[Value]:
    """The values that join; all rows if some are."""
    places = range(len(call.inputs))
    rows = any(call.value(place).rows for place in places)
    return [call.flat(place) if rows else call.value(place) for place in places]


def joined(call: Call, parts: list[Value], kind: str) -> Value:
    """Values that meet number by number; one may have fewer places, or channels, than another."""
    shape = _common([part.shape for part in parts], parts)
    whole = [part for part in parts if part.shape == shape] or parts[:1]
    layout = whole[0].layout
    for part in parts:
        if part.layout != layout.moved(shape, part.shape):
            raise FormatError(f"its inputs must have one layout; got {_shapes(parts)}")
    return _join(call, parts, kind, shape, layout)


def _common(shapes: list[tuple[int, ...]], parts: list[Value]) -> tuple[int, ...]:
    try:
        if len({len(shape) for shape in shapes}) > 1:
            raise ValueError
        return np.broadcast_shapes(*shapes)
    except ValueError:
        raise FormatError(f"its inputs must have one shape; got {_shapes(parts)}") from None


def _join(
    call: Call, parts: list[Value], kind: str, shape: tuple[int, ...], layout: Layout
) -> Value:
    return replace(
        parts[0],
        shape=shape,
        layout=layout,
        sources=tuple(part.name for part in parts),
        layers=(),
        joins=kind,
        node=str(call.node),
    )


def _shapes(parts: list[Value]) -> str:
    return ", ".join(str(part.file_shape) for part in parts)


def read_mean(call: Call) -> Value:
    """The sum of paths, divided by their number."""
    total = read_add(call)
    if len(call.inputs) == 1:
        return total
    if any(isinstance(x, np.ndarray) for x in call.inputs):
        raise FormatError("it must be the mean of values, none of them constant")
    call.before.append(replace(total, name=f"{call.node.outputs[0]} in all", uses=1))
    return affine(call, call.before[-1], 1 / len(call.inputs))


JOINS = {
    Residual: write_residual,
    Concat: write_concat,
    Product: write_product,
    Graph: write_graph,
}
READERS = {
    "Add": read_add,
    "Sum": read_add,
    "Mean": read_mean,
    "Concat": read_concat,
    "Mul": _reader("Mul"),
    "Sub": _reader("Sub"),
    "Div": _reader("Div"),
}
