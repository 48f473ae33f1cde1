"""Networks drawn from a seed, of the kinds that people build: `--cases random:SEED:COUNT`.

A stem of 3 to 7, then two to four stages of plain, residual, depthwise or 5x5 convolutions, each
with maps of half the size: by max or average pooling or by a stride. Images have 28 to 96 pixels, a
map 8 to 256 channels, and the batch is such that a training step takes 10 to 150 ms.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import log

import numpy as np

from badak import Network
from badak.layers import (
    AvgPool2d,
    BatchNorm2d,
    Conv2d,
    Dropout,
    Flatten,
    GlobalAvgPool2d,
    Layer,
    Linear,
    MaxPool2d,
    ReLU,
    ReLU6,
    Residual,
    Widen2d,
)
from badak.layers.initial import WeightInit

SIZES = (28, 32, 32, 40, 48, 56, 64, 64, 80, 96)
WIDTHS = (8, 12, 16, 20, 24, 32, 40, 48, 64, 80, 96, 128, 160, 192, 256)
BATCHES = (8, 16, 32, 50, 64, 100, 128, 256)
# Milliseconds a step of training should take, and what a common CPU of two cores does in one:
# operations, and values of maps moved through memory.
STEP = (20.0, 100.0)
OPERATIONS, VALUES = 1.2e8, 6e5
# Maps below this are not halved again.
SMALLEST = 6


@dataclass
class Draw:
    """One network while it is drawn: what its layers share.

    Attributes:
        random: where all choices come from.
        weight_init: of every layer.
        size: of the maps, about.
        channels: of the maps.
    """

    random: np.random.Generator
    weight_init: WeightInit
    size: int
    channels: int

    def __post_init__(self) -> None:
        self.normed = self.chance(0.65)
        self.activation = ReLU6 if self.chance(0.15) else ReLU

    def chance(self, share: float) -> bool:
        """True in a share of the draws."""
        return bool(self.random.random() < share)

    def conv(
        self, channels: int, kernel: int, stride: int = 1, groups: int = 1, linear: bool = False
    ) -> list[Layer]:
        """A convolution, batch norm if the network has it, and unless `linear` the activation."""
        layers: list[Layer] = [
            Conv2d(
                channels,
                kernel,
                stride,
                kernel // 2 if kernel % 2 else (kernel - 1) // 2,
                groups=groups,
                bias=not self.normed,
                weight_init=self.weight_init,
            )
        ]
        if self.normed:
            layers.append(BatchNorm2d())
        return layers if linear else [*layers, self.activation()]

    def plain(self, channels: int, stride: int) -> Iterator[Layer]:
        """One to three 3x3 convolutions."""
        for number in range(self.random.integers(1, 4)):
            yield from self.conv(channels, 3, 1 if number else stride)

    def large(self, channels: int, stride: int) -> Iterator[Layer]:
        """One or two 5x5 convolutions."""
        for number in range(self.random.integers(1, 3)):
            yield from self.conv(channels, 5, 1 if number else stride)

    def depthwise(self, channels: int, stride: int) -> Iterator[Layer]:
        """One to four depthwise convolutions, 3x3 or 5x5, each with a 1x1 after it."""
        kernel, before = (5 if self.chance(0.25) else 3), self.channels
        for number in range(self.random.integers(1, 5)):
            yield from self.conv(before, kernel, 1 if number else stride, groups=before)
            yield from self.conv(channels, 1)
            before = channels

    def residual(self, channels: int, stride: int) -> Iterator[Layer]:
        """One to three residual blocks of two 3x3 convolutions, or narrowed between two 1x1."""
        narrowed, before = self.chance(0.3), self.channels
        for number in range(self.random.integers(1, 4)):
            step = 1 if number else stride
            if narrowed:
                inner = max(8, channels // 4)
                body = [*self.conv(inner, 1), *self.conv(inner, 3, step)]
                body += self.conv(channels, 1, linear=True)
            else:
                body = [*self.conv(channels, 3, step), *self.conv(channels, 3, linear=True)]
            shortcut: list[Layer] = []
            if step > 1 or before != channels:
                widens = channels >= before and self.chance(0.3)
                projection = self.conv(channels, 1, step, linear=True)
                shortcut = [Widen2d(channels, step)] if widens else projection
            yield Residual(body, shortcut)
            yield self.activation()
            before = channels

    def halved(self) -> Layer:
        """A pooling."""
        if self.chance(0.3):
            return AvgPool2d(2)
        return MaxPool2d(3, 2, 1) if self.chance(0.3) else MaxPool2d(2)

    def stem(self) -> Iterator[Layer]:
        """A convolution of 3 to 7, with a stride more often on large images."""
        kernel = int(self.random.choice((3, 3, 4, 5, 6, 7)))
        stride = 2 if self.chance((self.size - 16) / 96) else 1
        yield from self.conv(self.channels, kernel, stride)
        self.size //= stride
        if self.size >= 32 and self.chance(0.4):
            yield self.halved()
            self.size //= 2

    def stages(self) -> Iterator[Layer]:
        """Two to four, wider and wider."""
        for number in range(self.random.integers(2, 5)):
            stage = (self.plain, self.residual, self.depthwise, self.large)[
                self.random.choice(4, p=(0.3, 0.3, 0.25, 0.15))
            ]
            stride = 1
            if number and self.size >= 2 * SMALLEST:
                self.size //= 2
                if self.chance(0.5):
                    yield self.halved()
                else:
                    stride = 2
            place = WIDTHS.index(self.channels) + (self.random.integers(1, 6) if number else 0)
            channels = WIDTHS[min(place, len(WIDTHS) - 1)]
            yield from stage(channels, stride)
            self.channels = channels

    def head(self) -> Iterator[Layer]:
        """The mean of each map, or a hidden layer over all of them; then ten classes."""
        if self.size > 8 or self.chance(0.6):
            yield GlobalAvgPool2d()
            yield Flatten()
        else:
            yield Flatten()
            yield Linear(int(self.random.choice((64, 128, 256))), weight_init=self.weight_init)
            yield ReLU()
            if self.chance(0.5):
                yield Dropout(0.5)
        yield Linear(10, weight_init=self.weight_init)


def build(random: np.random.Generator, weight_init: WeightInit) -> Network:
    """Draw one network."""
    size = int(random.choice(SIZES))
    shape = (int(random.choice((1, 3, 3))), size, size)
    draw = Draw(random, weight_init, size, WIDTHS[random.integers(0, 9)])
    return Network([*draw.stem(), *draw.stages(), *draw.head()], shape)


def milliseconds(net: Network) -> float:
    """About how long one image takes in a training step."""
    summary = net.summary()
    values = sum(int(np.prod(row.output_shape)) for row in summary.rows)
    return summary.training_flops / OPERATIONS + values / VALUES


def network(seed: int, number: int) -> tuple[Callable[..., Network], int]:
    """What builds the network of a seed and a number, the same one everywhere; and its batch."""
    for attempt in range(1000):
        key = [seed, number, attempt]

        def make(weight_init: WeightInit = "he", key: list[int] = key) -> Network:
            return build(np.random.default_rng(key), weight_init)

        image = milliseconds(make())
        lower, upper = STEP
        if lower / BATCHES[-1] <= image <= upper / BATCHES[0]:
            wanted = np.exp(np.random.default_rng(key).uniform(log(lower), log(upper))) / image
            batch = min(BATCHES, key=lambda count: abs(log(count / wanted)))
            return make, batch
    raise AssertionError("no network of a thousand takes the time that is wanted")
