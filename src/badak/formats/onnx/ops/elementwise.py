"""Add, Sum, Mul, Max, Min, Mean, Clip: number by number, shapes broadcast as NumPy's."""

import functools
from typing import Any

import numpy as np
from numpy.typing import NDArray

from badak import ops
from badak.arrays import FLOATS
from badak.errors import ArgumentTypeError, BadakError
from badak.formats.onnx.axes import checked_axis
from badak.formats.onnx.node import Node


def add(node: Node, *terms: NDArray[Any]) -> NDArray[Any]:
    """The sum of one or more arrays."""
    return functools.reduce(_sum, aligned(node, terms))


def _sum(x: NDArray[Any], other: NDArray[Any]) -> NDArray[Any]:
    if x.shape == other.shape and x.dtype.type in FLOATS:
        return ops.add(x, other)
    return np.asarray(x + other)


def mul(node: Node, *factors: NDArray[Any]) -> NDArray[Any]:
    """The product of two arrays."""
    x, other = aligned(node, factors)
    return np.asarray(x * other)


def maximum(node: Node, *terms: NDArray[Any]) -> NDArray[Any]:
    """The largest of one or more numbers at each place."""
    return np.asarray(functools.reduce(np.maximum, aligned(node, terms)))


def minimum(node: Node, *terms: NDArray[Any]) -> NDArray[Any]:
    """The smallest of one or more numbers at each place."""
    return np.asarray(functools.reduce(np.minimum, aligned(node, terms)))


def mean(node: Node, *terms: NDArray[Any]) -> NDArray[Any]:
    """The mean of one or more arrays."""
    return np.asarray(add(node, *terms) / len(terms), terms[0].dtype)


def aligned(node: Node, terms: tuple[NDArray[Any], ...]) -> tuple[NDArray[Any], ...]:
    """Check that all have one type; align the second's axes with those from `axis` on."""
    names = sorted({str(term.dtype) for term in terms})
    if len(names) != 1:
        raise ArgumentTypeError(f"the inputs must be of one type; got {', '.join(names)}")
    if "axis" not in node.attributes:  # which only operator set 6 has: later ones align at the end
        return terms
    x, other = terms
    axis = checked_axis(node.attributes["axis"], x.ndim)
    after = x.ndim - axis - other.ndim
    if after < 0:
        raise BadakError(f"B {other.shape} has more axes than A {x.shape} from axis {axis} on")
    return x, other.reshape(*other.shape, *[1] * after)


def clip(
    node: Node,
    x: NDArray[Any],
    lowest: NDArray[Any] | None = None,
    highest: NDArray[Any] | None = None,
) -> NDArray[Any]:
    """Bring values into a range, either end of which may be open; the upper one wins."""
    # Until operator set 10 the ends were attributes.
    ends = [
        node.get(name, None) if end is None else end
        for name, end in (("min", lowest), ("max", highest))
    ]
    for choose, end in zip((np.maximum, np.minimum), ends, strict=True):
        if end is not None:
            x = choose(x, np.asarray(end, x.dtype))
    return x
