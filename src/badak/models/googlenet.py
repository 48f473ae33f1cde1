"""GoogLeNet: Inception modules, which look at several scales at once."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from badak import checks
from badak.layers import (
    BatchNorm2d,
    Concat,
    Conv2d,
    Layer,
    LocalResponseNorm,
    MaxPool2d,
    ReLU,
)
from badak.layers.initial import WeightInit
from badak.models.blocks import classifier
from badak.models.sizes import is_small, several, shape_of
from badak.network import Network

# 1x1; 3x3 after reduction; 5x5 after reduction; after pooling: table 1 of the paper.
Module = tuple[int, tuple[int, int], tuple[int, int], int]
MODULES: tuple[tuple[Module, ...], ...] = (
    ((64, (96, 128), (16, 32), 32), (128, (128, 192), (32, 96), 64)),
    (
        (192, (96, 208), (16, 48), 64),
        (160, (112, 224), (24, 64), 64),
        (128, (128, 256), (24, 64), 64),
        (112, (144, 288), (32, 64), 64),
        (256, (160, 320), (32, 128), 128),
    ),
    ((256, (160, 320), (32, 128), 128), (384, (192, 384), (48, 128), 128)),
)


def GoogLeNet(
    num_classes: int = 1000,
    image_size: int | None = None,
    *,
    input_shape: Sequence[int] = (3, 224, 224),
    modules: Sequence[Sequence[Module]] = MODULES,
    batch_norm: bool = True,
    dropout: float = 0.4,
    weight_init: WeightInit = "he",
    seed: int = 0,
    dtype: Any = np.float32,
) -> Network:
    """Three convolutions, nine Inception modules, and a linear layer.

    From Szegedy et al. 2015, *Going Deeper with Convolutions*, table 1, without the two auxiliary
    classifiers. Batch norm, of 2015, does what they were for.

    Arguments are those of `badak.models`, and:

    - modules: filters of each Inception module, grouped by the poolings before each group: 1x1;
      3x3, after its reduction; 5x5, after its reduction; after pooling.
    - batch_norm: whether BatchNorm2d follows each convolution; if not, each has a bias, and
      LocalResponseNorm stands where the paper puts it.
    - dropout: share of values dropped before the linear layer.

    Example:
        >>> GoogLeNet(10, 64).summary().rows[-1].output_shape
        (10,)
    """
    shape = shape_of(input_shape, image_size)
    checks.flag(batch_norm, "batch_norm")

    def conv(filters: int, kernel: int, stride: int = 1) -> list[Layer]:
        layer = Conv2d(
            filters, kernel, stride, kernel // 2, bias=not batch_norm, weight_init=weight_init
        )
        return [layer, *([BatchNorm2d()] if batch_norm else []), ReLU()]

    def inception(module: Module) -> Layer:
        one, *reduced, pooled = several(module, "filters of a module", 4)
        three, five = (several(pair, "a reduction and its filters", 2) for pair in reduced)
        return Concat(
            [
                conv(one, 1),
                conv(three[0], 1) + conv(three[1], 3),
                conv(five[0], 1) + conv(five[1], 5),
                [MaxPool2d(3, stride=1, padding=1), *conv(pooled, 1)],
            ]
        )

    def halve() -> Layer:
        return MaxPool2d(3, stride=2, ceil_mode=True)

    normalised = [] if batch_norm else [LocalResponseNorm(5)]
    layers = conv(64, 3) if is_small(shape) else [*conv(64, 7, 2), halve()]
    layers += normalised
    layers += [*conv(64, 1), *conv(192, 3), *normalised]
    for stage in several(modules, "modules"):
        layers += [halve(), *(inception(module) for module in several(stage, "modules of a group"))]
    layers += classifier(num_classes, dropout, weight_init)
    return Network(layers, shape, seed=seed, dtype=dtype)
