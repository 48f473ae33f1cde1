"""Sums and products with constants: all become one kind of step, which `patterns` folds."""

import math
from typing import Any

import numpy as np

from badak import checks
from badak.arrays import Array
from badak.errors import FormatError
from badak.formats.onnx.call import Call
from badak.formats.onnx.pending import Affine
from badak.formats.onnx.value import Loaded, Value


def affine(call: Call, x: Value, weight: Any = 1.0, bias: Any = 0.0) -> Value:
    """Weight * x + bias, both as badak orders numbers."""
    arrays: dict[str, Array] = {
        "weight": np.asarray(weight, np.float64),
        "bias": np.asarray(bias, np.float64),
    }
    return call.gives(x, Loaded(Affine(), (arrays,)))


def meeting(x: Value, array: Array) -> Array:
    """A constant that meets `x`, in badak's order: one number, one per channel, or as many as x.

    Raises:
        FormatError: the two do not broadcast to the shape of x.
    """
    array, sizes = np.asarray(array, np.float64), x.file_shape
    if array.size == 1 and array.ndim <= len(sizes) + 1:
        return array.reshape(())
    given = array.shape[1:] if array.ndim == len(sizes) + 1 and len(array) == 1 else array.shape
    padded = (1,) * (len(sizes) - len(given)) + given
    if len(padded) > len(sizes) or any(
        own not in (1, size) for own, size in zip(padded, sizes, strict=True)
    ):
        raise FormatError(
            f"its constant must have one number, one per channel or one per place of {sizes}; it "
            f"has {array.shape}"
        )
    wide = [place for place, size in enumerate(padded) if size > 1]
    if len(wide) == 1 and x.layout.goes_along(wide[0], x.shape):
        return array.reshape(-1)
    checks.memory(32 * math.prod(sizes), "the constant for every place")
    whole = x.layout.placed(np.broadcast_to(array.reshape(padded), sizes)).reshape(x.shape)
    channels = whole.reshape(len(x), -1)
    same = bool((channels == channels[:, :1]).all())
    return channels[:, 0].copy() if same else whole


def with_constant(call: Call, op: str) -> Value:
    """Add, Sub, Mul or Div of a value and a constant."""
    place = 1 if isinstance(call.at(1), np.ndarray) else 0
    x = call.value(1 - place)
    number = meeting(x, call.floats(place))
    match op, place:
        case "Add", _:
            return affine(call, x, bias=number)
        case "Mul", _:
            return affine(call, x, number)
        case "Sub", 1:
            return affine(call, x, bias=-number)
        case "Sub", _:
            return affine(call, x, -1.0, number)
        case "Div", 1:
            with np.errstate(divide="ignore"):
                return affine(call, x, 1 / number)
    raise FormatError("it divides a constant by a value, which no layer does")


def read_neg(call: Call) -> Value:
    """-x."""
    return affine(call, call.value(), -1.0)


READERS = {"Neg": read_neg}
