"""Batch normalisation of a batch of which several processes hold a share each.

A share's mean and squares are joined with those of the others; `badak.ops.batch_norm2d` normalises
by them as in prediction, and `batch_norm2d_backward` gives the share's gradients of weight and
bias. What flows back through the statistics stands here.
"""

import numpy as np

from badak import checks
from badak.arrays import Array, as_floats, check_shape
from badak.errors import BadakError
from badak.ops import edition
from badak.ops.im2col import as_maps


def channel_moments(x: Array) -> tuple[Array, Array]:
    """Return of each channel the mean, and the sum of the squares around it.

    Args:
        x: (N, C, H, W), float32 or float64.

    Returns:
        mean (C,) and squares (C,), float64 always.

    Example:
        >>> channel_moments(np.array([[[[1.0, 3.0]]]]))
        (array([2.]), array([2.]))
    """
    x = as_maps(x)
    moments: tuple[Array, Array] = edition.of(x.dtype).channel_moments(x)
    return moments


def join_moments(counts: Array, means: Array, squares: Array) -> tuple[Array, Array]:
    """Return the moments of R shares together, from those of each.

    Nothing is lost if the means are large, for squares are taken around them.

    Args:
        counts: (R,) float64, how many values of a channel a share has; not all 0.
        means: (R, C) float64.
        squares: (R, C) float64, the sums of the squares around these means.

    Returns:
        mean (C,) and squares (C,) around it.

    Raises:
        BadakError: shapes that differ, or no value at all.

    Source: Chan, Golub and LeVeque 1983, equation 2.1.

    Example:
        >>> join_moments(np.array([1.0, 1.0]), np.array([[1.0], [3.0]]), np.zeros((2, 1)))
        (array([2.]), array([2.]))
    """
    counts = as_floats(counts, "counts", 1, np.dtype(np.float64))
    means = as_floats(means, "means", 2, counts.dtype)
    squares = as_floats(squares, "squares", 2, counts.dtype)
    check_shape(means, "means", (len(counts), means.shape[1]))
    check_shape(squares, "squares", means.shape)
    if not (counts >= 0).all() or not counts.sum() > 0:
        raise BadakError(f"counts must not be negative, and not all 0; got {counts.tolist()}")
    moments: tuple[Array, Array] = edition.of(counts.dtype).join_moments(counts, means, squares)
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
    """Return what reaches a share's input through the mean and the variance of the whole batch.

    ``-(grad_bias + normal * grad_weight) / count * weight * inverse_std``, ``normal = (x - mean) *
    inverse_std``; add it to what `badak.ops.batch_norm2d_backward` returns with training=False.

    Args:
        x: (N, C, H, W), the share's.
        weight: (C,), and so are the next four; mean and inverse_std are those of the whole batch.
        mean: what was subtracted.
        inverse_std: what was multiplied by.
        grad_weight: the whole batch's gradient.
        grad_bias: likewise.
        count: how many values of a channel the whole batch has.

    Example:
        >>> one, zero, x = np.ones(1), np.zeros(1), np.array([[[[1.0, 3.0]]]])
        >>> gradient_through_moments(x, one, zero, one, one, one, 2)
        array([[[[-1., -2.]]]])
    """
    x = as_maps(x)
    checks.integer(count, "count", minimum=1)
    channels = []
    for array, name in (
        (weight, "weight"),
        (mean, "mean"),
        (inverse_std, "inverse_std"),
        (grad_weight, "grad_weight"),
        (grad_bias, "grad_bias"),
    ):
        array = as_floats(array, name, dtype=x.dtype)
        check_shape(array, name, (x.shape[1],))
        channels.append(array)
    gradient: Array = edition.of(x.dtype).gradient_through_moments(x, *channels, count)
    return gradient
