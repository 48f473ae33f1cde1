"""Cast: numbers as another type."""

from typing import Any

import onnx
from numpy.typing import NDArray

from badak.errors import BadakError
from badak.formats.onnx.node import Node

Numbers = NDArray[Any]


def cast(node: Node, x: Numbers) -> Numbers:
    """Numbers as the type that the attribute `to` names."""
    return as_type(node, x, node.get("to", 0))


def as_type(node: Node, x: Numbers, to: int) -> Numbers:
    """Numbers as ONNX's type of this number."""
    node.get("saturate", 1)
    node.get("round_mode", "up")
    if to not in onnx.TensorProto.DataType.values() or to == onnx.TensorProto.UNDEFINED:
        raise BadakError(f"to must be the number of a type; got {to}")
    return x.astype(onnx.helper.tensor_dtype_to_np_dtype(to))
