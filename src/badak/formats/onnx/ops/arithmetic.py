"""Operators of one or two arrays, number by number, as NumPy has them."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from badak.formats.onnx.node import Node
from badak.formats.onnx.ops.elementwise import aligned

Numbers = NDArray[Any]


def _binary(function: Callable[..., Any]) -> Callable[..., Numbers]:
    def operator(node: Node, x: Numbers, other: Numbers) -> Numbers:
        return np.asarray(function(*aligned(node, (x, other))))

    return operator


def _unary(function: Callable[..., Any]) -> Callable[..., Numbers]:
    def operator(_: Node, x: Numbers) -> Numbers:
        return np.asarray(function(x), x.dtype)

    return operator


def div(node: Node, x: Numbers, other: Numbers) -> Numbers:
    """The quotient; that of integers is cut towards 0."""
    x, other = aligned(node, (x, other))
    if x.dtype.kind not in "iu":
        return np.asarray(x / other)
    quotient = np.abs(x) // np.abs(other)  # exact, as x / other in floats is not
    signs = np.sign(x) * np.sign(other) if x.dtype.kind == "i" else 1
    return np.asarray(quotient * signs, x.dtype)


def mod(node: Node, x: Numbers, other: Numbers) -> Numbers:
    """The rest of a division: with the sign of the divisor, or of `x` if `fmod` says so."""
    function = np.fmod if node.get("fmod", 0) else np.mod
    return np.asarray(function(*aligned(node, (x, other))))


def power(_: Node, x: Numbers, exponent: Numbers) -> Numbers:
    """X to a power, in the type of x."""
    return np.asarray(np.power(x, exponent)).astype(x.dtype)


def erf(_: Node, x: Numbers) -> Numbers:
    """The error function."""
    return np.asarray(np.vectorize(math.erf, otypes=[x.dtype])(x))


def where(_: Node, condition: Numbers, x: Numbers, other: Numbers) -> Numbers:
    """The one where the condition holds, elsewhere the other."""
    return np.where(condition, x, other)


def _reciprocal(x: Numbers) -> Numbers:
    return 1 / x


sub = _binary(np.subtract)
equal, less, greater = (_binary(f) for f in (np.equal, np.less, np.greater))
less_or_equal, greater_or_equal = _binary(np.less_equal), _binary(np.greater_equal)
both, either, one_of = (_binary(f) for f in (np.logical_and, np.logical_or, np.logical_xor))
not_ = _unary(np.logical_not)
sqrt, negative, exp, log = (_unary(f) for f in (np.sqrt, np.negative, np.exp, np.log))
absolute, reciprocal, sign = _unary(np.abs), _unary(_reciprocal), _unary(np.sign)
floor, ceil, round_half_even = _unary(np.floor), _unary(np.ceil), _unary(np.round)
