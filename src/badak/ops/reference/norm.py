"""Normalisation: local responses across channels, batches per channel, groups of channels.

N images, C channels, H x W places.
"""

import numpy as np

from badak.arrays import Array


def local_response_norm(
    x: Array, size: int, alpha: float, beta: float, k: float
) -> tuple[Array, Array]:
    """The input / scale^beta; scale = k + alpha * sum of squares over `size` channels."""
    scale = k + alpha * _channel_sums(x * x, size // 2, (size - 1) // 2)
    return x * scale**-beta, scale


def local_response_norm_backward(
    grad_y: Array,
    x: Array,
    y: Array,
    scale: Array,
    size: int,
    alpha: float,
    beta: float,
) -> Array:
    """A channel's gradient: through its own value, and through each neighbour's scale."""
    through_scale = _channel_sums(grad_y * y / scale, (size - 1) // 2, size // 2)
    return grad_y * scale**-beta - 2 * alpha * beta * x * through_scale


def _channel_sums(x: Array, before: int, after: int) -> Array:
    """For each channel the sum over it, `before` channels before it, and `after` after it."""
    c = x.shape[1]
    before, after = min(before, c - 1), min(after, c - 1)  # there are no channels beyond them
    padded = np.pad(x, ((0, 0), (before, after), (0, 0), (0, 0)))
    return sum((padded[:, i : i + c] for i in range(before + after + 1)), np.zeros_like(x))


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
    """(x - mean) / sqrt(var + eps) * weight + bias, for each channel."""
    mean, var = running_mean.copy(), running_var
    if training:
        count = x.size // x.shape[1]
        mean, var = x.mean(axis=(0, 2, 3)), x.var(axis=(0, 2, 3))  # (N, C, H, W) -> (C,)
        unbiased = var * (count / (count - 1))
        running_mean = (1 - momentum) * running_mean + momentum * mean
        running_var = (1 - momentum) * running_var + momentum * unbiased
    inverse_std = 1 / np.sqrt(var + eps)
    normal = (x - _spread(mean)) * _spread(inverse_std)
    y = normal * _spread(weight) + _spread(bias)
    return y, mean, inverse_std, running_mean.copy(), running_var.copy()


def batch_norm2d_backward(
    grad_y: Array, x: Array, weight: Array, mean: Array, inverse_std: Array, training: bool
) -> tuple[Array, Array, Array]:
    """Gradients of input, weight and bias; in training mean and variance depend on x too."""
    normal = (x - _spread(mean)) * _spread(inverse_std)
    grad_weight, grad_bias = (grad_y * normal).sum(axis=(0, 2, 3)), grad_y.sum(axis=(0, 2, 3))
    grad = grad_y
    if training:
        count = x.size // x.shape[1]
        grad = grad_y - (_spread(grad_bias) + normal * _spread(grad_weight)) / count
    return grad * _spread(weight * inverse_std), grad_weight, grad_bias


def channel_moments(x: Array) -> tuple[Array, Array]:
    """Of each channel the mean, and the sum of the squares around it, in float64."""
    wide = x.astype(np.float64)
    mean = wide.mean(axis=(0, 2, 3))  # (N, C, H, W) -> (C,)
    return mean, ((wide - _spread(mean)) ** 2).sum(axis=(0, 2, 3))


def join_moments(counts: Array, means: Array, squares: Array) -> tuple[Array, Array]:
    """Of all shares together; a share's squares lie around its own mean (Chan et al. 1983)."""
    weights = counts[:, None]  # (R,) -> (R, 1), to meet (R, C)
    mean = (weights * means).sum(axis=0) / counts.sum()
    return mean, (squares + weights * (means - mean) ** 2).sum(axis=0)


def gradient_through_moments(
    x: Array,
    weight: Array,
    mean: Array,
    inverse_std: Array,
    grad_weight: Array,
    grad_bias: Array,
    count: int,
) -> Array:
    """The second term of `batch_norm2d_backward`: what a batch of `count` values sends back."""
    normal = (x - _spread(mean)) * _spread(inverse_std)
    grad = -(_spread(grad_bias) + normal * _spread(grad_weight)) / count
    return grad * _spread(weight * inverse_std)


def group_norm(
    x: Array, num_groups: int, weight: Array, bias: Array, eps: float
) -> tuple[Array, Array, Array]:
    """(x - mean) / sqrt(var + eps), for each image and group; then * weight + bias per channel."""
    groups = _groups(x, num_groups)
    mean, inverse_std = groups.mean(axis=2), 1 / np.sqrt(groups.var(axis=2) + eps)  # (N, G)
    y = _normal(x, mean, inverse_std).reshape(x.shape) * _spread(weight) + _spread(bias)
    return y, mean, inverse_std


def group_norm_backward(
    grad_y: Array, x: Array, weight: Array, mean: Array, inverse_std: Array
) -> tuple[Array, Array, Array]:
    """Gradients of input, weight and bias; mean and variance depend on x too."""
    normal = _normal(x, mean, inverse_std)
    grad_weight = (grad_y * normal.reshape(x.shape)).sum(axis=(0, 2, 3))
    grad = _groups(grad_y * _spread(weight), mean.shape[1])
    by_mean, by_std = (part.mean(axis=2, keepdims=True) for part in (grad, grad * normal))
    grad_x = (grad - (by_mean + normal * by_std)) * inverse_std[:, :, None]
    return grad_x.reshape(x.shape), grad_weight, grad_y.sum(axis=(0, 2, 3))


def _normal(x: Array, mean: Array, inverse_std: Array) -> Array:
    return (_groups(x, mean.shape[1]) - mean[:, :, None]) * inverse_std[:, :, None]


def _groups(x: Array, num_groups: int) -> Array:
    """(N, C, H, W) -> (N, G, numbers of a group)."""
    n, c, h, w = x.shape
    return x.reshape(n, num_groups, c // num_groups * h * w)


def _spread(channels: Array) -> Array:
    """(C,) -> (C, 1, 1), to meet (N, C, H, W)."""
    return channels[:, None, None]
