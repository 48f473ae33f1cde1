"""VGG: deep stacks of small convolutions."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from badak import checks
from badak.layers import BatchNorm2d, Conv2d, Dropout, Flatten, Layer, Linear, MaxPool2d, ReLU
from badak.layers.initial import WeightInit
from badak.models.sizes import is_small, padding_to_32, several, shape_of
from badak.network import Network

Stages = Sequence[Sequence[int]]
# Filters of the convolutions between two poolings: table 1 of the paper, columns A and D.
VGG11_FILTERS = ((64,), (128,), (256, 256), (512, 512), (512, 512))
VGG16_FILTERS = ((64, 64), (128, 128), (256,) * 3, (512,) * 3, (512,) * 3)


def VGG11(
    num_classes: int = 1000,
    image_size: int | None = None,
    *,
    input_shape: Sequence[int] = (3, 224, 224),
    filters: Stages = VGG11_FILTERS,
    batch_norm: bool = True,
    hidden_sizes: Sequence[int] | None = None,
    dropout: float = 0.5,
    weight_init: WeightInit = "he",
    seed: int = 0,
    dtype: Any = np.float32,
) -> Network:
    """Eight 3x3 convolutions, pooled five times, and three linear layers.

    From Simonyan and Zisserman 2014, *Very Deep Convolutional Networks for Large-Scale Image
    Recognition*, table 1, column A; batch norm, of 2015, after every convolution lets it learn
    without the paper's detours. Images below 64 pixels, such as CIFAR-10's, get one hidden layer of
    512 units; below 32, padding makes them 32x32.

    Arguments are those of `badak.models`, and: filters of the convolutions, grouped by the poolings
    between them; batch_norm, whether BatchNorm2d follows each convolution; hidden_sizes, units of
    the hidden layers, two of 4,096 if None, one of 512 for small images; dropout after each of
    these.

    Example:
        >>> VGG11(10, image_size=32).summary().parameters
        9493770
    """
    shape = shape_of(input_shape, image_size)
    small = is_small(shape)
    checks.flag(batch_norm, "batch_norm")
    hidden = ((512,) if small else (4096, 4096)) if hidden_sizes is None else hidden_sizes
    padding = padding_to_32(shape, more=1)
    layers: list[Layer] = []
    for stage in several(filters, "filters"):
        for count in several(stage, "filters of a stage"):
            layers.append(Conv2d(count, 3, padding=padding, weight_init=weight_init))
            layers += [BatchNorm2d(), ReLU()] if batch_norm else [ReLU()]
            padding = 1
        layers.append(MaxPool2d(2))
    layers.append(Flatten())
    for units in several(hidden, "hidden_sizes"):
        layers += [Linear(units, weight_init=weight_init), ReLU(), Dropout(dropout)]
    layers.append(Linear(num_classes, weight_init=weight_init))
    return Network(layers, shape, seed=seed, dtype=dtype)


def VGG16(
    num_classes: int = 1000,
    image_size: int | None = None,
    *,
    input_shape: Sequence[int] = (3, 224, 224),
    filters: Stages = VGG16_FILTERS,
    batch_norm: bool = True,
    hidden_sizes: Sequence[int] | None = None,
    dropout: float = 0.5,
    weight_init: WeightInit = "he",
    seed: int = 0,
    dtype: Any = np.float32,
) -> Network:
    """Thirteen 3x3 convolutions, pooled five times, and three linear layers: column D of the paper.

    Arguments and the form for small images are those of `VGG11`.

    Example:
        >>> VGG16(10, image_size=32).summary().parameters
        14990922
    """
    return VGG11(
        num_classes,
        image_size,
        input_shape=input_shape,
        filters=filters,
        batch_norm=batch_norm,
        hidden_sizes=hidden_sizes,
        dropout=dropout,
        weight_init=weight_init,
        seed=seed,
        dtype=dtype,
    )
