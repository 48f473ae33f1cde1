"""DeepConvNet: the book's deep network."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from badak.layers import Conv2d, Dropout, Flatten, Linear, MaxPool2d, ReLU
from badak.layers.initial import WeightInit
from badak.models.sizes import several
from badak.network import Network
from badak.ops.window import IntOrPair


def DeepConvNet(
    input_shape: Sequence[int] = (1, 28, 28),
    *,
    filters: tuple[int, int, int, int, int, int] = (16, 16, 32, 32, 64, 64),
    kernel_size: IntOrPair = 3,
    pool_size: IntOrPair = 2,
    hidden_size: int = 50,
    num_classes: int = 10,
    dropout: float = 0.5,
    weight_init: WeightInit = "he",
    seed: int = 0,
    dtype: Any = np.float32,
) -> Network:
    """Six small convolutions, pooled in pairs, a hidden layer, and dropout at the end.

    From Saito, *Deep Learning from Scratch*, chapter 8.1, figure 8-1, with its sizes as defaults:
    padding 1 but for the fourth convolution's 2, He's initial weights, and dropout after the
    output layer too.

    Arguments are those of `badak.models`, and: filters of the six convolutions, of kernel_size;
    pool_size, window and stride of the three poolings; hidden_size, units of the hidden layer;
    dropout after the hidden layer, and of the outputs.

    Example:
        >>> net = DeepConvNet()
        >>> net.summary().parameters, net.layers["flatten1"].output_shape((64, 4, 4))
        (123552, (1024,))
    """
    layers = []
    counts = several(filters, "filters", 6)
    for number, (count, padding) in enumerate(zip(counts, (1, 1, 1, 2, 1, 1), strict=True), 1):
        layers += [Conv2d(count, kernel_size, padding=padding, weight_init=weight_init), ReLU()]
        if number % 2 == 0:
            layers.append(MaxPool2d(pool_size))
    return Network(
        [
            *layers,
            Flatten(),
            Linear(hidden_size, weight_init=weight_init),
            ReLU(),
            Dropout(dropout),
            Linear(num_classes, weight_init=weight_init),
            Dropout(dropout),
        ],
        input_shape,
        seed=seed,
        dtype=dtype,
    )
