"""MobileNets: depthwise convolutions in place of dense ones."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from badak.layers import (
    BatchNorm2d,
    Dropout,
    Flatten,
    GlobalAvgPool2d,
    Hardsigmoid,
    Hardswish,
    Layer,
    Linear,
    ReLU,
    ReLU6,
)
from badak.layers.initial import WeightInit
from badak.models.blocks import ConvNorm, Make, classifier, divisible, gate, scaled
from badak.models.sizes import shape_of, stem_stride
from badak.network import Network

# (filters, stride) of each separable convolution: table 1 of the first paper.
V1_STAGES = (
    *((64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2)),
    *((512, 1),) * 5,
    *((1024, 2), (1024, 1)),
)
# (expansion, filters, blocks, stride of the first): table 2 of the second paper.
V2_STAGES = (
    *((1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2)),
    *((6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1)),
)
# (kernel, expanded, filters, whether gated, activation, stride): table 2 of the third paper.
V3_SMALL_BLOCKS: tuple[tuple[int, int, int, bool, Make, int], ...] = (
    (3, 16, 16, True, ReLU, 2),
    (3, 72, 24, False, ReLU, 2),
    (3, 88, 24, False, ReLU, 1),
    (5, 96, 40, True, Hardswish, 2),
    (5, 240, 40, True, Hardswish, 1),
    (5, 240, 40, True, Hardswish, 1),
    (5, 120, 48, True, Hardswish, 1),
    (5, 144, 48, True, Hardswish, 1),
    (5, 288, 96, True, Hardswish, 2),
    (5, 576, 96, True, Hardswish, 1),
    (5, 576, 96, True, Hardswish, 1),
)


def MobileNetV1(
    num_classes: int = 1000,
    image_size: int | None = None,
    *,
    input_shape: Sequence[int] = (3, 224, 224),
    width: float = 1.0,
    dropout: float = 0.0,
    weight_init: WeightInit = "he",
    seed: int = 0,
    dtype: Any = np.float32,
) -> Network:
    """A convolution, thirteen separable ones (depthwise 3x3, then 1x1), and a linear layer.

    From Howard et al. 2017, *MobileNets: Efficient Convolutional Neural Networks for Mobile Vision
    Applications*, table 1. With width 0.25 at 96x96 it has the sizes of MLPerf Tiny's network for
    visual wake words.

    Arguments are those of `badak.models`, and:

    - width: factor of every number of filters.
    - dropout: share of values dropped before the linear layer.

    Example:
        >>> MobileNetV1(2, 96, width=0.25).summary().parameters
        213586
    """
    shape = shape_of(input_shape, image_size)
    channels = divisible(32 * scaled(width, "width"))
    conv = ConvNorm(ReLU, weight_init=weight_init)
    layers = conv(channels, 3, stem_stride(shape))
    for filters, stride in V1_STAGES:
        layers += conv(channels, 3, stride, groups=channels)
        channels = divisible(filters * width)
        layers += conv(channels, 1)
    layers += classifier(num_classes, dropout, weight_init)
    return Network(layers, shape, seed=seed, dtype=dtype)


def MobileNetV2(
    num_classes: int = 1000,
    image_size: int | None = None,
    *,
    input_shape: Sequence[int] = (3, 224, 224),
    width: float = 1.0,
    dropout: float = 0.2,
    weight_init: WeightInit = "he",
    seed: int = 0,
    dtype: Any = np.float32,
) -> Network:
    """A convolution, seventeen inverted residual blocks, a 1x1 convolution, and a linear layer.

    From Sandler et al. 2018, *MobileNetV2: Inverted Residuals and Linear Bottlenecks*, table 2.

    Arguments are those of `badak.models`, and:

    - width: factor of every number of filters; the last 1x1 convolution is never narrowed.
    - dropout: share of values dropped before the linear layer.

    Example:
        >>> MobileNetV2(10, 96, width=0.25).summary().parameters
        250922
    """
    shape = shape_of(input_shape, image_size)
    channels = divisible(32 * scaled(width, "width"))
    conv = ConvNorm(ReLU6, weight_init=weight_init)
    layers = conv(channels, 3, stem_stride(shape))
    for expansion, filters, count, first_stride in V2_STAGES:
        narrow = divisible(filters * width)
        for number in range(count):
            stride = 1 if number else first_stride
            layers += conv.inverted(channels, channels * expansion, narrow, stride=stride)
            channels = narrow
    layers += conv(divisible(1280 * max(1.0, width)), 1)
    layers += classifier(num_classes, dropout, weight_init)
    return Network(layers, shape, seed=seed, dtype=dtype)


def MobileNetV3Small(
    num_classes: int = 1000,
    image_size: int | None = None,
    *,
    input_shape: Sequence[int] = (3, 224, 224),
    width: float = 1.0,
    dropout: float = 0.2,
    weight_init: WeightInit = "he",
    seed: int = 0,
    dtype: Any = np.float32,
) -> Network:
    """Eleven inverted residual blocks, most of them gated, and two linear layers.

    From Howard et al. 2019, *Searching for MobileNetV3*, table 2; as in torchvision, batch norm
    has eps 0.001.

    Arguments are those of `badak.models`, and:

    - width: factor of every number of filters.
    - dropout: share of values dropped before the last linear layer.

    Example:
        >>> MobileNetV3Small(10, 32, width=0.5).summary().rows[-1].output_shape
        (10,)
    """
    shape = shape_of(input_shape, image_size)
    channels = divisible(16 * scaled(width, "width"))

    def norm() -> Layer:
        return BatchNorm2d(eps=1e-3)

    makers: dict[Make, ConvNorm] = {
        activation: ConvNorm(activation, norm, weight_init=weight_init)
        for activation in (ReLU, Hardswish)
    }
    layers = makers[Hardswish](channels, 3, stem_stride(shape))
    for kernel, expanded, filters, gated, activation, stride in V3_SMALL_BLOCKS:
        wide, narrow = divisible(expanded * width), divisible(filters * width)
        factor = gate(wide, divisible(wide // 4), ReLU, Hardsigmoid, weight_init)
        layers += makers[activation].inverted(
            channels, wide, narrow, kernel, stride, factor if gated else None
        )
        channels = narrow
    layers += makers[Hardswish](6 * channels, 1)
    layers += [
        GlobalAvgPool2d(),
        Flatten(),
        Linear(divisible(1024 * width), weight_init=weight_init),
        Hardswish(),
        *([Dropout(dropout)] if dropout else []),
        Linear(num_classes, weight_init=weight_init),
    ]
    return Network(layers, shape, seed=seed, dtype=dtype)
