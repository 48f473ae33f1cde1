"""Files of integers that are read as the network of floats they came from.

Between QuantizeLinear and DequantizeLinear numbers are rounded; that is left out. What falls below
the smallest integer is not: quantisers leave out a ReLU if that integer means 0.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from badak.formats.onnx.call import Call
from badak.formats.onnx.pending import Clamp
from badak.formats.onnx.value import Loaded, Value


def read_quantize(call: Call) -> Value:
    """ReLU if its integers have no negative numbers and `x` may have; else nothing."""
    x = _value(call)
    call.integer("precision", 0)
    call.integer("output_dtype", 0)
    zero = np.uint8(0) if call.at(2) is None else call.array(2)
    if x.sources and zero.size == 1 and _is_smallest(np.asarray(zero)) and not x.probabilities:
        return call.gives(x, Loaded(Clamp()))
    return call.gives(x)


def read_dequantize(call: Call) -> Value:
    """Nothing."""
    call.integer("output_dtype", 0)
    return call.gives(_value(call))


def _value(call: Call) -> Value:
    call.integer("axis", 1)
    call.integer("saturate", 1)
    call.integer("block_size", 0)
    call.floats(1)
    return call.any()


def _is_smallest(zero: NDArray[Any]) -> bool:
    return zero.dtype.kind in "iu" and int(zero.reshape(())) == np.iinfo(zero.dtype).min


READERS = {"QuantizeLinear": read_quantize, "DequantizeLinear": read_dequantize}
