"""MLPerf Tiny's networks for microcontrollers; its third is `MobileNetV1` of width 0.25."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from badak import checks
from badak.layers import BatchNorm2d, Conv2d, Dropout, Layer, ReLU, Residual
from badak.layers.initial import WeightInit
from badak.models.blocks import classifier
from badak.models.sizes import several, shape_of
from badak.network import Network
from badak.network.architecture import MAX_LAYERS
from badak.ops.window import IntOrPair


def ResNet8(
    num_classes: int = 10,
    image_size: int | None = None,
    *,
    input_shape: Sequence[int] = (3, 32, 32),
    filters: Sequence[int] = (16, 32, 64),
    weight_init: WeightInit = "he",
    seed: int = 0,
    dtype: Any = np.float32,
) -> Network:
    """A convolution, three residual blocks of two, and a linear layer: MLPerf Tiny's for CIFAR-10.

    From Banbury et al. 2021, *MLPerf Tiny Benchmark*, and its reference code: each convolution has
    a bias, and the shortcuts of the last two blocks are 1x1 convolutions without batch norm.

    Arguments are those of `badak.models`, and:

    - filters: of each block's convolutions.

    Example:
        >>> ResNet8().summary().parameters
        78186
    """
    first, *_ = filters = several(filters, "filters", 3)
    layers = [*_normed(first, 3, 1, weight_init), ReLU()]
    for stage, count in enumerate(filters):
        stride = 2 if stage else 1
        body = [
            *_normed(count, 3, stride, weight_init),
            ReLU(),
            *_normed(count, 3, 1, weight_init),
        ]
        shortcut = [Conv2d(count, 1, stride, weight_init=weight_init)] if stage else []
        layers += [Residual(body, shortcut), ReLU()]
    layers += classifier(num_classes, 0, weight_init)
    return Network(layers, shape_of(input_shape, image_size), seed=seed, dtype=dtype)


def DSCNN(
    num_classes: int = 12,
    image_size: int | None = None,
    *,
    input_shape: Sequence[int] = (1, 49, 10),
    filters: int = 64,
    blocks: int = 4,
    dropout: Sequence[float] = (0.2, 0.4),
    weight_init: WeightInit = "he",
    seed: int = 0,
    dtype: Any = np.float32,
) -> Network:
    """A convolution, four separable ones, and a linear layer: hears words in spectrograms.

    From Zhang et al. 2018, *Hello Edge: Keyword Spotting on Microcontrollers*, section 3, in MLPerf
    Tiny's form: 49 moments of 10 coefficients, and a bias in every convolution.

    Arguments are those of `badak.models`, and:

    - filters: of every convolution.
    - blocks: separable convolutions.
    - dropout: shares of values dropped after the first convolution and after the last.

    Example:
        >>> DSCNN().summary().parameters
        23756
    """
    shape = shape_of(input_shape, image_size)
    first, last = ([Dropout(share)] if share else [] for share in several(dropout, "dropout", 2))
    layers = [*_normed(filters, (10, 4), 2, weight_init), ReLU(), *first]
    for _ in range(checks.integer(blocks, "blocks", minimum=1, maximum=MAX_LAYERS)):
        layers += [*_normed(filters, 3, 1, weight_init, groups=filters), ReLU()]
        layers += [*_normed(filters, 1, 1, weight_init), ReLU()]
    layers += [*last, *classifier(num_classes, 0, weight_init)]
    return Network(layers, shape, seed=seed, dtype=dtype)


def _normed(
    count: int, kernel: IntOrPair, stride: int, weight_init: WeightInit, groups: int = 1
) -> list[Layer]:
    """A convolution padded as TensorFlow's "same", and its batch norm."""
    return [
        Conv2d(count, kernel, stride, "same", groups=groups, weight_init=weight_init),
        BatchNorm2d(eps=1e-3),
    ]
