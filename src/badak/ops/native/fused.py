"""Native calls that do the work of several ops at once; for badak.network.plan alone.

Each gives what its ops give one after the other, within float32 rounding; arguments arrive checked.
"""

import numpy as np
from numpy.typing import NDArray

from badak import _core
from badak.arrays import Array, Images, Labels, Mask, Shape
from badak.ops.native.activation import relu_backward
from badak.ops.native.linear import linear_backward
from badak.ops.native.window import conv_numbers
from badak.ops.window import Window

Program = _core.Program


def take_images(images: Images, into: Images) -> bool:
    """Copy images; False if a number in them is not finite."""
    finite: bool = _core.copy_finite(images, into)
    return finite


def conv_block(
    x: Array,
    weight: Array,
    bias: Array | None,
    window: Window,
    groups: int,
    relu: bool,
    pool: bool,
    winners: bool,
) -> tuple[Array, NDArray[np.uint8] | None]:
    """Convolve, then ReLU and 2x2 max pooling if asked for.

    Returns:
        y, and if `winners` which of the four cells won each place (uint8), for the backward pass.
    """
    numbers = conv_numbers(x.shape, window)
    oh, ow = numbers[8:]
    y = np.empty((len(x), len(weight), *((oh // 2, ow // 2) if pool else (oh, ow))), np.float32)
    won = np.empty(y.shape, np.uint8) if pool and winners else None
    _core.conv2d(x, weight, bias, (numbers, groups, relu, pool), y, won)
    return y, won


def conv_ways(
    shape: Shape, filters: int, window: Window, groups: int, relu: bool = False, pool: bool = False
) -> tuple[str, str, str]:
    """Name the ways that the convolution of images takes, and its gradients of x and of weight."""
    options = (conv_numbers(shape, window), groups, relu, pool)
    forward, grad_x, grad_weight = _core.conv2d_ways(shape, filters, options)
    return forward, grad_x, grad_weight


def conv_block_backward(
    grad_y: Array,
    y: Array,
    winners: NDArray[np.uint8] | None,
    x: Array,
    weight: Array,
    bias: Array | None,
    window: Window,
    groups: int,
    relu: bool,
    pool: bool,
    need_grad_x: bool,
) -> tuple[Array | None, Array, Array | None]:
    """Gradients of `conv_block` for its input, weight and bias."""
    grad_weight = np.empty_like(weight)
    grad_bias = None if bias is None else np.empty_like(bias)
    options = (conv_numbers(x.shape, window), groups, relu, pool)
    _core.conv2d_grad_weight(grad_y, y, winners, x, options, grad_weight, grad_bias)
    grad_x = None
    if need_grad_x:
        grad_x = np.empty_like(x)
        _core.conv2d_grad_x(grad_y, y, winners, weight, options, grad_x)
    return grad_x, grad_weight, grad_bias


def linear_relu(x: Array, weight: Array, bias: Array | None) -> Array:
    """Linear, then ReLU."""
    y = np.empty((len(x), len(weight)), np.float32)
    _core.gemm(x, weight, (False, True), y, column_bias=bias, relu=True)
    return y


def linear_relu_backward(
    grad_y: Array, y: Array, x: Array, weight: Array, need_grad_x: bool
) -> tuple[Array | None, Array, Array]:
    """Gradients of `linear_relu` for its input, weight and bias."""
    return linear_backward(relu_backward(grad_y, y), x, weight, need_grad_x)


def new_key(generator: np.random.Generator, key: NDArray[np.uint64]) -> None:
    """Draw the key of one dropout, as `badak.ops.dropout` draws its own."""
    key[:] = generator.integers(0, 2**64 - 1, 1, np.uint64, endpoint=True)


def dropout(x: Array, p: float, key: NDArray[np.uint64]) -> tuple[Array, Mask]:
    """Drop by the key that the array holds when the call runs."""
    y, mask = np.empty_like(x), np.empty(x.shape, np.bool_)
    _core.dropout(x, key, y, mask, p)
    return y, mask


def batch_norm_training(
    x: Array,
    weight: Array,
    bias: Array,
    running_mean: Array,
    running_var: Array,
    momentum: float,
    eps: float,
) -> tuple[Array, Array, Array]:
    """Normalise by the batch's statistics and update the running ones in place.

    Returns:
        y, and the batch's mean and inverse standard deviation.
    """
    y, mean, inverse_std = np.empty_like(x), np.empty_like(weight), np.empty_like(weight)
    running = running_mean, running_var
    read, written = (weight, bias, *running), (mean, inverse_std, *running)
    _core.batch_norm2d(x, read, y, written, True, momentum, eps)
    return y, mean, inverse_std


def softmax_cross_entropy(
    logits: Array, labels: Labels, label_smoothing: float, grad_logits: Array
) -> float:
    """Return the mean loss and write its gradient."""
    loss, right = np.empty(1), np.empty(1, np.int64)
    _core.cross_entropy_labels(logits, labels, label_smoothing, None, loss, right, grad_logits)
    return float(loss[0])
