"""Activations that are the input times a share, from 0 on the far left to 1 on the far right."""

import math

import numpy as np

from badak.arrays import Array
from badak.ops.reference.activation import hardsigmoid, sigmoid, softplus

# Beyond this a share is 0 or 1 to the last bit, and no power overflows.
FLAT = 40.0


def silu(x: Array) -> Array:
    """The input times its sigmoid."""
    return x * sigmoid(x)


def silu_backward(grad_y: Array, x: Array) -> Array:
    """The product rule: the sigmoid, and x times its slope."""
    share = sigmoid(x)
    return grad_y * (share * (1 + x * (1 - share)))


def hardswish(x: Array) -> Array:
    """The input times its hardsigmoid."""
    return x * hardsigmoid(x)


def hardswish_backward(grad_y: Array, x: Array) -> Array:
    """The product rule between -3 and 3; 0 before, grad_y after."""
    inside = np.where(x <= -3, grad_y.dtype.type(0), grad_y * ((2 * x + 3) / 6))
    return np.where(x < 3, inside, grad_y)


def mish(x: Array) -> Array:
    """The input times tanh(softplus(x))."""
    return x * _mish_share(x)


def mish_backward(grad_y: Array, x: Array) -> Array:
    """The product rule: the share, and x times its slope."""
    share = _mish_share(x)
    near = np.minimum(x, FLAT)  # infinity too: the slope is 0 there
    return grad_y * (share + near * (1 - share * share) * sigmoid(x))


def _mish_share(x: Array) -> Array:
    return np.asarray(np.tanh(softplus(x, 1.0, math.inf)))


def gelu(x: Array, approximate: str) -> Array:
    """The input times the share of a normal distribution below it."""
    return x * _share_below(x, approximate)


def gelu_backward(grad_y: Array, x: Array, approximate: str) -> Array:
    """The product rule: the share below x, and x times its slope."""
    share = _share_below(x, approximate)
    near = np.clip(x, -FLAT, FLAT)
    if approximate == "tanh":
        inner_slope = math.sqrt(2 / math.pi) * (1 + 3 * 0.044715 * near * near)
        slope = 2 * share * (1 - share) * inner_slope
    else:
        slope = np.exp(-near * near / 2) / math.sqrt(2 * math.pi)
    return grad_y * (share + near * slope)


def _share_below(x: Array, approximate: str) -> Array:
    """(1 + erf(x / sqrt 2)) / 2, or the paper's approximation by tanh."""
    if approximate == "tanh":
        near = np.clip(x, -FLAT, FLAT)
        inner = math.sqrt(2 / math.pi) * (near + 0.044715 * near * near * near)
        return sigmoid(2 * inner)  # (1 + tanh(inner)) / 2 without its cancellation
    erfc = np.frompyfunc(math.erfc, 1, 1)  # erfc, not erf: small shares keep their digits
    return np.asarray(erfc(-x / math.sqrt(2)), x.dtype) / 2
