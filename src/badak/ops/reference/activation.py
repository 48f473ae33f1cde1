"""Activations; every array keeps its shape."""

import numpy as np

from badak.arrays import Array

# Klambauer et al. 2017, equation 14: mean 0 and variance 1 stay as they are.
SELU_ALPHA = 1.6732632423543772
SELU_SCALE = 1.0507009873554805


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


def hardsigmoid(x: Array) -> Array:
    """A sixth of x + 3, cut off at 0 and 1."""
    return np.asarray(np.clip(x + 3, 0, 6) / 6)


def hardsigmoid_backward(grad_y: Array, x: Array) -> Array:
    """A sixth of the gradient between the limits."""
    return np.where((x > -3) & (x < 3), grad_y / 6, grad_y.dtype.type(0))


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


def softplus(x: Array, beta: float, threshold: float) -> Array:
    """log(1 + exp(beta * x)) / beta; the input itself if beta * x is above the threshold."""
    z = beta * x
    curve = np.maximum(z, 0) + np.log1p(np.exp(-np.abs(z)))  # exp cannot overflow
    return np.where(z > threshold, x, curve / beta)


def softplus_backward(grad_y: Array, x: Array, beta: float, threshold: float) -> Array:
    """grad_y * sigmoid(beta * x); grad_y above the threshold."""
    return np.where(beta * x > threshold, grad_y, grad_y * sigmoid(beta * x))


def elu(x: Array, alpha: float) -> Array:
    """The input if positive, else alpha * (exp(x) - 1)."""
    return np.where(x > 0, x, alpha * np.expm1(np.minimum(x, 0)))


def elu_backward(grad_y: Array, x: Array, alpha: float) -> Array:
    """The gradient, times alpha * exp(x) if x is not positive."""
    return np.where(x > 0, grad_y, grad_y * alpha * np.exp(np.minimum(x, 0)))


def selu(x: Array) -> Array:
    """An elu with the paper's alpha, times the paper's scale."""
    return SELU_SCALE * elu(x, SELU_ALPHA)


def selu_backward(grad_y: Array, x: Array) -> Array:
    """The gradient of elu, times the scale."""
    return SELU_SCALE * elu_backward(grad_y, x, SELU_ALPHA)
