"""Nodes that take only constants, computed as the file is read.

Exporters write shapes as small computations. None of these makes more numbers than the file holds,
or else `MAXIMUM`: a forged file could ask for any number.
"""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from badak.errors import FormatError
from badak.formats.onnx.node import Node
from badak.formats.onnx.ops import OPERATORS, run

MAXIMUM = 64  # no shape that is computed has more numbers


def _cast(node: Node, x: NDArray[Any]) -> NDArray[Any]:
    """Numbers as another type; the backend lacks Cast, which must support many more types."""
    kinds = {1: np.float32, 6: np.int32, 7: np.int64, 11: np.float64}
    kind = node.get("to", 0)
    node.get("saturate", 1)
    if kind not in kinds:
        raise FormatError(f"it must cast sizes to a type that badak reads; got number {kind}")
    return x.astype(kinds[kind])


# These make no more numbers than they take, so that they may take weights too.
MOVING = ("Constant", "Identity", "Reshape", "Shape", "Squeeze", "Transpose", "Unsqueeze")
COMPUTING = ("Concat", "ConstantOfShape", "Gather", "Slice")
FOLDED = {name: OPERATORS[name] for name in MOVING + COMPUTING} | {"Cast": _cast}


def fold(node: Node, inputs: list[Any]) -> NDArray[Any]:
    """Compute the output of a node of `FOLDED`; an input that is left out is None."""
    if node.op in MOVING:
        return run(FOLDED[node.op], node, inputs)[0]  # type: ignore[no-any-return]
    counts = [x.size for x in inputs if x is not None]
    if node.op == "ConstantOfShape":  # before it makes them
        counts += [math.prod(x.reshape(-1).tolist()) for x in inputs]
    _check_count(max(counts, default=0))
    result: NDArray[Any] = run(FOLDED[node.op], node, inputs)[0]
    _check_count(result.size)
    return result


def _check_count(count: int) -> None:
    if count > MAXIMUM:
        raise FormatError(f"it must compute shapes, of up to {MAXIMUM} sizes; got {count:,} sizes")
