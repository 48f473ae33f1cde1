"""Activations: one kernel each."""

import numpy as np

from badak import _core
from badak.arrays import Array


def relu(x: Array) -> Array:
    y = np.empty_like(x)
    _core.relu(x, y)
    return y


def relu_backward(grad_y: Array, y: Array) -> Array:
    grad_x = np.empty_like(y)
    _core.relu_backward(grad_y, y, grad_x)
    return grad_x


def leaky_relu(x: Array, negative_slope: float) -> Array:
    y = np.empty_like(x)
    _core.leaky_relu(x, y, negative_slope)
    return y


def leaky_relu_backward(grad_y: Array, x: Array, negative_slope: float) -> Array:
    grad_x = np.empty_like(x)
    _core.leaky_relu_backward(grad_y, x, grad_x, negative_slope)
    return grad_x


def sigmoid(x: Array) -> Array:
    y = np.empty_like(x)
    _core.sigmoid(x, y)
    return y


def sigmoid_backward(grad_y: Array, y: Array) -> Array:
    grad_x = np.empty_like(y)
    _core.sigmoid_backward(grad_y, y, grad_x)
    return grad_x


def tanh(x: Array) -> Array:
    y = np.empty_like(x)
    _core.tanh(x, y)
    return y


def tanh_backward(grad_y: Array, y: Array) -> Array:
    grad_x = np.empty_like(y)
    _core.tanh_backward(grad_y, y, grad_x)
    return grad_x


def elu(x: Array, alpha: float) -> Array:
    y = np.empty_like(x)
    _core.elu(x, y, alpha)
    return y


def elu_backward(grad_y: Array, x: Array, alpha: float) -> Array:
    grad_x = np.empty_like(x)
    _core.elu_backward(grad_y, x, grad_x, alpha)
    return grad_x


def gelu(x: Array, approximate: str) -> Array:
    y = np.empty_like(x)
    _core.gelu(x, y, approximate == "tanh")
    return y


def gelu_backward(grad_y: Array, x: Array, approximate: str) -> Array:
    grad_x = np.empty_like(x)
    _core.gelu_backward(grad_y, x, grad_x, approximate == "tanh")
    return grad_x
