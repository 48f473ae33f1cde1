"""Activations; every array keeps its shape."""

import math

import numpy as np

from badak.arrays import Array

# Beyond this the share of a normal distribution is 0 or 1 to the last bit, and no power overflows.
FLAT = 40.0


def relu(x: Array) -> Array:
    """max(x, 0)."""
    return np.maximum(x, 0)


def relu_backward(grad_y: Array, y: Array) -> Array:
    """The gradient if the output is positive, else 0."""
    return np.where(y > 0, grad_y, 0)


def leaky_relu(x: Array, negative_slope: float) -> Array:
    """The input if positive, else negative_slope times it."""
    return np.where(x > 0, x, negative_slope * x)


def leaky_relu_backward(grad_y: Array, x: Array, negative_slope: float) -> Array:
    """The slope of each side times the gradient."""
    return np.where(x > 0, grad_y, negative_slope * grad_y)


def hardtanh(x: Array, min_val: float, max_val: float) -> Array:
    """The input, cut off at both limits."""
    return np.asarray(np.clip(x, min_val, max_val))


def hardtanh_backward(grad_y: Array, x: Array, min_val: float, max_val: float) -> Array:
    """The gradient between the limits."""
    return np.where((x > min_val) & (x < max_val), grad_y, grad_y.dtype.type(0))


def sigmoid(x: Array) -> Array:
    """1 / (1 + exp(-x)); exp only ever sees what is not positive, so it cannot overflow."""
    small = np.exp(-np.abs(x))
    return np.where(x >= 0, 1 / (1 + small), small / (1 + small))


def sigmoid_backward(grad_y: Array, y: Array) -> Array:
    """grad_y * y * (1 - y)."""
    return grad_y * y * (1 - y)


def tanh(x: Array) -> Array:
    """The hyperbolic tangent of each value."""
    return np.tanh(x)


def tanh_backward(grad_y: Array, y: Array) -> Array:
    """grad_y * (1 - y^2)."""
    return grad_y * (1 - y * y)


def elu(x: Array, alpha: float) -> Array:
    """The input if positive, else alpha * (exp(x) - 1)."""
    return np.where(x > 0, x, alpha * np.expm1(np.minimum(x, 0)))


def elu_backward(grad_y: Array, x: Array, alpha: float) -> Array:
    """The gradient, times alpha * exp(x) if x is not positive."""
    return np.where(x > 0, grad_y, grad_y * alpha * np.exp(np.minimum(x, 0)))


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
