"""Local response, batch and group normalisation: document, check, hand on.

Images and their gradients are (N, C, H, W), float32 or float64. A backward takes grad_y, the
gradient of y, what forward saw and returned, and the options that forward was given. All raise
ArgumentTypeError for arrays that are not floats, or dtypes that differ, and BadakError for shapes
that differ, or an argument out of range.
"""

from typing import NamedTuple

import numpy as np

from badak import checks
from badak.arrays import Array, Shape, as_floats, check_shape
from badak.errors import BadakError
from badak.ops import edition
from badak.ops.im2col import as_maps


def local_response_norm(
    x: Array, size: int = 5, alpha: float = 1e-4, beta: float = 0.75, k: float = 2.0
) -> tuple[Array, Array]:
    """Divide each value by a power of its neighbouring channels' squares.

    ``y = x / scale ** beta``, ``scale = k + alpha * sum of x ** 2 over size channels``, the window
    clipped at the first and last channel; an even size reaches one channel further back than
    ahead. As in the paper, alpha is not divided by size. k is at least the dtype's smallest normal
    number.

    Returns:
        y and scale, both (N, C, H, W).

    Source: Krizhevsky et al. 2012, section 3.3.

    Example:
        >>> y, scale = local_response_norm(np.ones((1, 3, 1, 1)), size=3, alpha=1, beta=1, k=1)
        >>> scale.ravel()
        array([3., 4., 3.])
    """
    x = as_maps(x)
    size, alpha, beta, k = _lrn_arguments(size, alpha, beta, k, x)
    result: tuple[Array, Array] = edition.of(x.dtype).local_response_norm(x, size, alpha, beta, k)
    return result


def local_response_norm_backward(
    grad_y: Array,
    x: Array,
    y: Array,
    scale: Array,
    size: int = 5,
    alpha: float = 1e-4,
    beta: float = 0.75,
    k: float = 2.0,
) -> Array:
    """Return the gradient for local_response_norm's input, (N, C, H, W).

    ``grad_y / scale ** beta - 2 * alpha * beta * x * (sum of grad_y * y / scale)``, the sum over
    the channels whose window holds this one.

    Example:
        >>> ones = np.ones((1, 1, 1, 1))
        >>> local_response_norm_backward(ones, ones, ones / 2, 2 * ones, 1, 1, 1, 1).item()
        0.0
    """
    x = as_maps(x)
    size, alpha, beta, k = _lrn_arguments(size, alpha, beta, k, x)
    saved = []
    for array, name in ((grad_y, "grad_y"), (y, "y"), (scale, "scale")):
        array = as_floats(array, name, 4, x.dtype)
        check_shape(array, name, x.shape)
        saved.append(array)
    grad_y, y, scale = saved
    grad_x: Array = edition.of(x.dtype).local_response_norm_backward(
        grad_y, x, y, scale, size, alpha, beta
    )
    return grad_x


def _lrn_arguments(
    size: int, alpha: float, beta: float, k: float, x: Array
) -> tuple[int, float, float, float]:
    return (
        checks.integer(size, "size", minimum=1),
        checks.real(alpha, "alpha", minimum=0),
        checks.real(beta, "beta"),
        checks.real(k, "k", minimum=float(np.finfo(x.dtype).tiny)),
    )


class BatchNorm(NamedTuple):
    """What batch_norm2d returns.

    Attributes:
        y: (N, C, H, W).
        mean: (C,), what was subtracted.
        inverse_std: (C,), what was multiplied by.
        running_mean: (C,), moved towards the batch's in training.
        running_var: (C,), likewise, by the unbiased variance.
    """

    y: Array
    mean: Array
    inverse_std: Array
    running_mean: Array
    running_var: Array


def batch_norm2d(
    x: Array,
    weight: Array,
    bias: Array,
    running_mean: Array,
    running_var: Array,
    training: bool,
    momentum: float = 0.1,
    eps: float = 1e-5,
) -> BatchNorm:
    """Normalise each channel over batch and places, then scale and shift it.

    ``y = (x - mean) / sqrt(var + eps) * weight + bias``; in training mean and (biased) variance
    are the batch's, else the running ones.

    weight, bias, running_mean and running_var, which is not negative, are (C,). In training a
    channel needs at least two values, and the running statistics move towards the batch's by
    momentum, in [0, 1]. eps is at least the dtype's smallest normal number. The input arrays do not
    change.

    Source: Ioffe and Szegedy 2015, algorithms 1 and 2.

    Example:
        >>> one, zero = np.ones(1), np.zeros(1)
        >>> x = np.array([[[[1.0, 3.0]]]])
        >>> batch_norm2d(x, one, zero, zero, one, training=True, eps=1e-12).y
        array([[[[-1.,  1.]]]])
    """
    x = as_maps(x)
    checks.flag(training, "training")
    momentum = checks.real(momentum, "momentum", minimum=0, maximum=1)
    eps = checks.real(eps, "eps", minimum=float(np.finfo(x.dtype).tiny))
    weight, bias, running_mean, running_var = (
        _channels(array, name, x)
        for array, name in (
            (weight, "weight"),
            (bias, "bias"),
            (running_mean, "running_mean"),
            (running_var, "running_var"),
        )
    )
    if not (running_var >= 0).all():
        raise BadakError(
            f"running_var must not be negative or NaN; its smallest is {running_var.min()}"
        )
    if training:
        check_count(x.shape)
    return BatchNorm(
        *edition.of(x.dtype).batch_norm2d(
            x, weight, bias, running_mean, running_var, training, momentum, eps
        )
    )


def batch_norm2d_backward(
    grad_y: Array, x: Array, weight: Array, mean: Array, inverse_std: Array, training: bool
) -> tuple[Array, Array, Array]:
    """Gradients of `batch_norm2d` for its input, weight and bias; all but images are (C,).

    Returns:
        grad_x (N, C, H, W), grad_weight (C,), grad_bias (C,).

    Example:
        >>> one, zero, x = np.ones(1), np.zeros(1), np.array([[[[1.0, 3.0]]]])
        >>> batch_norm2d_backward(np.ones((1, 1, 1, 2)), x, one, zero, one, training=False)
        (array([[[[1., 1.]]]]), array([4.]), array([2.]))
    """
    x = as_maps(x)
    checks.flag(training, "training")
    grad_y = as_floats(grad_y, "grad_y", 4, x.dtype)
    check_shape(grad_y, "grad_y", x.shape)
    weight, mean, inverse_std = (
        _channels(array, name, x)
        for array, name in ((weight, "weight"), (mean, "mean"), (inverse_std, "inverse_std"))
    )
    if training:
        check_count(x.shape)
    grads: tuple[Array, Array, Array] = edition.of(x.dtype).batch_norm2d_backward(
        grad_y, x, weight, mean, inverse_std, training
    )
    return grads


class GroupNorm(NamedTuple):
    """What group_norm returns.

    Attributes:
        y: (N, C, H, W).
        mean: (N, num_groups), what was subtracted.
        inverse_std: (N, num_groups), what was multiplied by.
    """

    y: Array
    mean: Array
    inverse_std: Array


def group_norm(
    x: Array,
    num_groups: int,
    weight: Array | None = None,
    bias: Array | None = None,
    eps: float = 1e-5,
) -> GroupNorm:
    """Normalise groups of neighbouring channels of each image, then scale and shift each channel.

    ``y = (x - mean) / sqrt(var + eps) * weight + bias``; mean and (biased) variance are those of
    one image's C / num_groups channels, in training and in prediction alike.

    Args:
        x: images (N, C, H, W), float32 or float64.
        num_groups: a divisor of C.
        weight: (C,); None for ones.
        bias: (C,); None for zeros.
        eps: added to the variance; at least the smallest normal number of the dtype.

    Source: Wu and He 2018, section 3.1.

    Example:
        >>> x = np.array([1.0, 3.0, 20.0, 40.0]).reshape(1, 4, 1, 1)
        >>> group_norm(x, 2, eps=1e-12).y.ravel()
        array([-1.,  1., -1.,  1.])
    """
    x = as_maps(x)
    num_groups = checks.integer(num_groups, "num_groups", minimum=1)
    if x.shape[1] % num_groups:
        raise BadakError(f"num_groups must divide the {x.shape[1]} channels; got {num_groups}")
    eps = checks.real(eps, "eps", minimum=float(np.finfo(x.dtype).tiny))
    weight = _channels(np.ones(x.shape[1], x.dtype) if weight is None else weight, "weight", x)
    bias = _channels(np.zeros(x.shape[1], x.dtype) if bias is None else bias, "bias", x)
    return GroupNorm(*edition.of(x.dtype).group_norm(x, num_groups, weight, bias, eps))


def group_norm_backward(
    grad_y: Array, x: Array, weight: Array | None, mean: Array, inverse_std: Array
) -> tuple[Array, Array, Array]:
    """Gradients of `group_norm` for its input, weight and bias.

    Returns:
        grad_x (N, C, H, W), grad_weight (C,), grad_bias (C,).

    Example:
        >>> x = np.array([[[[1.0, 3.0]]]])
        >>> _, mean, inverse_std = group_norm(x, 1, eps=1e-12)
        >>> _, grad_weight, grad_bias = group_norm_backward(x, x, None, mean, inverse_std)
        >>> grad_weight, grad_bias
        (array([2.]), array([4.]))
    """
    x = as_maps(x)
    grad_y = as_floats(grad_y, "grad_y", 4, x.dtype)
    check_shape(grad_y, "grad_y", x.shape)
    weight = _channels(np.ones(x.shape[1], x.dtype) if weight is None else weight, "weight", x)
    mean = as_floats(mean, "mean", 2, x.dtype)
    num_groups = mean.shape[1]
    if num_groups < 1 or x.shape[1] % num_groups:
        raise BadakError(
            f"mean must have shape (N, num_groups), num_groups a divisor of the {x.shape[1]} "
            f"channels; got {mean.shape}"
        )
    check_shape(mean, "mean", (len(x), num_groups))
    inverse_std = as_floats(inverse_std, "inverse_std", 2, x.dtype)
    check_shape(inverse_std, "inverse_std", mean.shape)
    grads: tuple[Array, Array, Array] = edition.of(x.dtype).group_norm_backward(
        grad_y, x, weight, mean, inverse_std
    )
    return grads


def _channels(array: Array, name: str, x: Array) -> Array:
    array = as_floats(array, name, dtype=x.dtype)
    check_shape(array, name, (x.shape[1],))
    return array


def check_count(shape: Shape) -> None:
    """Refuse maps (N, C, H, W) that have one number per channel; training needs two."""
    n, _, h, w = shape
    if n * h * w < 2:
        raise BadakError(
            f"batch norm in training needs at least two values per channel; x is {shape}: "
            "choose a batch size that leaves no batch of one image"
        )
