"""Relu, LeakyRelu, Sigmoid, Tanh, Softmax and LogSoftmax, all by badak.ops."""

import math
from collections.abc import Callable

from badak import ops
from badak.arrays import Array
from badak.formats.onnx.axes import checked_axis
from badak.formats.onnx.node import Node


def relu(_: Node, x: Array) -> Array:
    """max(x, 0)."""
    return ops.relu(x)


def leaky_relu(node: Node, x: Array) -> Array:
    """Identity where positive, alpha * x elsewhere."""
    return ops.leaky_relu(x, node.get("alpha", 0.01))


def sigmoid(_: Node, x: Array) -> Array:
    """1 / (1 + exp(-x))."""
    return ops.sigmoid(x)


def tanh(_: Node, x: Array) -> Array:
    """The hyperbolic tangent."""
    return ops.tanh(x)


def softmax(node: Node, x: Array) -> Array:
    """exp(x) over its sum along an axis."""
    return _along(node, x, ops.softmax)


def log_softmax(node: Node, x: Array) -> Array:
    """The logarithm of softmax."""
    return _along(node, x, ops.log_softmax)


def _along(node: Node, x: Array, operation: Callable[[Array, int], Array]) -> Array:
    if node.opset >= 13:
        return operation(x, checked_axis(node.get("axis", -1), x.ndim))
    # Until operator set 12 all axes from this one on competed with one another.
    axis = checked_axis(node.get("axis", 1), x.ndim)
    rows = x.reshape(math.prod(x.shape[:axis]), -1)
    return operation(rows, 1).reshape(x.shape)
