"""ONNX operators that compute nothing, only reshape and turn: Flatten, or no layer at all."""

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
