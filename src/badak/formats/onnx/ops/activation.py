"""Activations, all by badak.ops."""

import math
from collections.abc import Callable

import numpy as np

from badak import ops
from badak.arrays import Array
from badak.formats.onnx.axes import checked_axis
from badak.formats.onnx.node import Node

# ONNX's defaults.
HARD_SIGMOID_DEFAULTS = {"alpha": 0.2, "beta": 0.5}
SELU_DEFAULTS = {"alpha": 1.67326319217681884765625, "gamma": 1.05070102214813232421875}


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


def hard_sigmoid(node: Node, x: Array) -> Array:
    """The line alpha * x + beta, cut off at 0 and 1."""
    alpha, beta = (node.get(key, value) for key, value in HARD_SIGMOID_DEFAULTS.items())
    return ops.hardtanh(x * x.dtype.type(alpha) + x.dtype.type(beta), 0.0, 1.0)


def hard_swish(_: Node, x: Array) -> Array:
    """The input times its hard sigmoid of slope 1/6."""
    return ops.hardswish(x)


def mish(_: Node, x: Array) -> Array:
    """The input times tanh(softplus(x))."""
    return ops.mish(x)


def softplus(_: Node, x: Array) -> Array:
    """log(1 + exp(x))."""
    return ops.softplus(x)


def elu(node: Node, x: Array) -> Array:
    """Identity where positive, alpha * (exp(x) - 1) elsewhere."""
    return ops.elu(x, node.get("alpha", 1.0))


def selu(node: Node, x: Array) -> Array:
    """An elu, times gamma."""
    alpha, gamma = (node.get(key, value) for key, value in SELU_DEFAULTS.items())
    return ops.scale(ops.elu(x, alpha), gamma)


def gelu(node: Node, x: Array) -> Array:
    """The input times the share of a normal distribution below it."""
    return ops.gelu(x, node.get("approximate", "none"))


def swish(node: Node, x: Array) -> Array:
    """The input times sigmoid(alpha * x)."""
    alpha = node.get("alpha", 1.0)
    return ops.silu(x) if alpha == 1 else x * ops.sigmoid(ops.scale(x, alpha))


def prelu(node: Node, x: Array, slope: Array) -> Array:
    """Identity where positive, slope * x elsewhere; the slope broadcasts to x."""
    if node.opset < 7 and slope.size > 1:  # one slope per channel, whatever axes follow
        slope = slope.reshape(-1, *[1] * (x.ndim - 2))
    return np.asarray(np.where(x > 0, x, x * np.broadcast_to(slope, x.shape)))


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
