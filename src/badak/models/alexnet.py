"""AlexNet: the network that won ImageNet 2012."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from badak.layers import Conv2d, Dropout, Flatten, Linear, LocalResponseNorm, MaxPool2d, ReLU
from badak.layers.initial import WeightInit
from badak.models.sizes import several, shape_of
from badak.network import Network
from badak.ops.window import IntOrPair

# The fewest rows and columns that reach the last pooling of the paper's form: 67 -> 15 -> 7 -> 3.
PAPER_FITS = 67


def AlexNet(
    num_classes: int = 1000,
    image_size: int | None = None,
    *,
    input_shape: Sequence[int] = (3, 227, 227),
    filters: tuple[int, int, int, int, int] = (96, 256, 384, 384, 256),
    first_kernel: IntOrPair | None = None,
    first_stride: IntOrPair | None = None,
    groups: int = 2,
    pool_size: IntOrPair = 3,
    pool_stride: IntOrPair = 2,
    hidden_sizes: tuple[int, int] | None = None,
    dropout: float = 0.5,
    weight_init: WeightInit = "he",
    seed: int = 0,
    dtype: Any = np.float32,
) -> Network:
    """Five convolutions, two of them normalised, three pooled, and three linear layers.

    From Krizhevsky, Sutskever and Hinton 2012, *ImageNet Classification with Deep Convolutional
    Neural Networks*, section 3.5: 227x227 pixels (the paper's 224 do not fit its own sizes), and
    convolutions 2, 4 and 5 in two groups, once a graphics card each. The paper draws weights of
    standard deviation 0.01 and sets some biases to 1; He's weights, of 2015, start well without.

    Images below 67 pixels, such as CIFAR-10's, get a form of their own: the first convolution is
    5x5 and keeps the size, so that all three poolings fit, and the hidden layers have 1,024 units,
    since 2,304 values reach them and not 9,216.

    Arguments are those of `badak.models`, and: filters of the five convolutions; first_kernel and
    first_stride of the first one, 11 and 4 if None, 5 and 1 for small images; groups of the second,
    fourth and fifth; pool_size and pool_stride of the poolings, which overlap; hidden_sizes, units
    of the two hidden layers, 4,096 each if None, 1,024 for small images; dropout before each of
    these.

    Example:
        >>> AlexNet(num_classes=5, hidden_sizes=(8, 8)).layers["flatten1"].output_shape((256, 6, 6))
        (9216,)
        >>> AlexNet(10, image_size=32).summary().parameters
        5726602
    """
    shape = shape_of(input_shape, image_size)
    small = min(shape[1:]) < PAPER_FITS
    kernel = (5 if small else 11) if first_kernel is None else first_kernel
    stride = (1 if small else 4) if first_stride is None else first_stride
    hidden = ((1024,) * 2 if small else (4096,) * 2) if hidden_sizes is None else hidden_sizes
    hidden = several(hidden, "hidden_sizes", 2)
    first, second, third, fourth, fifth = several(filters, "filters", 5)
    return Network(
        [
            Conv2d(first, kernel, stride, "same" if small else 0, weight_init=weight_init),
            ReLU(),
            LocalResponseNorm(),
            MaxPool2d(pool_size, pool_stride),
            Conv2d(second, 5, padding=2, groups=groups, weight_init=weight_init),
            ReLU(),
            LocalResponseNorm(),
            MaxPool2d(pool_size, pool_stride),
            Conv2d(third, 3, padding=1, weight_init=weight_init),
            ReLU(),
            Conv2d(fourth, 3, padding=1, groups=groups, weight_init=weight_init),
            ReLU(),
            Conv2d(fifth, 3, padding=1, groups=groups, weight_init=weight_init),
            ReLU(),
            MaxPool2d(pool_size, pool_stride),
            Flatten(),
            Dropout(dropout),
            Linear(hidden[0], weight_init=weight_init),
            ReLU(),
            Dropout(dropout),
            Linear(hidden[1], weight_init=weight_init),
            ReLU(),
            Linear(num_classes, weight_init=weight_init),
        ],
        shape,
        seed=seed,
        dtype=dtype,
    )
