"""ConvNeXt: a ResNet with what vision transformers taught."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from badak import checks
from badak.layers import (
    GELU,
    Conv2d,
    Flatten,
    GlobalAvgPool2d,
    Layer,
    LayerNorm,
    Linear,
    Residual,
    Scale,
)
from badak.layers.initial import WeightInit
from badak.models.sizes import is_small, several, shape_of
from badak.network import Network
from badak.network.architecture import MAX_LAYERS


def ConvNeXtTiny(
    num_classes: int = 1000,
    image_size: int | None = None,
    *,
    input_shape: Sequence[int] = (3, 224, 224),
    blocks: Sequence[int] = (3, 3, 9, 3),
    filters: Sequence[int] = (96, 192, 384, 768),
    layer_scale: float = 1e-6,
    weight_init: WeightInit = "he",
    seed: int = 0,
    dtype: Any = np.float32,
) -> Network:
    """Images in patches of 4x4, eighteen blocks of depthwise 7x7 convolutions, a linear layer.

    From Liu et al. 2022, *A ConvNet for the 2020s*, section 2; without stochastic depth.

    Arguments are those of `badak.models`, and:

    - blocks: of each stage.
    - filters: of each stage.
    - layer_scale: where the factor of every block's channels begins.

    Example:
        >>> ConvNeXtTiny(10, 32, blocks=(1, 1), filters=(8, 16)).summary().rows[-1].output_shape
        (10,)
    """

    def norm() -> Layer:
        return LayerNorm(eps=1e-6)

    def block(count: int) -> Layer:
        return Residual(
            [
                Conv2d(count, 7, padding=3, groups=count, weight_init=weight_init),
                norm(),
                Conv2d(4 * count, 1, weight_init=weight_init),
                GELU(),
                Conv2d(count, 1, weight_init=weight_init),
                Scale("channel", layer_scale, bias=False, trainable=True),
            ]
        )

    shape = shape_of(input_shape, image_size)
    blocks = several(blocks, "blocks")
    layers: list[Layer] = []
    stages = zip(blocks, several(filters, "filters", len(blocks)), strict=True)
    for place, (many, count) in enumerate(stages):
        size = 2 if place or is_small(shape) else 4
        patches = Conv2d(count, size, size, weight_init=weight_init)
        layers += [norm(), patches] if place else [patches, norm()]
        repeats = checks.integer(many, "blocks", minimum=1, maximum=MAX_LAYERS)
        layers += [block(count) for _ in range(repeats)]
    layers += [GlobalAvgPool2d(), norm(), Flatten(), Linear(num_classes, weight_init=weight_init)]
    return Network(layers, shape, seed=seed, dtype=dtype)
