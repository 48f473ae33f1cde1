"""Maps with the channels innermost, in a frame of zeros: how plans keep them between layers."""

import math
from typing import NamedTuple

import numpy as np

import badak._core as _core  # "from" would be a cycle to mypy, which types it here
from badak.arrays import Array, Shape
from badak.ops.native.window import conv_numbers
from badak.ops.window import Window

ALIGNED = 64  # bytes: one vector of the widest instruction set
SPARE = 32  # numbers behind the last pixel, which kernels may read


class Frame(NamedTuple):
    """Rows and columns of zeros around maps."""

    top: int = 0
    bottom: int = 0
    left: int = 0
    right: int = 0

    def joined(self, other: "Frame") -> "Frame":
        """The smallest frame that holds both."""
        return Frame(*map(max, self, other))


NO_FRAME = Frame()


class Pixels(NamedTuple):
    """Images (N, H, W, C), a part of an array with a frame; the core reads it as this pair.

    Attributes:
        array: (N, rows, columns, channels) float32, C-contiguous.
        inside: the first row, column and channel that count, and how many of each.
    """

    array: Array
    inside: tuple[int, int, int, int, int, int]

    @property
    def numbers(self) -> Array:
        """The images as a view (N, H, W, C)."""
        top, left, first, h, w, c = self.inside
        view: Array = self.array[:, top : top + h, left : left + w, first : first + c]
        return view

    @property
    def frame(self) -> Frame:
        """Rows and columns of zeros around."""
        top, left, _, h, w, _ = self.inside
        _, rows, columns, _ = self.array.shape
        return Frame(top, rows - top - h, left, columns - left - w)

    def channels(self, first: int, count: int) -> "Pixels":
        """Some of the channels, in place."""
        top, left, start, h, w, _ = self.inside
        return Pixels(self.array, (top, left, start + first, h, w, count))


# The gradient of what a convolution made within limits, the latter, and the limits.
Masked = tuple[Pixels, Pixels, tuple[float, float]]


def new(n: int, h: int, w: int, c: int, frame: Frame = NO_FRAME) -> Pixels:
    """Make maps of zeros with a frame."""
    shape = n, h + frame.top + frame.bottom, w + frame.left + frame.right, c
    array = room(math.prod(shape)).reshape(shape)
    return Pixels(array, (frame.top, frame.left, 0, h, w, c))


def room(count: int) -> Array:
    """Make zeros, aligned, with numbers after them that kernels may read."""
    memory = np.zeros(count + SPARE + ALIGNED // 4, np.float32)
    start = -memory.ctypes.data % ALIGNED // 4
    return memory[start : start + count]


def reading_frame(window: Window, h: int, w: int) -> Frame:
    """The frame that maps need so that a window may read them."""
    (top, _), (left, _) = window.sides(h, w)
    bottom, right = (
        (places - 1) * step + covers - before - size
        for places, step, covers, before, size in zip(
            window.output_size(h, w), window.stride, window.covers, (top, left), (h, w), strict=True
        )
    )
    return Frame(top, max(bottom, 0), left, max(right, 0))


def gradient_frame(window: Window, size: tuple[int, int] | None = None) -> Frame:
    """The frame that a convolution's output gradient needs on its way back to x.

    Args:
        window: of the convolution.
        size: rows and columns of x; without them, a frame that is wide enough for any.
    """
    if size is None:
        rows, columns = (covers - 1 for covers in window.covers)
        return Frame(rows, rows, columns, columns)
    (top, bottom), (left, right) = (
        (max(0, (covers - 1 - before) // step), max(0, (side - 1 + before) // step - places + 1))
        for side, covers, step, (before, _), places in zip(
            size,
            window.covers,
            window.stride,
            window.sides(*size),
            window.output_size(*size),
            strict=True,
        )
    )
    return Frame(top, bottom, left, right)


def conv(
    x: Pixels,
    weight: Array,
    window: Window,
    groups: int,
    y: Pixels,
    *,
    bias: Array | None = None,
    add: Pixels | None = None,
    limits: tuple[float, float] = (-np.inf, np.inf),
    pool: bool = False,
) -> None:
    """Convolve: bias, the sum with `add`, limits and 2x2 max pooling follow in this order."""
    _core.pixels_conv(x, weight, placed(x, window), groups, (bias, add), limits, pool, y)


def conv_grad_x(
    grad_y: Pixels,
    weight: Array,
    window: Window,
    groups: int,
    grad_x: Pixels,
    add: Pixels | None = None,
) -> None:
    """Write a convolution's gradient of x, plus `add`; grad_y has the `gradient_frame`."""
    _core.pixels_conv_grad_x(grad_y, weight, placed(grad_x, window), groups, add, grad_x)


def conv_grad_weight(
    x: Pixels,
    grad_y: Pixels,
    window: Window,
    groups: int,
    grad_weight: Array,
    grad_bias: Array | None,
) -> None:
    """Write a convolution's gradients of weight and bias."""
    _core.pixels_conv_grad_weight(x, grad_y, placed(x, window), groups, grad_weight, grad_bias)


def conv_ways(shape: Shape, filters: int, window: Window, groups: int) -> tuple[str, str, str]:
    """Name the ways of `conv`, `conv_grad_x` and `conv_grad_weight`."""
    numbers = conv_numbers(shape, window)
    forward, grad_x, grad_weight = _core.pixels_conv_ways(shape, filters, numbers, groups)
    return forward, grad_x, grad_weight


def planes_conv(
    x: Array,
    weight: Array,
    window: Window,
    y: Pixels,
    *,
    bias: Array | None = None,
    limits: tuple[float, float] = (-np.inf, np.inf),
    pool: bool = False,
) -> None:
    """Convolve images (N, C, H, W), as users see them, to pixels."""
    _core.planes_conv(x, weight, conv_numbers(x.shape, window), bias, limits, pool, y)


def planes_conv_grad_weight(
    x: Array, grad_y: Pixels, window: Window, grad_weight: Array, grad_bias: Array | None
) -> None:
    """Write that convolution's gradients of weight and bias."""
    numbers = conv_numbers(x.shape, window)
    _core.planes_conv_grad_weight(x, grad_y, numbers, grad_weight, grad_bias)


def masked_conv_grad(
    x: Pixels,
    weight: Array,
    window: Window,
    groups: int,
    masked: Masked,
    add: Pixels | None,
    grad_x: Pixels | None,
    gradients: tuple[Array, Array | None],
) -> None:
    """Write the gradients of x, plus `add`, and of weight and bias, of a convolution and limits."""
    numbers = placed(x, window)
    _core.pixels_masked_conv_grad(x, weight, numbers, groups, masked, add, grad_x, gradients)


def planes_masked_conv_grad(
    x: Array, window: Window, masked: Masked, gradients: tuple[Array, Array | None]
) -> None:
    """Write the gradients of weight and bias of a convolution of images and limits."""
    _core.planes_masked_conv_grad(x, conv_numbers(x.shape, window), masked, gradients)


def placed(x: Pixels, window: Window) -> tuple[int, ...]:
    """A window's numbers, and the places that it has on x."""
    h, w = x.inside[3:5]
    return conv_numbers((0, 0, h, w), window)
