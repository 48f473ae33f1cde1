"""Nodes that take only constants, computed as the file is read.

Exporters write shapes as small computations, and weights that others scale or turn. A forged file
could ask for any number of numbers, so that all results together are limited.
"""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from badak.errors import FormatError
from badak.formats.onnx.call import as_numbers
from badak.formats.onnx.node import Node
from badak.formats.onnx.ops import OPERATORS, run

# These only look at what they take, or hand it on.
FREE = ("Constant", "Identity", "Reshape", "Shape", "Size", "Squeeze", "Transpose", "Unsqueeze")
COMPUTING = (
    "Abs", "Add", "And", "Cast", "Ceil", "Concat", "ConstantOfShape", "DequantizeLinear", "Div",
    "Equal", "Exp", "Expand", "Floor", "Gather", "Greater", "GreaterOrEqual", "Less",
    "LessOrEqual", "Log", "MatMul", "Max", "Min", "Mod", "Mul", "Neg", "Not", "Or", "Pow",
    "QuantizeLinear", "Range", "Reciprocal", "ReduceMax", "ReduceMean", "ReduceMin", "ReduceProd",
    "ReduceSum", "Round", "Sign", "Slice", "Split", "Sqrt", "Sub", "Sum", "Tile", "Where", "Xor",
)  # fmt: skip
FOLDED = {name: OPERATORS[name] for name in (*FREE, *COMPUTING) if name in OPERATORS}
SPARE = 2**16  # numbers that the nodes of any file may make
FILLED = 2**28  # numbers that are all alike, for which there is only one in memory


class Folder:
    """Computes nodes of constants, within a limit for the whole file.

    Args:
        numbers: how many the file holds; its nodes may make four times as many.
    """

    def __init__(self, numbers: int) -> None:
        self._limit = SPARE + 4 * numbers
        self._left, self._alike = self._limit, FILLED

    def fold(self, node: Node, inputs: list[Any]) -> tuple[NDArray[Any], ...]:
        """Compute the outputs of a node of `FOLDED`; an input that is left out is None.

        Raises:
            FormatError: the file's nodes make too many numbers.
            BadakError: inputs or attributes that do not fit.
        """
        if node.op == "ConstantOfShape":
            return (self._filled(node, inputs[0]),)
        if node.op not in FREE:
            self._left -= _count(node, [x for x in inputs if x is not None])
            if self._left < 0:
                raise FormatError(f"the file's constants may make {self._limit:,} numbers in all")
        return tuple(map(np.asarray, run(FOLDED[node.op], node, inputs)))

    def _filled(self, node: Node, shape: Any) -> NDArray[Any]:
        """An array of one number everywhere, which takes no memory."""
        sizes = tuple(as_numbers(shape)) if isinstance(shape, np.ndarray) else (-1,)
        self._alike -= math.prod(sizes)
        if min(sizes, default=0) < 0 or self._alike < 0:
            raise FormatError(
                f"the file's constants may be filled with {FILLED:,} numbers in all; it asks for "
                f"{str(sizes)[:80]}"
            )
        one = run(FOLDED[node.op], node, [np.array([], np.int64)])[0]
        return np.broadcast_to(one, sizes)


def _count(node: Node, inputs: list[NDArray[Any]]) -> int:
    """As many numbers as the node makes, or more."""
    try:
        return _made(node, inputs)
    except (ValueError, OverflowError, IndexError):  # the node itself says what does not fit
        return max((x.size for x in inputs), default=0)


def _made(node: Node, inputs: list[NDArray[Any]]) -> int:
    sizes = [x.size for x in inputs]
    match node.op:
        case "Expand" | "Tile":
            return max(1, sizes[0]) * math.prod(max(1, int(n)) for n in inputs[1].reshape(-1))
        case "Range":
            start, limit, delta = (float(x.reshape(-1)[0]) for x in inputs)
            return math.ceil(abs((limit - start) / delta)) if delta else SPARE
        case "Gather":
            axis = node.attributes.get("axis", 0)
            shape = inputs[0].shape
            along = shape[axis] if -len(shape) <= axis < len(shape) else 1
            return sizes[1] * sizes[0] // max(along, 1)
        case "MatMul":
            first, second = (x.shape for x in inputs)
            return math.prod(first[:-1]) * math.prod(second[:-2]) * int(second[-1])
        case "Concat":
            return sum(sizes)
    return math.prod(np.broadcast_shapes(*(x.shape for x in inputs)))
