"""EfficientNet: depth, width and image size scaled together; Lite without gates, for devices."""

from collections.abc import Sequence
from math import ceil
from typing import Any

import numpy as np

from badak.layers import BatchNorm2d, Layer, ReLU6, SiLU
from badak.layers.initial import WeightInit
from badak.models.blocks import ConvNorm, classifier, divisible, gate, scaled
from badak.models.sizes import shape_of, stem_stride
from badak.network import Network

# (expansion, kernel, stride of the first, filters, blocks): table 1 of the paper.
STAGES = (
    *((1, 3, 1, 16, 1), (6, 3, 2, 24, 2), (6, 5, 2, 40, 2), (6, 3, 2, 80, 3)),
    *((6, 5, 1, 112, 3), (6, 5, 2, 192, 4), (6, 3, 1, 320, 1)),
)


def EfficientNetB0(
    num_classes: int = 1000,
    image_size: int | None = None,
    *,
    input_shape: Sequence[int] = (3, 224, 224),
    width: float = 1.0,
    depth: float = 1.0,
    dropout: float = 0.2,
    weight_init: WeightInit = "he",
    seed: int = 0,
    dtype: Any = np.float32,
) -> Network:
    """Sixteen inverted residual blocks, each gated, and a linear layer.

    From Tan and Le 2019, *EfficientNet: Rethinking Model Scaling for Convolutional Neural
    Networks*, table 1; padding as in torchvision, without stochastic depth. B1 has depth 1.1, B2
    width 1.1 and depth 1.2.

    Arguments are those of `badak.models`, and:

    - width: factor of every number of filters.
    - depth: factor of the blocks of a stage.
    - dropout: share of values dropped before the linear layer.

    Example:
        >>> EfficientNetB0(10, 32, width=0.25, depth=0.25).summary().rows[-1].output_shape
        (10,)
    """
    shape = shape_of(input_shape, image_size)
    conv = ConvNorm(SiLU, weight_init=weight_init)
    scaled(width, "width")
    stem, head = divisible(32 * width), divisible(1280 * width)
    repeats = [ceil(count * scaled(depth, "depth")) for *_, count in STAGES]
    layers = [
        *conv(stem, 3, stem_stride(shape)),
        *_blocks(conv, stem, width, repeats, gated=True),
        *conv(head, 1),
    ]
    layers += classifier(num_classes, dropout, weight_init)
    return Network(layers, shape, seed=seed, dtype=dtype)


def EfficientNetLite0(
    num_classes: int = 1000,
    image_size: int | None = None,
    *,
    input_shape: Sequence[int] = (3, 224, 224),
    width: float = 1.0,
    depth: float = 1.0,
    dropout: float = 0.2,
    weight_init: WeightInit = "he",
    seed: int = 0,
    dtype: Any = np.float32,
) -> Network:
    """EfficientNet for devices: without gates, with ReLU6, stem and head never scaled.

    From Liu 2020, *Higher accuracy on vision models with EfficientNet-Lite* (TensorFlow's blog);
    padding as TensorFlow's "same" and eps 0.001, as its published weights need.
    These expect pixels as (x - 127) / 128, with x from 0 to 255.

    Arguments are those of `badak.models`, and:

    - width: factor of the blocks' filters.
    - depth: factor of the blocks of a stage, except the first and the last.
    - dropout: share of values dropped before the linear layer.

    Example:
        >>> EfficientNetLite0(10, 32, width=0.25).summary().rows[-1].output_shape
        (10,)
    """
    shape = shape_of(input_shape, image_size)

    def norm() -> Layer:
        return BatchNorm2d(eps=1e-3)

    conv = ConvNorm(ReLU6, norm, "same", weight_init)
    scaled(width, "width")
    scaled(depth, "depth")
    last = len(STAGES) - 1
    repeats = [
        count if place in (0, last) else ceil(count * depth)
        for place, (*_, count) in enumerate(STAGES)
    ]
    layers = [
        *conv(32, 3, stem_stride(shape)),
        *_blocks(conv, 32, width, repeats, gated=False),
        *conv(1280, 1),
    ]
    layers += classifier(num_classes, dropout, weight_init)
    return Network(layers, shape, seed=seed, dtype=dtype)


def EfficientNetLite2(
    num_classes: int = 1000,
    image_size: int | None = None,
    *,
    input_shape: Sequence[int] = (3, 260, 260),
    width: float = 1.1,
    depth: float = 1.2,
    dropout: float = 0.3,
    weight_init: WeightInit = "he",
    seed: int = 0,
    dtype: Any = np.float32,
) -> Network:
    """`EfficientNetLite0`, a tenth wider and a fifth deeper, for images of 260 pixels.

    Arguments are those of `badak.models`.

    Example:
        >>> EfficientNetLite2(10, 32, width=0.25).summary().rows[-1].output_shape
        (10,)
    """
    return EfficientNetLite0(
        num_classes,
        image_size,
        input_shape=input_shape,
        width=width,
        depth=depth,
        dropout=dropout,
        weight_init=weight_init,
        seed=seed,
        dtype=dtype,
    )


def _blocks(
    conv: ConvNorm, channels: int, width: float, repeats: Sequence[int], gated: bool
) -> list[Layer]:
    """All stages; a gate squeezes to a quarter of the channels that enter its block."""
    layers: list[Layer] = []
    for (expansion, kernel, first_stride, filters, _), count in zip(STAGES, repeats, strict=True):
        narrow = divisible(filters * width)
        for number in range(count):
            wide = channels * expansion
            squeezed = max(1, channels // 4)
            layers += conv.inverted(
                channels,
                wide,
                narrow,
                kernel,
                1 if number else first_stride,
                gate(wide, squeezed, SiLU, weight_init=conv.weight_init) if gated else None,
            )
            channels = narrow
    return layers
