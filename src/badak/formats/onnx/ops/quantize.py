"""QuantizeLinear and DequantizeLinear: numbers as integers times a scale, and back."""

from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray

from badak.errors import BadakError
from badak.formats.onnx.axes import checked_axis
from badak.formats.onnx.node import Node
from badak.formats.onnx.ops.cast import narrowed

Numbers = NDArray[Any]


def quantize_linear(node: Node, x: Numbers, scale: Numbers, zero: Numbers | None = None) -> Numbers:
    """X / scale, rounded to even, plus the zero point, within its type."""
    saturate = bool(node.get("saturate", 1))
    node.get("precision", 0)
    dtype = np.dtype(np.uint8) if zero is None else zero.dtype
    if zero is None and node.get("output_dtype", 0):
        dtype = np.dtype(onnx.helper.tensor_dtype_to_np_dtype(node.get("output_dtype", 0)))
    spread = _spread(node, x, scale).astype(x.dtype)
    y = x / spread
    if dtype.kind not in "iu" and not str(dtype).startswith(("int", "uint")):
        return narrowed(y, dtype, saturate)  # floats of few bits, which have no zero point
    shift = 0 if zero is None else _spread(node, x, zero).astype(np.int64)
    whole = np.rint(y).astype(np.int64) + shift
    return np.asarray(np.clip(whole, *_limits(dtype)).astype(dtype))


def dequantize_linear(
    node: Node, x: Numbers, scale: Numbers, zero: Numbers | None = None
) -> Numbers:
    """(x - zero point) * scale."""
    dtype = scale.dtype
    if node.get("output_dtype", 0):
        dtype = np.dtype(onnx.helper.tensor_dtype_to_np_dtype(node.get("output_dtype", 0)))
    integers = str(x.dtype).startswith(("int", "uint"))
    wide = x.astype(np.int64 if integers else np.float32)
    shift = 0 if zero is None else _spread(node, x, zero).astype(wide.dtype)
    spread = _spread(node, x, scale).astype(np.float32)
    return np.asarray((wide - shift).astype(np.float32) * spread).astype(dtype)


def _limits(dtype: "np.dtype[Any]") -> tuple[int, int]:
    """The least and the largest number of a type of integers, which may have four bits or two."""
    bits = int(str(dtype).lstrip("uint"))
    return (
        (0, 2**bits - 1)
        if str(dtype).startswith("u")
        else (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)
    )


def _spread(node: Node, x: Numbers, numbers: Numbers) -> Numbers:
    """One number for all, for each place of an axis, or for each block along it."""
    size = node.get("block_size", 0)
    if numbers.ndim == 0 or numbers.size == 1:
        return numbers.reshape(())
    axis = checked_axis(node.get("axis", 1), x.ndim)
    if size:
        repeated = np.repeat(numbers, size, axis)
        return repeated[tuple(slice(length) for length in x.shape)]
    if numbers.ndim != 1 or len(numbers) != x.shape[axis]:
        raise BadakError(
            f"scale and zero point must be one number, or {x.shape[axis]} along axis {axis}; "
            f"got {numbers.shape}"
        )
    return numbers.reshape([-1 if place == axis else 1 for place in range(x.ndim)])
