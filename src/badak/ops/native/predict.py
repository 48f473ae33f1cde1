"""The native core's predictions; for badak.network.prediction alone."""

from typing import Any

from badak import _core
from badak.arrays import Array
from badak.ops.native.window import conv_numbers
from badak.ops.window import Window

Prediction = _core.Prediction
Watch = _core.Watch
WAYS = ("planes", "pixels", "rows", "plain")


def packed(
    way: str,
    shape: tuple[int, int, int],
    window: Window,
    groups: int,
    at_once: int,
    weight: Array,
    bias: Array,
) -> Any:
    """A convolution's weight (F, C / groups, KH, KW) as its kernel likes it.

    Args:
        way: "planes" if it reads (N, C, H, W), "plain" if it also makes such; else "pixels".
        shape: (C, H, W) of an image's maps.
        window: over them.
        groups: of channels.
        at_once: about how many images come at a time, which decides how it is packed.
        weight: the weight.
        bias: (F,).
    """
    numbers = conv_numbers((0, *shape), window)
    return _core.Packed(
        WAYS.index(way), (len(weight), *shape), numbers, (groups, at_once), weight, bias
    )


def packed_rows(weight: Array, bias: Array) -> Any:
    """A linear layer's weight (M, D), or a scale's, which has as many rows of one number."""
    weight = weight.reshape(len(weight), -1)
    shape = weight.shape[1], 1, 1
    numbers = conv_numbers((0, *shape), Window.of(1))
    return _core.Packed(WAYS.index("rows"), (len(weight), *shape), numbers, (1, 1), weight, bias)


def pool_numbers(shape: tuple[int, int, int], window: Window) -> tuple[int, ...]:
    """A pooling window's numbers on maps of this shape."""
    return conv_numbers((0, *shape), window)
