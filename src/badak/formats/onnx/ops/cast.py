"""Cast: numbers as another type."""

from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray

from badak.errors import BadakError
from badak.formats.onnx.node import Node

Numbers = NDArray[Any]
# The largest numbers of types of floats of eight bits.
LARGEST = {
    "float8_e4m3fn": 448.0,
    "float8_e4m3fnuz": 240.0,
    "float8_e5m2": 57344.0,
    "float8_e5m2fnuz": 57344.0,
}


def cast(node: Node, x: Numbers) -> Numbers:
    """Numbers as the type that the attribute `to` names."""
    to = node.get("to", 0)
    saturate, rounding = bool(node.get("saturate", 1)), node.get("round_mode", "up")
    if to not in onnx.TensorProto.DataType.values() or to == onnx.TensorProto.UNDEFINED:
        raise BadakError(f"to must be the number of a type; got {to}")
    dtype = np.dtype(onnx.helper.tensor_dtype_to_np_dtype(to))
    if dtype.name == "float8_e8m0fnu":
        return _power_of_two(x.astype(np.float64), rounding).astype(dtype)
    return narrowed(x, dtype, saturate)


def narrowed(x: Numbers, dtype: "np.dtype[Any]", saturate: bool) -> Numbers:
    """Numbers as another type, of eight bits within what it has if they saturate."""
    largest = LARGEST.get(dtype.name)
    if largest is not None and saturate:
        x = np.clip(x.astype(np.float32), -largest, largest)
    return np.asarray(x.astype(dtype))


def _power_of_two(x: Numbers, rounding: str) -> Numbers:
    """The power of two above, below or nearest."""
    share, exponent = np.frexp(x)  # x = share * 2 ** exponent, and the share is in [1/2, 1)
    up = {"up": share > 0.5, "down": share < 0, "nearest": share >= 0.75}
    if rounding not in up:
        raise BadakError(f"round_mode must be one of {', '.join(up)}; got {rounding[:40]!r}")
    exponent = np.where(x == 0, -127, exponent - 1 + up[rounding])  # the least that there is
    return np.asarray(np.ldexp(1.0, np.clip(exponent, -127, 127)))
