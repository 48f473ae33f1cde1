"""Normalisation: local responses, batches, groups."""

import numpy as np

from badak import _core
from badak.arrays import Array


def local_response_norm(
    x: Array, size: int, alpha: float, beta: float, k: float
) -> tuple[Array, Array]:
    y, scale = np.empty_like(x), np.empty_like(x)
    reach = min(size // 2, x.shape[1]), min((size - 1) // 2, x.shape[1])
    _core.local_response_norm(x, y, scale, reach, alpha, beta, k)
    return y, scale


def local_response_norm_backward(
    grad_y: Array,
    x: Array,
    y: Array,
    scale: Array,
    size: int,
    alpha: float,
    beta: float,
) -> Array:
    grad_x = np.empty_like(x)
    reach = min((size - 1) // 2, x.shape[1]), min(size // 2, x.shape[1])
    _core.local_response_norm_backward(grad_y, x, y, scale, grad_x, reach, alpha, beta)
    return grad_x


def batch_norm2d(
    x: Array,
    weight: Array,
    bias: Array,
    running_mean: Array,
    running_var: Array,
    training: bool,
    momentum: float,
    eps: float,
) -> tuple[Array, Array, Array, Array, Array]:
    y = np.empty_like(x)
    mean, inverse_std, new_mean, new_var = (np.empty_like(weight) for _ in range(4))
    read = weight, bias, running_mean, running_var
    written = mean, inverse_std, new_mean, new_var
    _core.batch_norm2d(x, read, y, written, training, momentum, eps)
    return y, *written


def batch_norm2d_backward(
    grad_y: Array, x: Array, weight: Array, mean: Array, inverse_std: Array, training: bool
) -> tuple[Array, Array, Array]:
    grads = np.empty_like(x), np.empty_like(weight), np.empty_like(weight)
    _core.batch_norm2d_backward(grad_y, x, weight, mean, inverse_std, grads, training)
    return grads


def channel_moments(x: Array) -> tuple[Array, Array]:
    moments = np.empty(x.shape[1]), np.empty(x.shape[1])
    _core.channel_moments(x, *moments)
    return moments


def gradient_through_moments(
    x: Array,
    weight: Array,
    mean: Array,
    inverse_std: Array,
    grad_weight: Array,
    grad_bias: Array,
    count: int,
) -> Array:
    # A normalisation by other weights: normal * of_weight + of_bias.
    factor = weight * inverse_std / np.float32(-count)
    with np.errstate(divide="ignore"):  # of a variance that is infinite
        var = 1 / (inverse_std * inverse_std)
    of_weight, of_bias, tiny = factor * grad_weight, factor * grad_bias, np.finfo(np.float32).tiny
    return batch_norm2d(x, of_weight, of_bias, mean, var, False, 0.0, float(tiny))[0]


def group_norm(
    x: Array, num_groups: int, weight: Array, bias: Array, eps: float
) -> tuple[Array, Array, Array]:
    y = np.empty_like(x)
    mean, inverse_std = (np.empty((len(x), num_groups), x.dtype) for _ in range(2))
    _core.group_norm(x, weight, bias, y, mean, inverse_std, eps)
    return y, mean, inverse_std


def group_norm_backward(
    grad_y: Array, x: Array, weight: Array, mean: Array, inverse_std: Array
) -> tuple[Array, Array, Array]:
    grads = np.empty_like(x), np.empty_like(weight), np.empty_like(weight)
    _core.group_norm_backward(grad_y, x, weight, mean, inverse_std, *grads)
    return grads
