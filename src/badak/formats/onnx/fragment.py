"""Fragments of a graph that compute one number of one number, as the activation that they are.

Exporters write activations as the arithmetic behind them: SiLU as x * sigmoid(x), GELU by Erf, and
no two alike. So a fragment is known by what it computes at some points, not by its form.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from badak import ops
from badak.errors import BadakError
from badak.formats.onnx.file import Graph
from badak.formats.onnx.node import Node
from badak.formats.onnx.ops import OPERATORS, run

POINTS = np.linspace(-9, 9, 181)
LARGEST = 12  # nodes of a fragment
# The last node of a fragment.
ENDS = ("Mul", "Div", "Log", "Where")

_erf = np.frompyfunc(math.erf, 1, 1)
NUMPY: dict[str, Callable[..., Any]] = {
    "Div": np.divide,
    "Erf": lambda x: np.asarray(_erf(x), float),
    "Exp": np.exp,
    "Greater": np.greater,
    "Log": np.log,
    "Max": np.maximum,
    "Min": np.minimum,
    "Neg": np.negative,
    "Pow": np.power,
    "Reciprocal": np.reciprocal,
    "Sqrt": np.sqrt,
    "Sub": np.subtract,
    "Where": lambda where, x, other: np.where(where != 0, x, other),
}
POINTWISE: dict[str, Callable[..., Any]] = {
    **{op: OPERATORS[op] for op in ("Add", "Clip", "HardSigmoid", "Mul", "Relu", "Sigmoid")},
    **{op: OPERATORS[op] for op in ("Softplus", "Tanh")},
    **{op: lambda _, *inputs, f=function: f(*inputs) for op, function in NUMPY.items()},
}

# What a fragment may be: an operator with its attributes, and its results at `POINTS`.
ACTIVATIONS: list[tuple[str, dict[str, Any], NDArray[Any]]] = [
    ("Swish", {}, ops.silu(POINTS)),
    ("HardSwish", {}, ops.hardswish(POINTS)),
    ("HardSigmoid", {"alpha": 1 / 6}, ops.hardsigmoid(POINTS)),
    ("Mish", {}, ops.mish(POINTS)),
    ("Gelu", {}, ops.gelu(POINTS)),
    ("Gelu", {"approximate": "tanh"}, ops.gelu(POINTS, "tanh")),
    ("Softplus", {}, ops.softplus(POINTS)),
]


def with_activations(graph: Graph) -> Graph:
    """The graph with one node for each fragment that is an activation, and none that it replaces.

    Example:
        >>> sigmoid = Node("", "Sigmoid", 17, ("x",), ("s",), {})
        >>> product = Node("", "Mul", 17, ("x", "s"), ("y",), {})
        >>> graph = Graph({}, ["y"], [sigmoid, product], {}, None)
        >>> [(node.op, node.inputs) for node in with_activations(graph).nodes]
        [('Swish', ('x',))]
    """
    constants = {name: array for name, array in graph.arrays.items() if _is_number(array)}
    made: dict[str, tuple[int, Node]] = {}  # a value -> the place of its node, and the node
    for place, node in enumerate(graph.nodes):
        value = node.get("value", None) if node.op == "Constant" else None
        if isinstance(value, np.ndarray) and _is_number(value):
            constants[node.outputs[0]] = value
        node = (node.op in ENDS and _activation(node, place, made, constants)) or node
        made |= dict.fromkeys(node.outputs, (place, node))
    needed = set(graph.outputs)
    nodes = []
    for _, node in sorted(dict(made.values()).items(), reverse=True):
        if needed.intersection(filter(None, node.outputs)):
            needed.update(node.inputs)
            nodes.append(node)
    return replace(graph, nodes=nodes[::-1])


def _is_number(array: NDArray[Any]) -> bool:
    """Whether an array is one number that leaves the shape of what it meets."""
    return array.size == 1 and array.ndim <= 4 and array.dtype.kind in "fi"


def _activation(
    end: Node,
    place: int,
    made: Mapping[str, tuple[int, Node]],
    constants: Mapping[str, NDArray[Any]],
) -> Node | None:
    """The node that does what the fragment up to `end` does; None if there is no such fragment."""
    fragment = [(place, end)]
    starts = _flowing(end, constants)
    while len(fragment) < LARGEST:
        last = max(starts, key=lambda name: made[name][0] if name in made else -1, default="")
        before = made.get(last)
        if before is None or before[1].op not in POINTWISE:
            return None
        fragment.append(before)
        starts = starts - {last} | _flowing(before[1], constants)
        if len(starts) == 1:
            (start,) = starts
            y = _results([node for _, node in sorted(fragment)], start, constants)
            for op, attributes, expected in ACTIVATIONS:
                if y is not None and np.allclose(y, expected, rtol=1e-5, atol=1e-5):
                    return Node(end.name, op, end.opset, (start,), end.outputs, attributes)
    return None


def _flowing(node: Node, constants: Mapping[str, NDArray[Any]]) -> set[str]:
    """The inputs of a node that are not single numbers."""
    return {name for name in node.inputs if name and name not in constants}


def _results(
    nodes: list[Node], start: str, constants: Mapping[str, NDArray[Any]]
) -> NDArray[Any] | None:
    """What the nodes make of `POINTS`; None if they do not take them."""
    values: dict[str, Any] = {start: POINTS}
    with np.errstate(all="ignore"):
        for node in nodes:
            inputs = [values.get(name, constants.get(name)) for name in node.inputs]
            inputs = [None if x is None else np.asarray(x, float).reshape(-1) for x in inputs]
            try:
                values[node.outputs[0]] = run(POINTWISE[node.op], replace(node), inputs)[0]
            except BadakError:
                return None
    y: NDArray[Any] = values[nodes[-1].outputs[0]]
    return y if y.shape == POINTS.shape else None
