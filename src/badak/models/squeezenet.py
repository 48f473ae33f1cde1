"""SqueezeNet: AlexNet's accuracy with fifty times fewer parameters."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from badak import checks
from badak.layers import Concat, Conv2d, Dropout, Flatten, GlobalAvgPool2d, Layer, MaxPool2d, ReLU
from badak.layers.initial import WeightInit
from badak.models.sizes import several, shape_of, stem_stride
from badak.network import Network

# Squeezed channels of each fire module; a pooling comes before each group.
FIRES = ((16, 16), (32, 32), (48, 48, 64, 64))


def SqueezeNet(
    num_classes: int = 1000,
    image_size: int | None = None,
    *,
    input_shape: Sequence[int] = (3, 224, 224),
    filters: int = 64,
    fires: Sequence[Sequence[int]] = FIRES,
    dropout: float = 0.5,
    weight_init: WeightInit = "he",
    seed: int = 0,
    dtype: Any = np.float32,
) -> Network:
    """A convolution, eight fire modules, and a 1x1 convolution whose maps' means are the outputs.

    From Iandola et al. 2016, *SqueezeNet*, in version 1.1 of its authors' code, which computes 2.4
    times less than the paper's.

    Arguments are those of `badak.models`, and:

    - filters: of the first convolution.
    - fires: squeezed channels of each fire module, grouped by the poolings before each group; a
      module's output has eight times as many.
    - dropout: share of values dropped before the last convolution.

    Example:
        >>> SqueezeNet().summary().parameters
        1235496
    """
    shape = shape_of(input_shape, image_size)
    stem = Conv2d(filters, 3, stem_stride(shape), weight_init=weight_init)
    layers: list[Layer] = [stem, ReLU()]
    for group in several(fires, "fires"):
        layers.append(MaxPool2d(3, stride=2, ceil_mode=True))
        for squeezed in several(group, "fires of a group"):
            layers += _fire(checks.integer(squeezed, "squeezed channels", minimum=1), weight_init)
    layers += [
        *([Dropout(dropout)] if dropout else []),
        Conv2d(num_classes, 1, weight_init=weight_init),
        ReLU(),
        GlobalAvgPool2d(),
        Flatten(),
    ]
    return Network(layers, shape, seed=seed, dtype=dtype)


def _fire(squeezed: int, weight_init: WeightInit) -> list[Layer]:
    """Channels squeezed by 1x1, then four times as many by 1x1 beside as many by 3x3."""
    wide = 4 * squeezed
    small = [Conv2d(wide, 1, weight_init=weight_init), ReLU()]
    large = [Conv2d(wide, 3, padding=1, weight_init=weight_init), ReLU()]
    return [Conv2d(squeezed, 1, weight_init=weight_init), ReLU(), Concat([small, large])]
