"""Paths that join: Residual as a sum, Concat; and what else ONNX's Add and Sum may mean."""

from dataclasses import replace

import numpy as np

from badak.errors import FormatError
from badak.formats.onnx.axes import checked_axis
from badak.formats.onnx.call import Call
from badak.formats.onnx.layers.linear import shifted
from badak.formats.onnx.value import Value
from badak.formats.onnx.writer import GraphWriter
from badak.layers import Concat, Residual


def write_residual(graph: GraphWriter, name: str, ends: list[str]) -> str:
    """The sum of its paths."""
    return graph.add("Add", ends, name)


def write_concat(graph: GraphWriter, name: str, ends: list[str]) -> str:
    """Its paths side by side."""
    return graph.add("Concat", ends, name, axis=1)


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


def _parts(call: Call) -> list[Value]:
    """The values that join; all rows if some are."""
    places = range(len(call.inputs))
    rows = any(call.value(place).rows for place in places)
    return [call.flat(place) if rows else call.value(place) for place in places]


def _joined(parts: list[Value], kind: str) -> Value:
    first = parts[0]
    same = {(len(part.shape), part.axes, part.order) for part in parts}
    if len(same) > 1 or (kind == "Add" and len({part.shape for part in parts}) > 1):
        raise FormatError(f"its inputs must have one shape and layout; got {_shapes(parts)}")
    return replace(first, sources=tuple(part.name for part in parts), layers=(), joins=kind)


def _shapes(parts: list[Value]) -> str:
    return ", ".join(str(part.file_shape) for part in parts)


def read_mean(call: Call) -> Value:
    """Nothing: badak adds paths, and has no layer for their mean."""
    if len(call.inputs) != 1:
        raise FormatError(f"it must take one value; it is the mean of {len(call.inputs)}")
    return call.gives(call.value())


JOINS = {Residual: write_residual, Concat: write_concat}
READERS = {"Add": read_add, "Sum": read_add, "Concat": read_concat, "Mean": read_mean}
