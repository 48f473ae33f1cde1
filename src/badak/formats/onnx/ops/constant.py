"""Constant and ConstantOfShape: values that the model itself holds."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from badak import checks
from badak.errors import BadakError
from badak.formats.onnx.node import Node

TYPES = {
    "value": None, "value_float": np.float32, "value_floats": np.float32, "value_int": np.int64,
    "value_ints": np.int64,
}  # fmt: skip


def constant(node: Node) -> NDArray[Any]:
    """The one attribute's tensor, number or numbers."""
    names = list(node.attributes)
    if len(names) != 1 or names[0] not in TYPES:
        raise BadakError(f"must hold one tensor, number or list; got {', '.join(names)}")
    value = node.get(names[0], None)
    if isinstance(value, np.ndarray) is not (names[0] == "value") or isinstance(value, str):
        raise BadakError(f"{names[0]} must be what it says; got {type(value).__name__}")
    return np.asarray(value, TYPES[names[0]])


def constant_of_shape(node: Node, shape: NDArray[Any]) -> NDArray[Any]:
    """One value everywhere; 0 if none is given."""
    lengths = [checks.integer(length, "shape") for length in shape]
    value = node.get("value", np.zeros(1, np.float32)).reshape(-1)
    if value.size != 1:
        raise BadakError(f"value must hold one number; got {value.size}")
    checks.memory(math.prod(lengths) * value.itemsize, "the constant")
    return np.full(lengths, value[0])
