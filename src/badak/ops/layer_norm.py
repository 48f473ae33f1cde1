"""Layer normalisation: document, check, hand on.

Images and their gradients are (N, C, ...), float32 or float64, P places each. Both raise
ArgumentTypeError for arrays that are not floats, or dtypes that differ, and BadakError for shapes
that differ, or an argument out of range.
"""

import math
from typing import NamedTuple

import numpy as np

from badak import checks
from badak.arrays import Array, as_floats, check_shape
from badak.errors import BadakError
from badak.ops import edition


class LayerNorm(NamedTuple):
    """What layer_norm returns.

    Attributes:
        y: (N, C, ...).
        mean: (N, P), what was subtracted.
        inverse_std: (N, P), what was multiplied by.
    """

    y: Array
    mean: Array
    inverse_std: Array


def layer_norm(
    x: Array, weight: Array | None = None, bias: Array | None = None, eps: float = 1e-5
) -> LayerNorm:
    """Normalise the channels at each place of each image, then scale and shift each channel.

    ``y = (x - mean) / sqrt(var + eps) * weight + bias``; mean and (biased) variance are those of
    the C numbers at one place, in training and in prediction alike. For all numbers of an image
    together pass x.reshape(N, -1).

    Args:
        x: (N, C, ...).
        weight: (C,); None for ones.
        bias: (C,); None for zeros.
        eps: added to the variance; at least the smallest normal number of the dtype.

    Returns:
        A named tuple: y; mean and inverse_std, which backward needs.

    Source: Ba, Kiros and Hinton 2016, equation 4.

    Example:
        >>> layer_norm(np.array([[1.0, 3.0]]), eps=1e-12).y
        array([[-1.,  1.]])
    """
    x = _columns(x)
    eps = checks.real(eps, "eps", minimum=float(np.finfo(x.dtype).tiny))
    weight, bias = _channels(weight, "weight", 1, x), _channels(bias, "bias", 0, x)
    return LayerNorm(*edition.of(x.dtype).layer_norm(x, weight, bias, eps))


def layer_norm_backward(
    grad_y: Array, x: Array, weight: Array | None, mean: Array, inverse_std: Array
) -> tuple[Array, Array, Array]:
    """Gradients of `layer_norm` for its input, weight and bias.

    Returns:
        grad_x like x, grad_weight (C,), grad_bias (C,).

    Example:
        >>> x = np.array([[1.0, 3.0]])
        >>> _, mean, inverse_std = layer_norm(x, eps=1e-12)
        >>> layer_norm_backward(x, x, None, mean, inverse_std)[1:]
        (array([-1.,  3.]), array([1., 3.]))
    """
    x = _columns(x)
    grad_y = as_floats(grad_y, "grad_y", dtype=x.dtype)
    check_shape(grad_y, "grad_y", x.shape)
    saved = []
    for array, name in ((mean, "mean"), (inverse_std, "inverse_std")):
        array = as_floats(array, name, 2, x.dtype)
        check_shape(array, name, (len(x), math.prod(x.shape[2:])))
        saved.append(array)
    grads: tuple[Array, Array, Array] = edition.of(x.dtype).layer_norm_backward(
        grad_y, x, _channels(weight, "weight", 1, x), *saved
    )
    return grads


def _columns(x: Array) -> Array:
    x = as_floats(x, "x")
    if x.ndim < 2 or 0 in x.shape[1:]:
        raise BadakError(f"x must be (N, C, ...) with no empty axis but N; got shape {x.shape}")
    return x


def _channels(array: Array | None, name: str, default: int, x: Array) -> Array:
    array = np.full(x.shape[1], default, x.dtype) if array is None else array
    array = as_floats(array, name, dtype=x.dtype)
    check_shape(array, name, x.shape[1:2])
    return array
