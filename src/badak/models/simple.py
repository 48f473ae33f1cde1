"""SimpleConvNet: the book's first convolutional network."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from badak.layers import Conv2d, Flatten, Linear, MaxPool2d, ReLU
from badak.layers.initial import WeightInit
from badak.network import Network
from badak.ops.window import IntOrPair, Padding


def SimpleConvNet(
    input_shape: Sequence[int] = (1, 28, 28),
    *,
    filters: int = 30,
    kernel_size: IntOrPair = 5,
    stride: IntOrPair = 1,
    padding: Padding = 0,
    pool_size: IntOrPair = 2,
    hidden_size: int = 100,
    num_classes: int = 10,
    weight_init: WeightInit = 0.01,
    seed: int = 0,
    dtype: Any = np.float32,
) -> Network:
    """Convolution - ReLU - max pooling - hidden layer - ReLU - one output a class.

    From Saito, *Deep Learning from Scratch*, chapter 7.5, with its sizes as defaults; the book's
    softmax is in the loss.

    Arguments are those of `badak.models`, and: filters, kernel_size, stride and padding of the
    convolution; pool_size, window and stride of the pooling; hidden_size, units of the hidden
    layer. weight_init is the book's ``weight_init_std``, or a word.

    Example:
        >>> SimpleConvNet().summary().parameters  # 30*25+30 + 4320*100+100 + 100*10+10
        433890
    """
    return Network(
        [
            Conv2d(filters, kernel_size, stride, padding, weight_init=weight_init),
            ReLU(),
            MaxPool2d(pool_size),
            Flatten(),
            Linear(hidden_size, weight_init=weight_init),
            ReLU(),
            Linear(num_classes, weight_init=weight_init),
        ],
        input_shape,
        seed=seed,
        dtype=dtype,
    )
