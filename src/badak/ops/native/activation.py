"""Activations: one kernel each."""

from badak import _core
from badak.arrays import Array
from badak.ops.native import pointwise


def relu(x: Array) -> Array:
    return pointwise.forward(_core.relu, x)


def relu_backward(grad_y: Array, y: Array) -> Array:
    return pointwise.backward(_core.relu_backward, grad_y, y)


def leaky_relu(x: Array, negative_slope: float) -> Array:
    return pointwise.forward(_core.leaky_relu, x, negative_slope)


def leaky_relu_backward(grad_y: Array, x: Array, negative_slope: float) -> Array:
    return pointwise.backward(_core.leaky_relu_backward, grad_y, x, negative_slope)


def hardtanh(x: Array, min_val: float, max_val: float) -> Array:
    return pointwise.forward(_core.hardtanh, x, min_val, max_val)


def hardtanh_backward(grad_y: Array, x: Array, min_val: float, max_val: float) -> Array:
    return pointwise.backward(_core.hardtanh_backward, grad_y, x, min_val, max_val)


def hardsigmoid(x: Array) -> Array:
    return pointwise.forward(_core.hardsigmoid, x)


def hardsigmoid_backward(grad_y: Array, x: Array) -> Array:
    return pointwise.backward(_core.hardsigmoid_backward, grad_y, x)


def sigmoid(x: Array) -> Array:
    return pointwise.forward(_core.sigmoid, x)


def sigmoid_backward(grad_y: Array, y: Array) -> Array:
    return pointwise.backward(_core.sigmoid_backward, grad_y, y)


def tanh(x: Array) -> Array:
    return pointwise.forward(_core.tanh, x)


def tanh_backward(grad_y: Array, y: Array) -> Array:
    return pointwise.backward(_core.tanh_backward, grad_y, y)


def softplus(x: Array, beta: float, threshold: float) -> Array:
    return pointwise.forward(_core.softplus, x, beta, threshold)


def softplus_backward(grad_y: Array, x: Array, beta: float, threshold: float) -> Array:
    return pointwise.backward(_core.softplus_backward, grad_y, x, beta, threshold)


def elu(x: Array, alpha: float) -> Array:
    return pointwise.forward(_core.elu, x, alpha)


def elu_backward(grad_y: Array, x: Array, alpha: float) -> Array:
    return pointwise.backward(_core.elu_backward, grad_y, x, alpha)


def selu(x: Array) -> Array:
    return pointwise.forward(_core.selu, x)


def selu_backward(grad_y: Array, x: Array) -> Array:
    return pointwise.backward(_core.selu_backward, grad_y, x)
