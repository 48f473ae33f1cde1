"""RegNetY: residual networks whose widths a line gives."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from badak import checks
from badak.errors import BadakError
from badak.layers import Layer, ReLU, Residual
from badak.layers.initial import WeightInit
from badak.models.blocks import ConvNorm, classifier, gate
from badak.models.sizes import several, shape_of, stem_stride
from badak.network import Network
from badak.network.architecture import MAX_LAYERS


def RegNetY400MF(
    num_classes: int = 1000,
    image_size: int | None = None,
    *,
    input_shape: Sequence[int] = (3, 224, 224),
    blocks: Sequence[int] = (1, 3, 6, 6),
    filters: Sequence[int] = (48, 104, 208, 440),
    group_width: int = 8,
    weight_init: WeightInit = "he",
    seed: int = 0,
    dtype: Any = np.float32,
) -> Network:
    """A convolution, sixteen gated residual blocks of grouped convolutions, and a linear layer.

    From Radosavovic et al. 2020, *Designing Network Design Spaces*, table 8; the widths follow from
    w_0 = 48, w_a = 27.89, w_m = 2.09, rounded to whole groups.

    Arguments are those of `badak.models`, and:

    - blocks: of each stage.
    - filters: of each stage.
    - group_width: channels of a group in the 3x3 convolutions; must divide every stage's filters,
      if these are more.

    Example:
        >>> RegNetY400MF(10, 64, blocks=(1, 1), filters=(8, 16)).summary().rows[-1].output_shape
        (10,)
    """
    shape = shape_of(input_shape, image_size)
    blocks = several(blocks, "blocks")
    width = checks.integer(group_width, "group_width", minimum=1)
    conv = ConvNorm(ReLU, weight_init=weight_init)
    layers, channels = conv(32, 3, stem_stride(shape)), 32
    for many, count in zip(blocks, several(filters, "filters", len(blocks)), strict=True):
        groups = max(1, checks.integer(count, "filters", minimum=1) // width)
        if groups > 1 and count % width:
            raise BadakError(f"filters must be multiples of group_width, {width}; got {count}")
        for number in range(checks.integer(many, "blocks", minimum=1, maximum=MAX_LAYERS)):
            stride = 1 if number else 2
            body = [
                *conv(count, 1),
                *conv(count, 3, stride, groups=groups),
                gate(count, max(1, round(0.25 * channels)), ReLU, weight_init=weight_init),
                *conv(count, 1, linear=True),
            ]
            shortcut: list[Layer] = [] if number else conv(count, 1, stride, linear=True)
            layers += [Residual(body, shortcut), ReLU()]
            channels = count
    layers += classifier(num_classes, 0, weight_init)
    return Network(layers, shape, seed=seed, dtype=dtype)
