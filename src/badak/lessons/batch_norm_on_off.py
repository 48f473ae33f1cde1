"""batch_norm_on_off: how much the initial weights matter, with and without batch normalisation."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from badak import checks, optim
from badak.data import Dataset
from badak.errors import BadakError
from badak.layers import BatchNorm2d, Conv2d, Flatten, Layer, Linear, MaxPool2d, ReLU
from badak.lessons.learning import Learning, check_data, learn
from badak.network import Network

STDS = (0.01, 0.05, 0.2, 1.0)
FILTERS = 8
LEARNT = 0.5  # of the accuracy: "learned" in words


@dataclass(frozen=True, eq=False)
class BatchNormOnOff:
    """Pairs of trainings that differ in batch normalisation alone.

    Attributes:
        stds: standard deviations of the initial weights.
        without: one training per standard deviation, without batch normalisation.
        with_norm: the same with it, after each convolution.
    """

    stds: tuple[float, ...]
    without: tuple[Learning, ...]
    with_norm: tuple[Learning, ...]

    def __str__(self) -> str:
        lines = "; ".join(
            f"{std:g}: {off.words} without and {on.words} with"
            for std, off, on in zip(self.stds, self.without, self.with_norm, strict=True)
        )
        off, on = (
            sum(each.final > LEARNT for each in those) for those in (self.without, self.with_norm)
        )
        text = (
            "A network of four convolutions learned from different initial weights, without and "
            f"with batch normalisation. By the weights' standard deviation, accuracy on new images "
            f"was {lines}. Without it {off} of {len(self.stds)} learned more than half of the "
            f"images, with it {on}"
        )
        if on <= off:
            return f"{text}: these images and epochs show no gain."
        return (
            f"{text}: each map is scaled to mean 0 and deviation 1, so neither "
            "signal nor gradient vanishes or explodes on its way through the layers."
        )


def batch_norm_on_off(
    train: Dataset,
    test: Dataset,
    *,
    stds: Sequence[float] = STDS,
    epochs: int = 3,
    seed: int = 0,
) -> BatchNormOnOff:
    """Train a network from small to large initial weights, with and without batch normalisation.

    MNIST and `digits` both show it; so does the book's figure 6-19, on dense layers.

    Args:
        train: the images to learn from.
        test: the images to measure on.
        stds: standard deviations of the initial weights, above 0.
        epochs: how often each image is shown.
        seed: of the weights and of the order of the images.

    Raises:
        ArgumentTypeError: an argument of the wrong type.
        BadakError: no standard deviation, or one that is not above 0; no images, images smaller
            than 4x4, or images that do not fit together.

    Source: Ioffe and Szegedy 2015, *Batch Normalization*; the book's chapter 6.3.

    Example:
        >>> from badak import data
        >>> train, test = data.load("digits")
        >>> result = batch_norm_on_off(train[:100], test[:50], stds=(0.01,), epochs=1)
        >>> result.stds
        (0.01,)
    """
    check_data(train, test)
    if np.ndim(stds) != 1 or not len(stds):
        raise BadakError(f"stds must be a list of standard deviations; got {stds!r}")
    chosen = tuple(checks.real(std, "stds", above=0) for std in stds)
    results = []
    for norm in (False, True):
        nets = (_network(train, std, norm, seed) for std in chosen)
        results.append(
            tuple(learn(net, optim.SGD(0.05), train, test, epochs, seed) for net in nets)
        )
    return BatchNormOnOff(chosen, *results)


def _network(data: Dataset, std: float, norm: bool, seed: int) -> Network:
    """Four convolutions, the first two pooled, and a linear layer."""
    layers: list[Layer] = []
    for number in range(4):
        layers.append(Conv2d(FILTERS, 3, padding=1, weight_init=std))
        layers += [BatchNorm2d()] if norm else []
        layers.append(ReLU())
        layers += [MaxPool2d(2)] if number < 2 else []
    layers += [Flatten(), Linear(data.num_classes, weight_init=std)]
    return Network(layers, data.image_shape, seed=seed)
