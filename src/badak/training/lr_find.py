"""find_lr: a learning rate, from a short training whose rate rises until it diverges."""

import copy
import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count, islice

import numpy as np

from badak import checks
from badak.arrays import Array
from badak.data import Batch, Dataset, Loader
from badak.data.loader import MAX_SEED, Augment
from badak.errors import BadakError
from badak.network import Network
from badak.optim import Adam, Optimizer
from badak.training.fitting import check_parts
from badak.training.step import training_step

# The search ends at a loss of so many times the lowest one, both smoothed over the last steps.
RISE, KEEP = 4.0, 0.9
# Width of the Gaussian by which losses are smoothed, in steps.
WIDTH = 3.0
# The fall of the loss must be at least this share of the first loss, and counts as complete at
# this share of itself: a loss near zero stays there at any rate, so its lowest place means nothing.
FALL, COMPLETE = 0.05, 0.98
MIN_STEPS = 10


@dataclass(frozen=True)
class LrFind:
    """The losses of a training whose learning rate rose from step to step.

    Attributes:
        rates: (S,) the learning rates, in rising order.
        losses: (S,) the loss of each step's batch.
        suggestion: a tenth of the rate at which the smoothed loss had fallen; None if no rate made
            it fall.
    """

    rates: Array
    losses: Array
    suggestion: float | None

    @property
    def smoothed(self) -> Array:
        """(S,) The losses, each averaged with its neighbours."""
        return smooth(self.losses)

    def __str__(self) -> str:
        tried = f"{len(self.rates)} steps at learning rates from {self.rates[0]:.1e}"
        ended = f"{tried} to {self.rates[-1]:.1e}"
        if self.suggestion is None:
            return f"{ended}: no rate made the loss fall"
        first, lowest = self.smoothed[0], self.smoothed.min()
        return (
            f"{ended}: the loss fell from {first:.3g} to {lowest:.3g}, until "
            f"{10 * self.suggestion:.2g}; a tenth of that is {self.suggestion:.2g}"
        )


def find_lr(
    net: Network,
    train: Dataset,
    optimizer: Optimizer | None = None,
    *,
    batch_size: int = 100,
    seed: int = 0,
    augment: Augment | None = None,
    lowest: float = 1e-6,
    highest: float = 10.0,
    steps: int = 100,
) -> LrFind:
    """Train a copy of a network at rising rates; suggest a learning rate.

    The rate grows by the same factor at each step. The search ends early when the loss is four
    times its lowest value. The network, its statistics and generators, and the optimizer stay as
    they are.

    Args:
        net: the network, as it will be trained.
        train: the images to learn from.
        optimizer: what will update it, except for its learning rate; Adam() if None.
        batch_size: images per step: of all of them if there are fewer.
        seed: of the order of the images and the augmentation.
        augment: called as augment(images, generator) on each batch.
        lowest: the first rate.
        highest: the last rate.
        steps: how many rates are tried, at least 10.

    Raises:
        ArgumentTypeError: a value of the wrong type.
        BadakError: a number out of range, or images that do not fit the network.

    Source: Smith 2017, *Cyclical Learning Rates for Training Neural Networks*, section 3.3; a tenth
    of the rate of the lowest loss is fastai's rule.

    Example:
        >>> from badak import data, models
        >>> train, _ = data.load("digits")
        >>> found = find_lr(models.SimpleConvNet(weight_init="he"), train)
        >>> 1e-4 < found.suggestion < 1e-2
        True
    """
    lowest = checks.real(lowest, "lowest", above=0)
    highest = checks.real(highest, "highest", above=lowest)
    rates = np.geomspace(lowest, highest, checks.integer(steps, "steps", minimum=MIN_STEPS))
    size = checks.integer(batch_size, "batch_size", minimum=1)
    checks.integer(seed, "seed", maximum=MAX_SEED)
    check_parts(net, train, None, 1, None)
    size = min(size, len(train))
    trial, how = copy.deepcopy(net), Adam() if optimizer is None else copy.deepcopy(optimizer)
    how.load_state(0, {})
    losses: list[float] = []
    mean, least = 0.0, math.inf
    batches = islice(_endless(train, size, seed, augment), len(rates))
    for step, (rate, batch) in enumerate(zip(rates, batches, strict=True), 1):
        try:
            losses.append(training_step(trial, how, *batch, lr=float(rate)).loss)
        except BadakError:  # no longer finite
            if not losses:
                raise
            break
        mean = KEEP * mean + (1 - KEEP) * losses[-1]
        unbiased = mean / (1 - KEEP**step)
        least = min(least, unbiased)
        if step > MIN_STEPS and unbiased > RISE * least:
            break
    found = np.array(losses)
    return LrFind(rates[: len(found)], found, _suggestion(rates, found))


def _endless(
    train: Dataset, batch_size: int, seed: int, augment: Augment | None
) -> Iterator[Batch]:
    for epoch in count():
        yield from Loader(train, batch_size, seed, epoch, augment)


def _suggestion(rates: Array, losses: Array) -> float | None:
    smoothed = smooth(losses)
    fall = smoothed[0] - smoothed.min()
    if fall < FALL * smoothed[0]:
        return None
    place = int((smoothed <= smoothed[0] - COMPLETE * fall).argmax())
    return float(f"{rates[place] / 10:.2g}")


def smooth(losses: Array) -> Array:
    """Average each loss with its neighbours, weighted by a Gaussian.

    Example:
        >>> smooth(np.array([2.0, 2.0, 2.0])).round(6)
        array([2., 2., 2.])
    """
    places = np.arange(len(losses))
    weight = np.exp(-(((places[:, None] - places) / WIDTH) ** 2) / 2)
    smoothed: Array = weight @ losses / weight.sum(axis=1)
    return smoothed
