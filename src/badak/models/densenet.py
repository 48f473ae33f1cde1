"""DenseNet: every layer sees the outputs of all layers before it."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from badak import checks
from badak.layers import (
    AvgPool2d,
    BatchNorm2d,
    Concat,
    Conv2d,
    Layer,
    MaxPool2d,
    ReLU,
)
from badak.layers.initial import WeightInit
from badak.models.blocks import classifier
from badak.models.sizes import is_small, several, shape_of
from badak.network import Network
from badak.network.architecture import MAX_LAYERS


def DenseNet121(
    num_classes: int = 1000,
    image_size: int | None = None,
    *,
    input_shape: Sequence[int] = (3, 224, 224),
    blocks: Sequence[int] = (6, 12, 24, 16),
    growth: int = 32,
    dropout: float = 0.0,
    weight_init: WeightInit = "he",
    seed: int = 0,
    dtype: Any = np.float32,
) -> Network:
    """Four dense blocks of bottleneck layers, halved and pooled between, and a linear layer.

    From Huang et al. 2017, *Densely Connected Convolutional Networks*, table 1. A layer's output is
    put beside its input, which holds those of all layers before.

    Arguments are those of `badak.models`, and:

    - blocks: layers of each dense block; (6, 12, 32, 32) is DenseNet-169.
    - growth: channels that each layer adds.
    - dropout: share of values dropped before the linear layer.

    Example:
        >>> DenseNet121(10, 32, blocks=(2, 2), growth=8).summary().parameters
        13626
    """
    shape = shape_of(input_shape, image_size)
    growth = checks.integer(growth, "growth", minimum=1)

    def conv(filters: int, kernel: int, stride: int = 1) -> Layer:
        return Conv2d(filters, kernel, stride, kernel // 2, bias=False, weight_init=weight_init)

    channels = 2 * growth
    stem = conv(channels, 3) if is_small(shape) else conv(channels, 7, 2)
    layers: list[Layer] = [stem, BatchNorm2d(), ReLU()]
    if not is_small(shape):
        layers.append(MaxPool2d(3, stride=2, padding=1))
    for place, count in enumerate(several(blocks, "blocks")):
        if place:
            channels //= 2
            layers += [BatchNorm2d(), ReLU(), conv(channels, 1), AvgPool2d(2)]
        for _ in range(checks.integer(count, "blocks", minimum=1, maximum=MAX_LAYERS)):
            bottleneck = [BatchNorm2d(), ReLU(), conv(4 * growth, 1)]
            layers.append(Concat([[], [*bottleneck, BatchNorm2d(), ReLU(), conv(growth, 3)]]))
            channels += growth
    layers += [BatchNorm2d(), ReLU(), *classifier(num_classes, dropout, weight_init)]
    return Network(layers, shape, seed=seed, dtype=dtype)
