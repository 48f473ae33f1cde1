"""Activations that are the input times a share of it: one kernel each."""

from badak import _core
from badak.arrays import Array
from badak.ops.native import pointwise


def silu(x: Array) -> Array:
    return pointwise.forward(_core.silu, x)


def silu_backward(grad_y: Array, x: Array) -> Array:
    return pointwise.backward(_core.silu_backward, grad_y, x)


def hardswish(x: Array) -> Array:
    return pointwise.forward(_core.hardswish, x)


def hardswish_backward(grad_y: Array, x: Array) -> Array:
    return pointwise.backward(_core.hardswish_backward, grad_y, x)


def mish(x: Array) -> Array:
    return pointwise.forward(_core.mish, x)


def mish_backward(grad_y: Array, x: Array) -> Array:
    return pointwise.backward(_core.mish_backward, grad_y, x)


def gelu(x: Array, approximate: str) -> Array:
    return pointwise.forward(_core.gelu, x, approximate == "tanh")


def gelu_backward(grad_y: Array, x: Array, approximate: str) -> Array:
    return pointwise.backward(_core.gelu_backward, grad_y, x, approximate == "tanh")
