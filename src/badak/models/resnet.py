"""ResNet: blocks that learn what to add to their input."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from badak import checks
from badak.arrays import Shape
from badak.layers import (
    BatchNorm2d,
    Conv2d,
    Layer,
    MaxPool2d,
    ReLU,
    Residual,
    Widen2d,
)
from badak.layers.initial import WeightInit
from badak.models.blocks import classifier
from badak.models.sizes import is_small, several, shape_of
from badak.network import Network
from badak.network.architecture import MAX_LAYERS


def ResNet20(
    num_classes: int = 10,
    image_size: int | None = None,
    *,
    input_shape: Sequence[int] = (3, 32, 32),
    blocks: Sequence[int] = (3, 3, 3),
    filters: Sequence[int] = (16, 32, 64),
    weight_init: WeightInit = "he",
    seed: int = 0,
    dtype: Any = np.float32,
) -> Network:
    """A convolution, nine residual blocks of two, and a linear layer: the paper's for CIFAR-10.

    From He et al. 2016, *Deep Residual Learning for Image Recognition*, section 4.2, with n = 3.
    Shortcuts have no parameters (option A): 269,722 in all. With projections (option B), which the
    paper does not use here, there would be 272,474.

    Arguments are those of `badak.models`, and: blocks in each stage, (5, 5, 5) for ResNet-32, (9,
    9, 9) for ResNet-56; filters of each stage's convolutions.

    Example:
        >>> ResNet20().summary().parameters
        269722
    """
    shape = shape_of(input_shape, image_size)
    filters = _filters(blocks, filters)

    def shortcut(count: int, stride: int) -> list[Layer]:
        return [Widen2d(count, stride)]

    layers = [
        *_normed(filters[0], 3, 1, weight_init),
        ReLU(),
        *_stages(blocks, filters, shortcut, weight_init),
        *classifier(num_classes, 0, weight_init),
    ]
    return Network(layers, shape, seed=seed, dtype=dtype)


def ResNet18(
    num_classes: int = 1000,
    image_size: int | None = None,
    *,
    input_shape: Sequence[int] = (3, 224, 224),
    blocks: Sequence[int] = (2, 2, 2, 2),
    filters: Sequence[int] = (64, 128, 256, 512),
    weight_init: WeightInit = "he",
    seed: int = 0,
    dtype: Any = np.float32,
) -> Network:
    """A 7x7 convolution, pooled, eight residual blocks of two, and a linear layer.

    From He et al. 2016, table 1; a stage begins with a 1x1 convolution as shortcut and batch
    norm (option B). Images below 64 pixels, such as CIFAR-10's, begin with a 3x3 convolution and no
    pooling, so that something is left for the last stage. Arguments are those of `ResNet20`; with
    blocks (3, 4, 6, 3) it is ResNet-34.

    Example:
        >>> ResNet18(10, image_size=32).summary().parameters
        11173962
    """
    shape = shape_of(input_shape, image_size)
    filters = _filters(blocks, filters)

    def shortcut(count: int, stride: int) -> list[Layer]:
        return _normed(count, 1, stride, weight_init)

    layers = [
        *_stem(filters[0], shape, weight_init),
        *_stages(blocks, filters, shortcut, weight_init),
        *classifier(num_classes, 0, weight_init),
    ]
    return Network(layers, shape, seed=seed, dtype=dtype)


def ResNet50(
    num_classes: int = 1000,
    image_size: int | None = None,
    *,
    input_shape: Sequence[int] = (3, 224, 224),
    blocks: Sequence[int] = (3, 4, 6, 3),
    filters: Sequence[int] = (64, 128, 256, 512),
    weight_init: WeightInit = "he",
    seed: int = 0,
    dtype: Any = np.float32,
) -> Network:
    """`ResNet18` with bottlenecks: each block narrows by 1x1, filters by 3x3, widens fourfold.

    From He et al. 2016, table 1; as in torchvision, the 3x3 convolution halves the maps.

    Arguments are those of `badak.models`, and:

    - blocks: of each stage; (3, 4, 23, 3) is ResNet-101.
    - filters: of each stage's 3x3 convolutions.

    Example:
        >>> ResNet50(10, 32, blocks=(1, 1), filters=(8, 16)).summary().rows[-1].output_shape
        (10,)
    """
    shape = shape_of(input_shape, image_size)
    filters = _filters(blocks, filters)
    layers, channels = _stem(filters[0], shape, weight_init), filters[0]
    for stage, (many, count) in enumerate(zip(blocks, filters, strict=True)):
        for number in range(checks.integer(many, "blocks", minimum=1, maximum=MAX_LAYERS)):
            stride = 2 if stage > 0 and number == 0 else 1
            body = [
                *_normed(count, 1, 1, weight_init),
                ReLU(),
                *_normed(count, 3, stride, weight_init),
                ReLU(),
                *_normed(4 * count, 1, 1, weight_init),
            ]
            changed = stride > 1 or channels != 4 * count
            shortcut = _normed(4 * count, 1, stride, weight_init) if changed else []
            layers += [Residual(body, shortcut), ReLU()]
            channels = 4 * count
    layers += classifier(num_classes, 0, weight_init)
    return Network(layers, shape, seed=seed, dtype=dtype)


def _stem(count: int, shape: Shape, weight_init: WeightInit) -> list[Layer]:
    """A 7x7 convolution, pooled; for small images a 3x3 convolution alone."""
    if is_small(shape):
        return [*_normed(count, 3, 1, weight_init), ReLU()]
    pool = MaxPool2d(3, stride=2, padding=1)
    return [*_normed(count, 7, 2, weight_init), ReLU(), pool]


def _filters(blocks: Sequence[int], filters: Sequence[int]) -> tuple[int, ...]:
    """One number a stage, of which there is at least one."""
    stages = len(several(blocks, "blocks"))
    return several(filters, "filters", checks.integer(stages, "stages of blocks", minimum=1))


def _stages(
    blocks: Sequence[int],
    filters: Sequence[int],
    shortcut: Callable[[int, int], list[Layer]],
    weight_init: WeightInit,
) -> list[Layer]:
    """Blocks and the ReLU after each sum; a stage but the first begins by halving the maps."""
    layers: list[Layer] = []
    for stage, (many, count) in enumerate(zip(blocks, filters, strict=True)):
        for number in range(checks.integer(many, "blocks", minimum=1, maximum=MAX_LAYERS)):
            halves = stage > 0 and number == 0
            stride = 2 if halves else 1
            body = [
                *_normed(count, 3, stride, weight_init),
                ReLU(),
                *_normed(count, 3, 1, weight_init),
            ]
            layers += [Residual(body, shortcut(count, stride) if halves else ()), ReLU()]
    return layers


def _normed(count: int, kernel: int, stride: int, weight_init: WeightInit) -> list[Layer]:
    """A convolution that keeps the size but for its stride, and batch norm in its bias's place."""
    padding = kernel // 2
    return [
        Conv2d(count, kernel, stride, padding, bias=False, weight_init=weight_init),
        BatchNorm2d(),
    ]
