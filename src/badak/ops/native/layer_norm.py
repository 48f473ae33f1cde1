"""Normalisation of the channels at each place: one kernel each."""

import math

import numpy as np

from badak import _core
from badak.arrays import Array


def layer_norm(x: Array, weight: Array, bias: Array, eps: float) -> tuple[Array, Array, Array]:
    y = np.empty_like(x)
    mean, inverse_std = (np.empty((len(x), math.prod(x.shape[2:])), x.dtype) for _ in range(2))
    _core.layer_norm(_maps(x), weight, bias, _maps(y), mean, inverse_std, eps)
    return y, mean, inverse_std


def layer_norm_backward(
    grad_y: Array, x: Array, weight: Array, mean: Array, inverse_std: Array
) -> tuple[Array, Array, Array]:
    grad_x, grad_weight, grad_bias = np.empty_like(x), np.empty_like(weight), np.empty_like(weight)
    grads = _maps(grad_x), grad_weight, grad_bias
    _core.layer_norm_backward(_maps(grad_y), _maps(x), weight, mean, inverse_std, *grads)
    return grad_x, grad_weight, grad_bias


def _maps(x: Array) -> Array:
    """(N, C, ...) -> (N, C, P, 1), a view."""
    return x.reshape(*x.shape[:2], math.prod(x.shape[2:]), 1)
