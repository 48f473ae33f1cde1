"""Wide residual networks: fewer layers, each several times as wide."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from badak import checks
from badak.layers import BatchNorm2d, Conv2d, Dropout, Layer, ReLU, Residual
from badak.layers.initial import WeightInit
from badak.models.blocks import classifier, scaled
from badak.models.sizes import several, shape_of
from badak.network import Network
from badak.network.architecture import MAX_LAYERS


def WideResNet16(
    num_classes: int = 10,
    image_size: int | None = None,
    *,
    input_shape: Sequence[int] = (3, 32, 32),
    width: float = 4,
    blocks: Sequence[int] = (2, 2, 2),
    dropout: float = 0.0,
    weight_init: WeightInit = "he",
    seed: int = 0,
    dtype: Any = np.float32,
) -> Network:
    """A convolution, six residual blocks of two, and a linear layer: WRN-16-4, for CIFAR-10.

    From Zagoruyko and Komodakis 2016, *Wide Residual Networks*, table 1; batch norm and ReLU come
    before each convolution (He et al. 2016, *Identity Mappings*).

    Arguments are those of `badak.models`, and:

    - width: factor of every stage's 16, 32 and 64 filters.
    - blocks: of each stage; (4, 4, 4) is WRN-28.
    - dropout: share of values dropped between a block's convolutions.

    Example:
        >>> WideResNet16(10, 32, width=1).summary().parameters
        175066
    """
    scaled(width, "width")

    def conv(count: int, kernel: int, stride: int = 1) -> Layer:
        return Conv2d(count, kernel, stride, kernel // 2, bias=False, weight_init=weight_init)

    layers, channels = [conv(16, 3)], 16
    dropped = [Dropout(dropout)] if dropout else []
    for stage, many in enumerate(several(blocks, "blocks")):
        count = round(16 * 2**stage * width)
        for number in range(checks.integer(many, "blocks", minimum=1, maximum=MAX_LAYERS)):
            stride = 2 if stage > 0 and number == 0 else 1
            before: list[Layer] = [BatchNorm2d(), ReLU()]
            body = [conv(count, 3, stride), BatchNorm2d(), ReLU(), *dropped, conv(count, 3)]
            if count == channels and stride == 1:
                layers.append(Residual([*before, *body]))
            else:  # the shortcut takes what is normalised, too
                layers += [*before, Residual(body, [conv(count, 1, stride)])]
            channels = count
    layers += [BatchNorm2d(), ReLU(), *classifier(num_classes, 0, weight_init)]
    return Network(layers, shape_of(input_shape, image_size), seed=seed, dtype=dtype)
