"""ShuffleNetV2: half of the channels pass by, then all are shuffled."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from badak import checks
from badak.errors import BadakError
from badak.layers import ChannelShuffle, ChannelSlice, Concat, Layer, MaxPool2d, ReLU
from badak.layers.initial import WeightInit
from badak.models.blocks import ConvNorm, classifier
from badak.models.sizes import is_small, several, shape_of, stem_stride
from badak.network import Network
from badak.network.architecture import MAX_LAYERS


def ShuffleNetV2(
    num_classes: int = 1000,
    image_size: int | None = None,
    *,
    input_shape: Sequence[int] = (3, 224, 224),
    blocks: Sequence[int] = (4, 8, 4),
    filters: Sequence[int] = (24, 116, 232, 464, 1024),
    weight_init: WeightInit = "he",
    seed: int = 0,
    dtype: Any = np.float32,
) -> Network:
    """A convolution, sixteen shuffled units in three stages, a 1x1 convolution, a linear layer.

    From Ma et al. 2018, *ShuffleNet V2: Practical Guidelines for Efficient CNN Architecture
    Design*, table 5, at 1x.

    Arguments are those of `badak.models`, and:

    - blocks: units of each stage.
    - filters: of the first convolution, of each stage (even numbers), and of the last; 0.5x has
      (24, 48, 96, 192, 1024).

    Example:
        >>> ShuffleNetV2(10, 64, filters=(8, 16, 32, 64, 128)).summary().rows[-1].output_shape
        (10,)
    """
    shape = shape_of(input_shape, image_size)
    blocks = several(blocks, "blocks")
    first, *stages, last = several(filters, "filters", len(blocks) + 2)
    conv = ConvNorm(ReLU, weight_init=weight_init)
    layers = conv(first, 3, stem_stride(shape))
    if not is_small(shape):
        layers.append(MaxPool2d(3, stride=2, padding=1))
    channels = first
    for count, width in zip(blocks, stages, strict=True):
        half, odd = divmod(checks.integer(width, "filters", minimum=2), 2)
        if odd:
            raise BadakError(f"filters of a stage must be even; got {width}")
        layers += [_halving(conv, channels, half), ChannelShuffle(2)]
        channels = 2 * half
        for _ in range(checks.integer(count, "blocks", minimum=1, maximum=MAX_LAYERS) - 1):
            kept = [ChannelSlice(0, half)]
            changed = [ChannelSlice(half, channels), *_branch(conv, half, 1)]
            layers += [Concat([kept, changed]), ChannelShuffle(2)]
    layers += [*conv(last, 1), *classifier(num_classes, 0, weight_init)]
    return Network(layers, shape, seed=seed, dtype=dtype)


def _halving(conv: ConvNorm, channels: int, half: int) -> Layer:
    """The first unit of a stage: both sides see all channels, and halve the maps."""
    side = [*conv(channels, 3, 2, groups=channels, linear=True), *conv(half, 1)]
    return Concat([side, _branch(conv, half, 2)])


def _branch(conv: ConvNorm, half: int, stride: int) -> list[Layer]:
    """1x1, depthwise 3x3 without activation, 1x1."""
    depthwise = conv(half, 3, stride, groups=half, linear=True)
    return [*conv(half, 1), *depthwise, *conv(half, 1)]
