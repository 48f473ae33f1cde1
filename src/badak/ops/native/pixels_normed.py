"""Convolutions of pixels with the batch norms around them, in training.

What a norm makes of its maps is never stored. A `Norm` is what the core takes: mean, inverse_std,
weight and bias, each (C,), and the limits after it.
"""

from badak import _core
from badak.arrays import Array
from badak.ops.native.pixels import Pixels, placed
from badak.ops.window import Window

Norm = tuple[tuple[Array, Array, Array, Array], tuple[float, float]]
# A norm, the maps that it read, and the gradients of its weight and bias.
After = tuple[Norm, Pixels, tuple[Array, Array]]
# mean, inverse_std and the running ones, written; momentum, eps.
Statistics = tuple[tuple[Array, Array, Array, Array], float, float]


def normed_conv(
    x: Pixels,
    norm: Norm,
    weight: Array,
    window: Window,
    groups: int,
    bias: Array | None,
    y: Pixels,
    statistics: Statistics | None,
) -> None:
    """Normalise x and convolve it; write the statistics for the norm after, if there is one."""
    numbers = placed(x, window)
    _core.pixels_normed_conv(x, norm, weight, numbers, groups, bias, y, statistics)


def normed_conv_grad(
    x: Pixels,
    norm: Norm,
    weight: Array,
    window: Window,
    groups: int,
    grad: Pixels,
    after: After | None,
    grad_x: Pixels,
    gradients: tuple[Array, Array | None, Array, Array],
) -> None:
    """Write the gradients of the normalised x, of weight and bias, and of the norm's.

    grad is that of y, or if there is a norm `after`, that of what it made.
    """
    numbers = placed(x, window)
    _core.pixels_normed_conv_grad(x, norm, weight, numbers, groups, grad, after, grad_x, gradients)


def normed_grad(grad: Pixels, after: After, grad_y: Pixels) -> None:
    """Write the gradient of a norm's maps from that of what it made; both may be one array."""
    _core.pixels_normed_grad(grad, after, grad_y)
