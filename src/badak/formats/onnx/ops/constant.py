"""Constant and ConstantOfShape: values that the model itself holds."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from badak import checks
from badak.errors import BadakError
from badak.formats.onnx.ops.node import Node


def constant(node: Node) -> NDArray[Any]:
    """The one attribute's tensor, number or numbers."""
    (name, value), *others = node.attributes.items()
    if others or name not in ("value", "value_float", "value_floats", "value_int", "value_ints"):
        raise BadakError(f"must hold one tensor, number or list; got {', '.join(node.attributes)}")
    return np.asarray(value, {"value_f": np.float32, "value_i": np.int64}.get(name[:7]))


def constant_of_shape(node: Node, shape: NDArray[Any]) -> NDArray[Any]:
    """One value everywhere; 0 where none is given."""
    lengths = [checks.integer(length, "shape") for length in shape]
    value = node.get("value", np.zeros(1, np.float32)).reshape(-1)
    if value.size != 1:
        raise BadakError(f"value must hold one number; got {value.size}")
    checks.memory(math.prod(lengths) * value.itemsize, "the constant")
    return np.full(lengths, value[0])
