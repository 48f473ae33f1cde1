"""LeNet-5: the network that read cheques, as it was and with today's activations."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from badak import checks
from badak.errors import BadakError
from badak.layers import (
    Conv2d,
    EuclideanRBF,
    Flatten,
    Layer,
    Linear,
    MaxPool2d,
    Normalize,
    ReLU,
    ScaledTanh,
    Subsample2d,
    TableConv2d,
    ZeroPad2d,
)
from badak.layers.initial import WeightInit
from badak.models.sizes import padding_to_32, several, shape_of
from badak.network import Network
from badak.ops.window import IntOrPair, Padding

# Table I of the paper: which of the 6 maps before it each of the 16 filters of C3 sees. 60 in all.
TABLE_1 = (
    *((0, 1, 2), (1, 2, 3), (2, 3, 4), (3, 4, 5), (0, 4, 5), (0, 1, 5)),
    *((0, 1, 2, 3), (1, 2, 3, 4), (2, 3, 4, 5), (0, 3, 4, 5), (0, 1, 4, 5), (0, 1, 2, 5)),
    *((0, 1, 3, 4), (1, 2, 4, 5), (0, 2, 3, 5)),
    (0, 1, 2, 3, 4, 5),
)
# Section III.A: so that the mean is about 0 and the variance about 1.
BACKGROUND, INK = -0.1, 1.175


def LeNet5(
    num_classes: int = 10,
    modern: bool = True,
    *,
    paper_pixels: bool = False,
    input_shape: Sequence[int] = (1, 28, 28),
    filters: tuple[int, int] = (6, 16),
    kernel_size: IntOrPair = 5,
    padding: Padding | None = None,
    pool_size: IntOrPair = 2,
    hidden_sizes: tuple[int, int] = (120, 84),
    weight_init: WeightInit = "he",
    seed: int = 0,
    dtype: Any = np.float32,
) -> Network:
    """Two convolutions, each pooled, a third that sees all, a hidden layer, and the outputs.

    From LeCun et al. 1998, *Gradient-Based Learning Applied to Document Recognition*, section II.B
    and figure 2. The modern form has ReLU, max pooling and a linear output, as it is taught today.

    The form of 1998 has the paper's 60,000 trainable parameters: sub-sampling that learns, table I
    between S2 and C3 (with other numbers of filters every one sees all), the scaled tanh after
    every layer up to F6, as section II.B says of all units, and outputs that measure the distance
    to fixed codes. What differs: pixels are 0 to 1, not -0.1 to 1.175, unless paper_pixels is true;
    weights are drawn by He's rule, which makes up for the smaller pixels; and the loss leaves out
    the paper's constant for images of no class.

    Arguments are those of `badak.models`, and: modern, whether it is today's form or that of 1998;
    paper_pixels, whether that of 1998 begins by padding the image and scaling its pixels as the
    paper did (section III.A);
    filters of the first two convolutions, of kernel_size; padding of the first, what makes the
    image the paper's 32x32 if None; pool_size, window and stride of both poolings; hidden_sizes,
    maps of C5 (units, in the modern form) and units of F6.

    Example:
        >>> LeNet5().summary().parameters  # 156 + 2,416 + 48,120 + 10,164 + 850
        61706
        >>> LeNet5(modern=False).summary().parameters  # 156 + 12 + 1,516 + 32 + 48,120 + 10,164
        60000
    """
    shape = shape_of(input_shape, None)
    form = _modern if checks.flag(modern, "modern") else _of_1998
    if padding is None:
        padding = padding_to_32(shape)
    first: list[Layer] = []
    if checks.flag(paper_pixels, "paper_pixels"):
        if modern:
            raise BadakError("paper_pixels=True needs modern=False: they are those of 1998")
        scale = 1 / (INK - BACKGROUND)
        first, padding = [ZeroPad2d(padding), Normalize(-BACKGROUND * scale, scale)], 0
    layers = first + form(
        num_classes,
        several(filters, "filters", 2),
        kernel_size,
        padding,
        pool_size,
        several(hidden_sizes, "hidden_sizes", 2),
        weight_init,
    )
    return Network(layers, shape, seed=seed, dtype=dtype)


def _modern(
    num_classes: int,
    filters: tuple[int, int],
    kernel_size: IntOrPair,
    padding: Padding,
    pool_size: IntOrPair,
    hidden_sizes: tuple[int, int],
    weight_init: WeightInit,
) -> list[Layer]:
    return [
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
    ]


def _of_1998(
    num_classes: int,
    filters: tuple[int, int],
    kernel_size: IntOrPair,
    padding: Padding,
    pool_size: IntOrPair,
    hidden_sizes: tuple[int, int],
    weight_init: WeightInit,
) -> list[Layer]:
    third: Layer = Conv2d(filters[1], kernel_size, weight_init=weight_init)
    if filters == (6, 16):
        third = TableConv2d(TABLE_1, kernel_size, weight_init=weight_init)
    return [
        Conv2d(filters[0], kernel_size, padding=padding, weight_init=weight_init),  # C1
        ScaledTanh(),
        Subsample2d(pool_size),  # S2
        ScaledTanh(),
        third,  # C3
        ScaledTanh(),
        Subsample2d(pool_size),  # S4
        ScaledTanh(),
        Conv2d(hidden_sizes[0], kernel_size, weight_init=weight_init),  # C5
        ScaledTanh(),
        Flatten(),
        Linear(hidden_sizes[1], weight_init=weight_init),  # F6
        ScaledTanh(),
        EuclideanRBF(num_classes),
    ]
