"""Functions of each number that are layers only together with others: GELU has Erf, for example."""

import numpy as np

from badak.errors import FormatError
from badak.formats.onnx.call import Call
from badak.formats.onnx.layers.block import joined
from badak.formats.onnx.pending import Pending
from badak.formats.onnx.value import Loaded, Value


def _read(call: Call) -> Value:
    return call.gives(call.value(), Loaded(Pending(call.node.op)))


def read_pow(call: Call) -> Value:
    """X to a constant power."""
    x, exponent = call.value(), call.array(1)
    if exponent.size != 1:
        raise FormatError(f"its exponent must be one number; it has shape {exponent.shape}")
    power = float(np.asarray(exponent, np.float64).reshape(()))
    return call.gives(x) if power == 1 else call.gives(x, Loaded(Pending(f"Pow {power:g}")))


def read_compare(call: Call) -> Value:
    """Whether x is above, or below, a number; for Where alone."""
    number = call.scalar(1)
    return call.gives(call.value(), Loaded(Pending(f"{call.node.op} {number:g}")))


def read_where(call: Call) -> Value:
    """One value where another holds, elsewhere a third: activations are so written."""
    return joined(call, [call.value(place) for place in range(3)], "Where")


READERS = {
    "Where": read_where,
    **dict.fromkeys(("Greater", "GreaterOrEqual", "Less", "LessOrEqual"), read_compare),
    "Pow": read_pow,
    **dict.fromkeys(("Erf", "Sqrt", "Exp", "Log", "Reciprocal", "Abs"), _read),
}
