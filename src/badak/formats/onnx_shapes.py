"""ONNX operators that compute nothing: they reshape, turn axes, or work out shapes.

Of a value that flows, `READERS` read them; of constants, `FOLDERS` work them out at once. None of
these makes more numbers than the file holds.
"""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from badak.errors import FormatError
from badak.formats.onnx_call import Call, Made, Value
from badak.formats.onnx_check import as_numbers
from badak.formats.onnx_layers import TO_CHANNELS_FIRST, TO_CHANNELS_LAST
from badak.layers import Flatten

# What works out shapes has no more numbers.
MOST = 64


def flatten(call: Call) -> Value:
    """Flatten."""
    x, axis = _any(call), call.integer("axis", 1)
    if axis not in (1, -len(x.shape)):
        raise FormatError(f"its axis must be 1, behind the images; got {axis}")
    return _flat(call, x)


def _any(call: Call) -> Value:
    """The input; behind a softmax too, where only the shape may change."""
    found = call.at(0)
    return found if isinstance(found, Value) else call.value()


def _flat(call: Call, x: Value) -> Value:
    if len(x.shape) == 1:
        return call.gives(x)
    order = x.shape if x.mixed else None
    return call.gives(x, Made(Flatten()), channels_last=False, order=order)


def reshape(call: Call) -> Value:
    """Flatten, or nothing; images must stay apart."""
    x, wanted = _any(call), as_numbers(call.array(1))
    keep = not call.integer("allowzero", 0)
    shape = x.file_shape
    full = (0, *shape)
    wanted = [
        full[place] if size == 0 and keep and 0 < place < len(full) else size
        for place, size in enumerate(wanted)
    ]
    free = wanted.count(-1)
    if free > 1 or any(size < -1 for size in wanted):
        raise FormatError(f"its shape may have one -1, and sizes; got {wanted}")
    batch, rest = wanted[0] if wanted else None, wanted[1:]
    if -1 in rest:
        known = math.prod(size for size in rest if size != -1)
        whole = math.prod(shape)
        rest[rest.index(-1)] = whole // known if known and whole % known == 0 else -1
    images = batch in (0, -1) or (batch is not None and batch == call.batch)
    if not images or math.prod(rest) != math.prod(shape) or min(rest, default=0) < 1:
        raise FormatError(f"it must keep images apart; it makes {wanted} of {('N', *shape)}")
    if tuple(rest) == shape:
        return call.gives(x)
    if len(rest) == 1:
        return _flat(call, x)
    raise FormatError(f"it must keep the shape or lay it out in a row; {shape} becomes {rest}")


def squeeze(call: Call) -> Value:
    """Flatten, where rows and columns are one and go."""
    x = _any(call)
    axes = as_numbers(call.array(1)) if call.at(1) is not None else call.integers("axes", [])
    places = {1, 2} if x.channels_last else {2, 3}
    if len(x.shape) != 3 or x.places != 1 or {axis % 4 for axis in axes} != places:
        raise FormatError(f"it must take rows and columns of one place; got axes {axes}")
    return _flat(call, x)


def transpose(call: Call) -> Value:
    """Nothing that badak does: it keeps maps as (C, H, W), and remembers how the file does."""
    x = _any(call)
    axes = len(x.shape) + 1
    order = call.integers("perm", range(axes)[::-1])
    if order == list(range(axes)):
        return call.gives(x)
    if len(x.shape) == 3 and order == (TO_CHANNELS_FIRST if x.channels_last else TO_CHANNELS_LAST):
        return call.gives(x, channels_last=not x.channels_last)
    raise FormatError(f"it must move the channels behind the places or back; got perm {order[:8]}")


def identity(call: Call) -> Value:
    """Nothing."""
    return call.gives(_any(call))


def shape_of(call: Call) -> NDArray[Any]:
    """The sizes; for the images' number 0, with which Reshape means the same again."""
    x = call.at(0)
    sizes = list(x.shape) if isinstance(x, np.ndarray) else [0, *_any(call).file_shape]
    start, end = call.integer("start", 0), call.integer("end", len(sizes))
    return np.array(sizes[start:end], np.int64)


READERS: dict[str, Callable[[Call], Value | NDArray[Any]]] = {
    "Flatten": flatten,
    "Reshape": reshape,
    "Squeeze": squeeze,
    "Transpose": transpose,
    "Identity": identity,
    "Shape": shape_of,
}


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


def _fold_reshape(call: Call) -> NDArray[Any]:
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


def _fold_transpose(call: Call) -> NDArray[Any]:
    array = call.array(0)
    order = call.integers("perm", range(array.ndim)[::-1])
    if sorted(order) != list(range(array.ndim)):
        raise FormatError(f"its perm must name each of {array.ndim} axes once; got {order[:8]}")
    return array.transpose(order)


def _fold_axes(call: Call) -> list[int]:
    return as_numbers(call.array(1)) if call.at(1) is not None else call.integers("axes", [])


def _fold_squeeze(call: Call) -> NDArray[Any]:
    array, axes = call.array(0), _fold_axes(call)
    if any(not -array.ndim <= axis < array.ndim or array.shape[axis] != 1 for axis in axes):
        raise FormatError(f"it can take axes of size 1 away; got {axes} of {array.shape}")
    return np.squeeze(array, tuple({axis % array.ndim for axis in axes}) if axes else None)


def _fold_unsqueeze(call: Call) -> NDArray[Any]:
    array, axes = call.array(0), _fold_axes(call)
    axis_count = array.ndim + len(axes)
    places = {axis % axis_count for axis in axes if -axis_count <= axis < axis_count}
    if len(places) < len(axes) or axis_count > 8:
        raise FormatError(f"its axes must be different places of {axis_count}; got {axes[:8]}")
    return np.expand_dims(array, tuple(places))


def _small(call: Call, place: int) -> NDArray[Any]:
    array = call.array(place)
    if array.size > MOST:
        raise FormatError(f"it must work out a shape; its input {place} is {array.shape}")
    return array


def _fold_gather(call: Call) -> NDArray[Any]:
    array, indices = _small(call, 0), np.asarray(_small(call, 1))
    if call.integer("axis", 0) not in (0, -1) or array.ndim != 1 or indices.dtype.kind != "i":
        raise FormatError("it must take numbers from a row of sizes")
    if any(not -array.size <= index < array.size for index in indices.reshape(-1)):
        raise FormatError(f"its indices must be below {array.size}; got {indices}")
    return np.asarray(array[indices])


def _fold_concat(call: Call) -> NDArray[Any]:
    parts = [_small(call, place) for place in range(len(call.inputs))]
    rows = call.integer("axis", 0) in (0, -1) and all(part.ndim == 1 for part in parts)
    if not parts or not rows or sum(part.size for part in parts) > MOST:
        raise FormatError(f"it must put rows of up to {MOST} sizes together")
    if len({part.dtype for part in parts}) > 1:
        raise FormatError("its inputs must have one element type")
    return np.concatenate(parts)


def _fold_cast(call: Call) -> NDArray[Any]:
    kinds = {1: np.float32, 6: np.int32, 7: np.int64, 11: np.float64}
    kind = call.integer("to", 0)
    call.integer("saturate", 1)
    if kind not in kinds:
        raise FormatError(f"it must cast sizes to a type that badak reads; got number {kind}")
    return _small(call, 0).astype(kinds[kind])


def _fold_slice(call: Call) -> NDArray[Any]:
    array = _small(call, 0)
    starts, ends = as_numbers(call.array(1)), as_numbers(call.array(2))
    axes = as_numbers(call.array(3)) if call.at(3) is not None else [0]
    steps = as_numbers(call.array(4)) if call.at(4) is not None else [1]
    once = len(starts) == len(ends) == len(steps) == 1 and axes == [0]
    if array.ndim < 1 or not once or steps[0] == 0:
        raise FormatError("it must cut sizes once, along their first axis")
    return array[starts[0] : ends[0] : steps[0]]


def _fold_fill(call: Call) -> NDArray[Any]:
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
    "Reshape": _fold_reshape,
    "Transpose": _fold_transpose,
    "Squeeze": _fold_squeeze,
    "Unsqueeze": _fold_unsqueeze,
    "Gather": _fold_gather,
    "Concat": _fold_concat,
    "Cast": _fold_cast,
    "ConstantOfShape": _fold_fill,
    "Slice": _fold_slice,
}
