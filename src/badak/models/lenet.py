"""LeNet-5: the network that read cheques, with today's activations."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from badak.errors import BadakError
from badak.layers import Conv2d, Flatten, Linear, MaxPool2d, ReLU
from badak.layers.initial import WeightInit
from badak.network import Network
from badak.ops.window import IntOrPair, Padding


def LeNet5(
    num_classes: int = 10,
    modern: bool = True,
    *,
    input_shape: Sequence[int] = (1, 28, 28),
    filters: tuple[int, int] = (6, 16),
    kernel_size: IntOrPair = 5,
    padding: Padding = 2,
    pool_size: IntOrPair = 2,
    hidden_sizes: tuple[int, int] = (120, 84),
    weight_init: WeightInit = "he",
    seed: int = 0,
    dtype: Any = np.float32,
) -> Network:
    """Two convolutions, each with ReLU and max pooling, and three linear layers.

    From LeCun et al. 1998, *Gradient-Based Learning Applied to Document Recognition*, figure 2,
    with ReLU for its scaled tanh and max pooling for its trained averages, as it is taught today.

    Args:
        num_classes: units of the output.
        modern: must be True; the form of 1998 is not here yet.
        input_shape: (C, H, W) of one image. The paper's 32x32 are 28x28 with padding 2.
        filters: of the two convolutions.
        kernel_size: rows and columns of a filter.
        padding: of the first convolution.
        pool_size: window and stride of both poolings.
        hidden_sizes: units of the two hidden layers.
        weight_init: "he", "xavier" or a standard deviation.
        seed: of the initial parameters.
        dtype: np.float32 or np.float64.

    Returns:
        The network.

    Raises:
        BadakError: sizes that do not fit; the message names the layer. Or modern is not True.

    Example:
        >>> LeNet5().summary().parameters  # 156 + 2,416 + 48,120 + 10,164 + 850
        61706
    """
    if modern is not True:
        raise BadakError(f"modern must be True, the only form there is so far; got {modern!r}")
    return Network(
        [
            Conv2d(filters[0], kernel_size, padding=padding, weight_init=weight_init),
            ReLU(),
            MaxPool2d(pool_size),
            Conv2d(filters[1], kernel_size, weight_init=weight_init),
            ReLU(),
            MaxPool2d(pool_size),
            Flatten(),
            Linear(hidden_sizes[0], weight_init=weight_init),
            ReLU(),
            Linear(hidden_sizes[1], weight_init=weight_init),
            ReLU(),
            Linear(num_classes, weight_init=weight_init),
        ],
        input_shape,
        seed=seed,
        dtype=dtype,
    )
