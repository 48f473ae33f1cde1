"""Normalisation of the channels at each place of each image; N images, C channels, P places."""

import numpy as np

from badak.arrays import Array


def layer_norm(x: Array, weight: Array, bias: Array, eps: float) -> tuple[Array, Array, Array]:
    """(x - mean) / sqrt(var + eps), for each image and place; then * weight + bias per channel."""
    columns = _columns(x)
    mean, inverse_std = columns.mean(axis=1), 1 / np.sqrt(columns.var(axis=1) + eps)  # (N, P)
    y = _normal(x, mean, inverse_std) * weight[:, None] + bias[:, None]
    return y.reshape(x.shape), mean, inverse_std


def layer_norm_backward(
    grad_y: Array, x: Array, weight: Array, mean: Array, inverse_std: Array
) -> tuple[Array, Array, Array]:
    """Gradients of input, weight and bias; mean and variance depend on x too."""
    normal, grads = _normal(x, mean, inverse_std), _columns(grad_y)
    grad = grads * weight[:, None]
    by_mean, by_std = (part.mean(axis=1, keepdims=True) for part in (grad, grad * normal))
    grad_x = (grad - (by_mean + normal * by_std)) * inverse_std[:, None]
    return grad_x.reshape(x.shape), (grads * normal).sum(axis=(0, 2)), grads.sum(axis=(0, 2))


def _normal(x: Array, mean: Array, inverse_std: Array) -> Array:
    return (_columns(x) - mean[:, None]) * inverse_std[:, None]


def _columns(x: Array) -> Array:
    """(N, C, ...) -> (N, C, P)."""
    return x.reshape(*x.shape[:2], np.prod(x.shape[2:], dtype=int))
