"""SmallConvNet: the classifier's default network, for images of any size."""

from collections.abc import Sequence
from typing import Any

from badak.layers import Conv2d, Flatten, Linear, MaxPool2d, ReLU
from badak.network import Network


def SmallConvNet(input_shape: Sequence[int], num_classes: int, seed: int = 0) -> Network:
    """Two 3x3 convolutions, each with 2x2 pooling if the image allows it, and a hidden layer.

    Args:
        input_shape: (C, H, W) of one image, of any size.
        num_classes: units of the output.
        seed: of the initial parameters.

    Example:
        >>> SmallConvNet((1, 1, 3), 2).layers["flatten1"].output_shape((32, 1, 1))
        (32,)
    """
    layers: list[Any] = []
    height, width = input_shape[1:]
    for filters in (16, 32):
        window = min(height, 2), min(width, 2)
        layers += [Conv2d(filters, 3, padding=1), ReLU(), MaxPool2d(window)]
        height, width = height // window[0], width // window[1]
    layers += [Flatten(), Linear(64), ReLU(), Linear(num_classes)]
    return Network(layers, input_shape, seed=seed)
