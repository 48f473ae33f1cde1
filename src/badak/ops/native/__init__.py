"""The compiled edition, for float32: each op allocates its results and calls one kernel.

Same names and arguments as `badak.ops.reference`; arguments arrive checked and C-contiguous.
"""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from badak import _core
from badak.arrays import Array, Indices, Labels, Mask, Shape
from badak.ops import reference
from badak.ops.reference import col2im, im2col  # noqa: F401  # layouts, not arithmetic
from badak.ops.reference.activation import (  # noqa: F401  # no kernel: few networks have it
    hardtanh,
    hardtanh_backward,
)
from badak.ops.reference.distance import (  # noqa: F401  # no kernel: K classes are few
    squared_distance,
    squared_distance_backward,
)
from badak.ops.reference.pool import divisors
from badak.ops.step import StepNumbers
from badak.ops.window import Window


def relu(x: Array) -> Array:
    """See the reference."""
    y = np.empty_like(x)
    _core.relu(x, y)
    return y


def relu_backward(grad_y: Array, y: Array) -> Array:
    """See the reference."""
    grad_x = np.empty_like(y)
    _core.relu_backward(grad_y, y, grad_x)
    return grad_x


def leaky_relu(x: Array, negative_slope: float) -> Array:
    """See the reference."""
    y = np.empty_like(x)
    _core.leaky_relu(x, y, negative_slope)
    return y


def leaky_relu_backward(grad_y: Array, x: Array, negative_slope: float) -> Array:
    """See the reference."""
    grad_x = np.empty_like(x)
    _core.leaky_relu_backward(grad_y, x, grad_x, negative_slope)
    return grad_x


def sigmoid(x: Array) -> Array:
    """See the reference."""
    y = np.empty_like(x)
    _core.sigmoid(x, y)
    return y


def sigmoid_backward(grad_y: Array, y: Array) -> Array:
    """See the reference."""
    grad_x = np.empty_like(y)
    _core.sigmoid_backward(grad_y, y, grad_x)
    return grad_x


def tanh(x: Array) -> Array:
    """See the reference."""
    y = np.empty_like(x)
    _core.tanh(x, y)
    return y


def tanh_backward(grad_y: Array, y: Array) -> Array:
    """See the reference."""
    grad_x = np.empty_like(y)
    _core.tanh_backward(grad_y, y, grad_x)
    return grad_x


def elu(x: Array, alpha: float) -> Array:
    """See the reference."""
    y = np.empty_like(x)
    _core.elu(x, y, alpha)
    return y


def elu_backward(grad_y: Array, x: Array, alpha: float) -> Array:
    """See the reference."""
    grad_x = np.empty_like(x)
    _core.elu_backward(grad_y, x, grad_x, alpha)
    return grad_x


def gelu(x: Array, approximate: str) -> Array:
    """See the reference."""
    y = np.empty_like(x)
    _core.gelu(x, y, approximate == "tanh")
    return y


def gelu_backward(grad_y: Array, x: Array, approximate: str) -> Array:
    """See the reference."""
    grad_x = np.empty_like(x)
    _core.gelu_backward(grad_y, x, grad_x, approximate == "tanh")
    return grad_x


def add(x: Array, other: Array) -> Array:
    """See the reference; x - (-1) * other, the kernel of gradient descent."""
    y = np.empty_like(x)
    _core.update("sgd", StepNumbers(rate=-1.0), other, [x], [y])
    return y


def scale(x: Array, factor: float) -> Array:
    """See the reference; a descent step of rate 0 shrinks alone. Infinities become NaN."""
    y = np.empty_like(x)
    _core.update("sgd", StepNumbers(rate=0.0, shrink=factor), x, [x], [y])
    return y


def _numbers(window: Window, height: int, width: int) -> tuple[int, ...]:
    """A window over maps of this size, as the core takes it: eight numbers."""
    (top, _), (left, _) = window.sides(height, width)
    return (*window.kernel, *window.stride, top, left, *window.dilation)


def max_pool2d(x: Array, window: Window) -> tuple[Array, Indices]:
    """See the reference."""
    n, c, h, w = x.shape
    if h * w >= 2**31:  # the core counts a map's places in 32 bits
        return reference.max_pool2d(x, window)
    y = np.empty((n, c, *window.output_size(h, w)), x.dtype)
    indices = np.empty(y.shape, np.int64)
    _core.max_pool2d(x, y, indices, _numbers(window, h, w))
    return y, indices


def max_pool2d_backward(grad_y: Array, indices: Indices, input_shape: Shape) -> Array:
    """See the reference."""
    grad_x = np.empty(input_shape, grad_y.dtype)
    _core.max_pool2d_backward(grad_y, indices, grad_x)
    return grad_x


def avg_pool2d(x: Array, window: Window, count_include_pad: bool, divisor: int | None) -> Array:
    """See the reference."""
    n, c, h, w = x.shape
    y = np.empty((n, c, *window.output_size(h, w)), x.dtype)
    shares = divisors(x.shape, window, count_include_pad, divisor, x.dtype)
    _core.avg_pool2d(x, shares, y, _numbers(window, h, w))
    return y


def avg_pool2d_backward(
    grad_y: Array,
    input_shape: Shape,
    window: Window,
    count_include_pad: bool,
    divisor: int | None,
) -> Array:
    """See the reference."""
    grad_x = np.empty(input_shape, grad_y.dtype)
    shares = divisors(input_shape, window, count_include_pad, divisor, grad_y.dtype)
    _core.avg_pool2d_backward(grad_y, shares, grad_x, _numbers(window, *input_shape[2:]))
    return grad_x


def global_avg_pool2d(x: Array) -> Array:
    """See the reference."""
    y = np.empty((*x.shape[:2], 1, 1), x.dtype)
    _core.global_avg_pool2d(x, y)
    return y


def global_avg_pool2d_backward(grad_y: Array, input_shape: Shape) -> Array:
    """See the reference."""
    grad_x = np.empty(input_shape, grad_y.dtype)
    _core.global_avg_pool2d_backward(grad_y, grad_x)
    return grad_x


def dropout(x: Array, p: float, generator: np.random.Generator) -> tuple[Array, Mask]:
    """See the reference; the generator gives one number, from which the core draws."""
    key = generator.integers(0, 2**64 - 1, 1, np.uint64, endpoint=True)
    y, mask = np.empty_like(x), np.empty(x.shape, bool)
    _core.dropout(x, key, y, mask, p)
    return y, mask


def dropout_backward(grad_y: Array, mask: Mask, p: float) -> Array:
    """See the reference."""
    grad_x = np.empty_like(grad_y)
    _core.dropout_backward(grad_y, mask, grad_x, p)
    return grad_x


def _sizes(x: Array, axis: int) -> tuple[int, int, int]:
    """How many numbers stand before, along and behind an axis."""
    axis %= x.ndim
    return math.prod(x.shape[:axis]), x.shape[axis], math.prod(x.shape[axis + 1 :])


def softmax(x: Array, axis: int) -> Array:
    """See the reference."""
    y = np.empty_like(x)
    _core.softmax(x, y, *_sizes(x, axis))
    return y


def softmax_backward(grad_y: Array, y: Array, axis: int) -> Array:
    """See the reference."""
    grad_x = np.empty_like(y)
    _core.softmax_backward(grad_y, y, grad_x, *_sizes(y, axis))
    return grad_x


def log_softmax(x: Array, axis: int) -> Array:
    """See the reference."""
    y = np.empty_like(x)
    _core.log_softmax(x, y, *_sizes(x, axis))
    return y


def log_softmax_backward(grad_y: Array, y: Array, axis: int) -> Array:
    """See the reference."""
    grad_x = np.empty_like(y)
    _core.log_softmax_backward(grad_y, y, grad_x, *_sizes(y, axis))
    return grad_x


def cross_entropy(logits: Array, targets: Array, weight: Array) -> tuple[float, Array]:
    """See the reference."""
    loss, log_probabilities = np.empty(1), np.empty_like(logits)
    _core.cross_entropy(logits, targets, weight, loss, log_probabilities)
    return float(loss[0]), log_probabilities


def cross_entropy_backward(log_probabilities: Array, targets: Array, weight: Array) -> Array:
    """See the reference."""
    grad_logits = np.empty_like(log_probabilities)
    _core.cross_entropy_backward(log_probabilities, targets, weight, grad_logits)
    return grad_logits


def cross_entropy_labels(
    logits: Array, labels: Labels, label_smoothing: float, weight: Array | None
) -> tuple[float, int, Array]:
    """See the reference."""
    loss, right, grad_logits = np.empty(1), np.empty(1, np.int64), np.empty_like(logits)
    _core.cross_entropy_labels(logits, labels, label_smoothing, weight, loss, right, grad_logits)
    return float(loss[0]), int(right[0]), grad_logits


def _stepped(
    rule: str, arrays: Sequence[Array], gradient: Array, numbers: StepNumbers
) -> list[Array]:
    """A parameter and its slots after one step of a rule."""
    new = [np.empty_like(array) for array in arrays]
    _core.update(rule, numbers, gradient, arrays, new)
    return new


def sgd_update(parameter: Array, gradient: Array, lr: float) -> tuple[Array]:
    """See the reference."""
    (new,) = _stepped("sgd", [parameter], gradient, StepNumbers(lr))
    return (new,)


def momentum_update(
    parameter: Array, gradient: Array, velocity: Array, lr: float, momentum: float, nesterov: bool
) -> tuple[Array, Array]:
    """See the reference."""
    numbers = StepNumbers(lr, keep=momentum)
    rule = "nesterov" if nesterov else "momentum"
    new, velocity = _stepped(rule, [parameter, velocity], gradient, numbers)
    return new, velocity


def adagrad_update(
    parameter: Array, gradient: Array, squares: Array, lr: float, eps: float
) -> tuple[Array, Array]:
    """See the reference."""
    numbers = StepNumbers(lr, eps=eps)
    new, squares = _stepped("adagrad", [parameter, squares], gradient, numbers)
    return new, squares


def rmsprop_update(
    parameter: Array, gradient: Array, squares: Array, lr: float, alpha: float, eps: float
) -> tuple[Array, Array]:
    """See the reference."""
    numbers = StepNumbers(lr, keep=alpha, eps=eps)
    new, squares = _stepped("rmsprop", [parameter, squares], gradient, numbers)
    return new, squares


def adam_update(
    parameter: Array,
    gradient: Array,
    mean: Array,
    squares: Array,
    t: int,
    lr: float,
    betas: tuple[float, float],
    eps: float,
) -> tuple[Array, Array, Array]:
    """See the reference."""
    numbers = StepNumbers.adam(t, lr, betas, eps)
    new, mean, squares = _stepped("adam", [parameter, mean, squares], gradient, numbers)
    return new, mean, squares


def bind_update(
    rule: str, parameters: dict[str, Array], state: dict[str, Array], keys: list[list[str]]
) -> Any:
    """See the reference; the core's Update, or None where it cannot use these very arrays."""
    return _core.Update.bind(rule, parameters, state, keys)


def first_not_finite(arrays: Sequence[Array]) -> int:
    """See the reference."""
    first = np.empty(1, np.int64)
    _core.first_not_finite(arrays, first)
    return int(first[0])


def norm(arrays: Sequence[Array]) -> float:
    """See the reference."""
    result = np.empty(1)
    _core.norm(arrays, result)
    return float(result[0])


def local_response_norm(
    x: Array, size: int, alpha: float, beta: float, k: float
) -> tuple[Array, Array]:
    """See the reference."""
    y, scale = np.empty_like(x), np.empty_like(x)
    before, after = (min(reach, x.shape[1]) for reach in (size // 2, (size - 1) // 2))
    _core.local_response_norm(x, y, scale, before, after, alpha, beta, k)
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
    """See the reference."""
    grad_x = np.empty_like(x)
    before, after = (min(reach, x.shape[1]) for reach in ((size - 1) // 2, size // 2))
    _core.local_response_norm_backward(grad_y, x, y, scale, grad_x, before, after, alpha, beta)
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
    """See the reference."""
    y = np.empty_like(x)
    mean, inverse_std, new_mean, new_var = (np.empty_like(weight) for _ in range(4))
    made = y, mean, inverse_std, new_mean, new_var
    given = x, weight, bias, running_mean, running_var
    _core.batch_norm2d(*given, *made, training, momentum, eps)
    return made


def batch_norm2d_backward(
    grad_y: Array, x: Array, weight: Array, mean: Array, inverse_std: Array, training: bool
) -> tuple[Array, Array, Array]:
    """See the reference."""
    made = np.empty_like(x), np.empty_like(weight), np.empty_like(weight)
    _core.batch_norm2d_backward(grad_y, x, weight, mean, inverse_std, *made, training)
    return made


def conv2d(x: Array, weight: Array, bias: Array | None, window: Window, groups: int) -> Array:
    """See the reference."""
    numbers = window_numbers(x.shape, window)
    y = np.empty((len(x), len(weight), *numbers[8:]), np.float32)
    _core.conv2d(x, weight, bias, numbers, groups, False, False, y, None)
    return y


def conv2d_backward(
    grad_y: Array, x: Array, weight: Array, window: Window, groups: int, need_grad_x: bool
) -> tuple[Array | None, Array, Array]:
    """See the reference."""
    numbers = window_numbers(x.shape, window)
    fused = (numbers, groups, False, False)
    grad_weight, grad_bias = np.empty_like(weight), np.empty(len(weight), np.float32)
    _core.conv2d_grad_weight(grad_y, None, None, x, *fused, grad_weight, grad_bias)
    grad_x = None
    if need_grad_x:
        grad_x = np.empty_like(x)
        _core.conv2d_grad_x(grad_y, None, None, weight, *fused, grad_x)
    return grad_x, grad_weight, grad_bias


def linear(x: Array, weight: Array, bias: Array | None) -> Array:
    """See the reference."""
    y = np.empty((len(x), len(weight)), np.float32)
    _core.gemm(x, False, weight, True, y, column_bias=bias)
    return y


def linear_backward(
    grad_y: Array, x: Array, weight: Array, need_grad_x: bool
) -> tuple[Array | None, Array, Array]:
    """See the reference."""
    grad_weight, grad_bias = np.empty_like(weight), np.empty(len(weight), np.float32)
    _core.gemm(grad_y, True, x, False, grad_weight)
    _core.column_sums(grad_y, grad_bias)
    grad_x = None
    if need_grad_x:
        grad_x = np.empty_like(x)
        _core.gemm(grad_y, False, weight, False, grad_x)
    return grad_x, grad_weight, grad_bias


def window_numbers(shape: Shape, window: Window) -> tuple[int, ...]:
    """A window over images of this shape, and its places: ten numbers."""
    return (*_numbers(window, *shape[2:]), *window.output_size(*shape[2:]))
