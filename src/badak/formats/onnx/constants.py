"""ONNX operators of constants, worked out as the file is read.

Exporters write shapes as small computations. None of these makes more numbers than the file holds,
or else `MOST`: a forged file could ask for any number.
"""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from badak.errors import FormatError
from badak.formats.onnx.axes import checked_axes, checked_axis, checked_order
from badak.formats.onnx.call import Call
from badak.formats.onnx.file import as_numbers

# What works out shapes has no more numbers.
MOST = 64


def _constant(call: Call) -> NDArray[Any]:
    forms = {
        "value_int": np.int64, "value_ints": np.int64, "value_float": np.float32,
        "value_floats": np.float32,
    }  # fmt: skip
    found = {name: call.attributes.pop(name, None) for name in ("value", *forms)}
    given = {name: value for name, value in found.items() if value is not None}
    if len(given) != 1:
        raise FormatError(f"it must have one value; got {list(given)}")
    ((name, value),) = given.items()
    array = isinstance(value, np.ndarray)
    if array is not (name == "value") or isinstance(value, str):
        raise FormatError(f"its {name} must be what it says; got {type(value).__name__}")
    try:
        return value if array else np.array(value, forms[name])
    except OverflowError:
        raise FormatError(f"its {name} is too large: {str(value)[:80]}") from None


def _reshape(call: Call) -> NDArray[Any]:
    array, wanted = call.array(0), as_numbers(call.array(1))
    call.integer("allowzero", 0)
    wanted = [
        array.shape[place] if size == 0 and place < array.ndim else size
        for place, size in enumerate(wanted)
    ]
    if any(size < -1 for size in wanted) or len(wanted) > 8:
        raise FormatError(f"its shape may have one -1, and sizes; got {wanted}")
    try:
        return array.reshape(wanted)
    except ValueError:
        raise FormatError(f"it cannot make {wanted} of {array.shape}") from None


def _transpose(call: Call) -> NDArray[Any]:
    array = call.array(0)
    order = call.integers("perm", range(array.ndim)[::-1])
    return array.transpose(checked_order(order, array.ndim))


def _squeeze(call: Call) -> NDArray[Any]:
    array, axes = call.array(0), call.axes()
    places = checked_axes(axes, array.ndim)
    if any(array.shape[place] != 1 for place in places):
        raise FormatError(f"it can take axes of size 1 away; got {axes} of {array.shape}")
    return np.squeeze(array, tuple(places) if axes else None)


def _unsqueeze(call: Call) -> NDArray[Any]:
    array, axes = call.array(0), call.axes()
    rank = array.ndim + len(axes)
    if rank > 8:
        raise FormatError(f"it may make an array of up to 8 axes; got {rank}")
    return np.expand_dims(array, tuple(checked_axes(axes, rank)))


def _small(call: Call, place: int) -> NDArray[Any]:
    array = call.array(place)
    if array.size > MOST:
        raise FormatError(f"it must work out a shape; its input {place} is {array.shape}")
    return array


def _gather(call: Call) -> NDArray[Any]:
    array, indices = _small(call, 0), np.asarray(_small(call, 1))
    checked_axis(call.integer("axis", 0), array.ndim)
    if array.ndim != 1 or indices.dtype.kind != "i":
        raise FormatError("it must take numbers from a row of sizes")
    if any(not -array.size <= index < array.size for index in indices.reshape(-1)):
        raise FormatError(f"its indices must be below {array.size}; got {indices}")
    return np.asarray(array[indices])


def _concat(call: Call) -> NDArray[Any]:
    parts = [_small(call, place) for place in range(len(call.inputs))]
    checked_axis(call.integer("axis", 0), 1)
    rows = all(part.ndim == 1 for part in parts)
    if not parts or not rows or sum(part.size for part in parts) > MOST:
        raise FormatError(f"it must put rows of up to {MOST} sizes together")
    if len({part.dtype for part in parts}) > 1:
        raise FormatError("its inputs must have one element type")
    return np.concatenate(parts)


def _cast(call: Call) -> NDArray[Any]:
    kinds = {1: np.float32, 6: np.int32, 7: np.int64, 11: np.float64}
    kind = call.integer("to", 0)
    call.integer("saturate", 1)
    if kind not in kinds:
        raise FormatError(f"it must cast sizes to a type that badak reads; got number {kind}")
    return _small(call, 0).astype(kinds[kind])


def _slice(call: Call) -> NDArray[Any]:
    array = _small(call, 0)
    starts, ends = as_numbers(call.array(1)), as_numbers(call.array(2))
    axes = as_numbers(call.array(3)) if call.at(3) is not None else [0]
    steps = as_numbers(call.array(4)) if call.at(4) is not None else [1]
    once = len(starts) == len(ends) == len(steps) == 1 and axes == [0]
    if array.ndim < 1 or not once or steps[0] == 0:
        raise FormatError("it must cut sizes once, along their first axis")
    return array[starts[0] : ends[0] : steps[0]]


def _fill(call: Call) -> NDArray[Any]:
    sizes = as_numbers(call.array(0))
    value = call.attributes.pop("value", np.zeros(1, np.float32))
    if not isinstance(value, np.ndarray) or value.size != 1:
        raise FormatError("its value must be one number")
    if len(sizes) > 8 or min(sizes, default=0) < 0 or math.prod(sizes) > MOST:
        raise FormatError(f"it must make up to {MOST} sizes; got shape {sizes}")
    return np.full(sizes, value.reshape(()))


FOLDERS: dict[str, Callable[[Call], NDArray[Any]]] = {
    "Constant": _constant,
    "Identity": lambda call: call.array(0),
    "Reshape": _reshape,
    "Transpose": _transpose,
    "Squeeze": _squeeze,
    "Unsqueeze": _unsqueeze,
    "Gather": _gather,
    "Concat": _concat,
    "Cast": _cast,
    "ConstantOfShape": _fill,
    "Slice": _slice,
}
