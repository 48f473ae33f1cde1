"""Everything on pixels but convolution: layouts, sums, limits, activations, norms and pools.

Every function writes its result into pixels or arrays that the caller made; unless a docstring
says no, an output may be one of the inputs of its size. Frames are neither read nor written.
"""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from badak import _core
from badak.arrays import Array
from badak.ops.native.pixels import Pixels
from badak.ops.native.window import pool_numbers
from badak.ops.reference.pool import divisors
from badak.ops.window import Window

Limits = tuple[float, float]

NO_LIMITS = -np.inf, np.inf
ACTIVATIONS = (  # in the core's order, pixels/maps.h
    "relu",
    "leaky_relu",
    "hardtanh",
    "hardsigmoid",
    "sigmoid",
    "tanh",
    "softplus",
    "elu",
    "selu",
    "silu",
    "hardswish",
    "mish",
    "gelu",
)


def planes_to_pixels(x: Array, y: Pixels) -> None:
    """Lay images (N, C, H, W) out as pixels."""
    _core.planes_to_pixels(x, y)


def pixels_to_planes(x: Pixels, y: Array) -> None:
    """Lay pixels out as images (N, C, H, W)."""
    _core.pixels_to_planes(x, y)


def pixels_copy(x: Pixels, y: Pixels) -> None:
    """Copy maps, for example into some of y's channels."""
    _core.pixels_copy(x, y)


def pixels_clamp(x: Pixels, add: Pixels | None, limits: Limits, y: Pixels) -> None:
    """Write x + add within the limits: (0, inf) is ReLU."""
    _core.pixels_clamp(x, add, limits, y)


def pixels_mask(grad: Pixels, z: Pixels, limits: Limits, out: Pixels) -> None:
    """Write the gradient where z lies between the limits, else 0."""
    _core.pixels_mask(grad, z, limits, out)


def pixels_add(a: Pixels, b: Pixels, y: Pixels) -> None:
    """Write a + b."""
    _core.pixels_add(a, b, y)


def pixels_scale_shift(
    x: Pixels, scale: Array, shift: Array, y: Pixels, limits: Limits = NO_LIMITS
) -> None:
    """Write x * scale + shift, numbers for each channel (C,), within the limits."""
    _core.pixels_scale_shift(x, scale, shift, limits, y)


def pixels_gate(x: Pixels, factors: Array, y: Pixels) -> None:
    """Write x times a factor for each image and channel (N, C)."""
    _core.pixels_gate(x, factors, y)


def pixels_gate_backward(
    grad: Pixels, x: Pixels, factors: Array, grad_x: Pixels, grad_factors: Array
) -> None:
    """Write the gradients of `pixels_gate`."""
    _core.pixels_gate_backward(grad, x, factors, grad_x, grad_factors)


def pixels_activation(kind: str, x: Pixels, y: Pixels, *options: float) -> None:
    """Write one of ACTIVATIONS; options in the order of its op's arguments."""
    _core.pixels_activation(activation(kind, options), x, y)


def pixels_activation_backward(
    kind: str, grad: Pixels, saved: Pixels, grad_x: Pixels, *options: float
) -> None:
    """Write its gradient; saved is the result of relu, sigmoid and tanh, and otherwise x."""
    _core.pixels_activation_backward(activation(kind, options), grad, saved, grad_x)


def activation(kind: str, options: Sequence[float]) -> tuple[int, float, float]:
    """Return one of ACTIVATIONS as the core takes it: its number, and two options."""
    first, second, *_ = *options, 0.0, 0.0
    return ACTIVATIONS.index(kind), first, second


def pixels_norm_statistics(
    x: Pixels,
    eps: float,
    mean: Array,
    inverse_std: Array,
    *,
    momentum: float = 0.0,
    running_mean: Array | None = None,
    running_var: Array | None = None,
) -> None:
    """Write the statistics of each channel, and move the running ones if there are any."""
    statistics, running = (mean, inverse_std), (running_mean, running_var)
    _core.pixels_norm_statistics(x, momentum, eps, statistics, running)


def pixels_norm_apply(
    x: Pixels,
    mean: Array,
    inverse_std: Array,
    weight: Array,
    bias: Array,
    y: Pixels,
    *,
    add: Pixels | None = None,
    limits: Limits = NO_LIMITS,
) -> None:
    """Write (x - mean) * inverse_std * weight + bias + add within the limits."""
    _core.pixels_norm_apply(x, (mean, inverse_std, weight, bias), add, limits, y)


def pixels_norm_backward(
    grad: Pixels,
    x: Pixels,
    channels: tuple[Array, Array, Array, Array],
    grad_x: Pixels,
    gradients: tuple[Array, Array],
    *,
    z: Pixels | None = None,
    limits: Limits = NO_LIMITS,
    grad_add: Pixels | None = None,
) -> None:
    """Write the gradients of statistics and `pixels_norm_apply` together.

    Args:
        grad: of the result.
        x: as before.
        channels: mean, inverse_std, weight and bias.
        grad_x: may be grad.
        gradients: of weight and bias.
        z: the result; needed if there was something to add and limits.
        limits: as before.
        grad_add: of what was added; may be grad unless grad_x is.
    """
    _core.pixels_norm_backward(grad, x, channels, z, limits, grad_x, gradients, grad_add)


def pixels_dropout(
    x: Pixels, key: NDArray[np.uint64], p: float, mask: NDArray[np.uint8], y: Pixels
) -> None:
    """Drop what dropout of planes drops; mask has `mask_size` bytes, 1 for what is kept."""
    _core.pixels_dropout(x, key, p, mask, y)


def pixels_dropout_backward(
    grad: Pixels, mask: NDArray[np.uint8], p: float, grad_x: Pixels
) -> None:
    """Write the gradient of what was kept, scaled."""
    _core.pixels_dropout_backward(grad, mask, p, grad_x)


def mask_size(x: Pixels) -> int:
    """How many bytes a mask needs: kernels may read after the last."""
    return math.prod(x.numbers.shape) + 64


def pixels_max_pool(x: Pixels, window: Window, y: Pixels) -> None:
    """Write the largest number under each window; y is another array."""
    _core.pixels_max_pool(x, _numbers(x, window), y)


def pixels_max_pool_backward(
    grad_y: Pixels, x: Pixels, window: Window, grad_x: Pixels, limits: Limits = NO_LIMITS
) -> None:
    """Hand each gradient to the first winner, if that lies between the limits (of x)."""
    _core.pixels_max_pool_backward(grad_y, x, _numbers(x, window), limits, grad_x)


def pixels_avg_pool(
    x: Pixels,
    window: Window,
    y: Pixels,
    count_include_pad: bool = True,
    divisor: int | None = None,
) -> None:
    """Write the mean under each window; y is another array."""
    shares = divisors(_shape(x), window, count_include_pad, divisor, np.dtype(np.float32))
    _core.pixels_avg_pool(x, _numbers(x, window), shares, y)


def pixels_avg_pool_backward(
    grad_y: Pixels,
    window: Window,
    grad_x: Pixels,
    count_include_pad: bool = True,
    divisor: int | None = None,
) -> None:
    """Share each gradient out over its window."""
    shares = divisors(_shape(grad_x), window, count_include_pad, divisor, np.dtype(np.float32))
    _core.pixels_avg_pool_backward(grad_y, _numbers(grad_x, window), shares, grad_x)


def _numbers(x: Pixels, window: Window) -> tuple[int, ...]:
    return pool_numbers(window, *x.inside[3:5])


def _shape(x: Pixels) -> tuple[int, int, int, int]:
    h, w, c = x.inside[3:]
    return len(x.array), c, h, w
