"""PhotoNet: a small network for few photos, trained from scratch in minutes."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from badak.layers import BatchNorm2d, Conv2d, Layer, MaxPool2d, ReLU
from badak.layers.initial import WeightInit
from badak.models.blocks import classifier
from badak.models.sizes import several, shape_of, stem_stride
from badak.network import Network


def PhotoNet(
    num_classes: int = 10,
    image_size: int | None = None,
    *,
    input_shape: Sequence[int] = (3, 96, 96),
    filters: Sequence[int] = (24, 48, 96, 192),
    weight_init: WeightInit = "he",
    seed: int = 0,
    dtype: Any = np.float32,
) -> Network:
    """A 5x5 convolution of stride 2, four 3x3 ones, each pooled, a last one, and the outputs.

    badak's own, not from a paper: of small networks it was the best, by cross-validation, on some
    hundred photos (`badak train folder:PATH` says more). Each convolution is followed by batch norm
    and ReLU. Images below 64 pixels begin with stride 1.

    Arguments are those of `badak.models`, and:

    - filters: of the four stages; the first convolution has those of the first, the last one those
      of the last.

    Example:
        >>> PhotoNet(2).summary().parameters
        558026
    """
    first, *_, last = filters = several(filters, "filters", 4)
    shape = shape_of(input_shape, image_size)
    layers = _normed(first, 5, stem_stride(shape), weight_init)
    for count in filters:
        layers += [*_normed(count, 3, 1, weight_init), MaxPool2d(2)]
    layers += _normed(last, 3, 1, weight_init)
    layers += classifier(num_classes, 0, weight_init)
    return Network(layers, shape, seed=seed, dtype=dtype)


def _normed(count: int, kernel: int, stride: int, weight_init: WeightInit) -> list[Layer]:
    """A convolution that keeps the size but for its stride, batch norm and ReLU."""
    conv = Conv2d(count, kernel, stride, kernel // 2, bias=False, weight_init=weight_init)
    return [conv, BatchNorm2d(), ReLU()]
