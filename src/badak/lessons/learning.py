"""learn: a short training whose every loss is kept, even if it ends in infinity."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from badak import checks
from badak.arrays import Array
from badak.data import Dataset, Loader
from badak.errors import ArgumentTypeError, BadakError
from badak.network import Network
from badak.optim import Optimizer
from badak.training.step import training_step

BATCH_SIZE = 100  # as in the book


@dataclass(frozen=True, eq=False)
class Learning:
    """How a training went.

    Attributes:
        losses: (T,) of each step's batch, before the update.
        accuracy: (E,) on the test images after each epoch; NaN from the epoch on in which it
            stopped.
        stopped: the step, from 1, at which a loss, gradient or weight was not finite; or None.
    """

    losses: Array
    accuracy: Array
    stopped: int | None = None

    @property
    def loss(self) -> float:
        """Mean of the last tenth of the steps; infinite if it stopped."""
        if self.stopped is not None:
            return np.inf
        return float(self.losses[-max(1, len(self.losses) // 10) :].mean())

    @property
    def final(self) -> float:
        """Test accuracy after the last epoch; NaN if it stopped."""
        return float(self.accuracy[-1])

    @property
    def words(self) -> str:
        """The result, for a sentence.

        Example:
            >>> Learning(np.ones(3), np.array([0.5, 0.75])).words
            '75.0%'
            >>> Learning(np.ones(3), np.array([np.nan]), stopped=4).words
            'broken off at step 4, where numbers became infinite'
        """
        if self.stopped is not None:
            return f"broken off at step {self.stopped}, where numbers became infinite"
        return f"{self.final:.1%}"


def check_data(train: Dataset, test: Dataset) -> None:
    """Refuse data that one network cannot both learn from and be measured on.

    Raises:
        ArgumentTypeError: train or test is no Dataset.
        BadakError: no images, or test images or classes unlike those of train.
    """
    for name, part in (("train", train), ("test", test)):
        if not isinstance(part, Dataset):
            raise ArgumentTypeError(
                f"{name} must be a badak.data.Dataset; got {type(part).__name__}: wrap arrays as "
                "badak.data.Dataset(images, labels)"
            )
        if not len(part):
            raise BadakError(f"{name} must have at least one image; it is empty")
    for what in ("image_shape", "num_classes"):
        expected, other = getattr(train, what), getattr(test, what)
        if other != expected:
            raise BadakError(f"test must have the {what} of train, {expected}; got {other}")


def learn(
    net: Network, optimizer: Optimizer, train: Dataset, test: Dataset, epochs: int, seed: int
) -> Learning:
    """Train a network, which is changed, in batches of 100; the same arguments give the same bits.

    The Trainer refuses a training that diverges; here it is what one wants to see.

    Raises:
        BadakError: epochs or seed out of range.
    """
    checks.integer(epochs, "epochs", minimum=1)
    losses: list[float] = []
    accuracy = np.full(epochs, np.nan)
    for epoch in range(epochs):
        for batch in Loader(train, min(BATCH_SIZE, len(train)), seed, epoch):
            try:
                losses.append(training_step(net, optimizer, *batch).loss)
            except BadakError:  # the data was checked, so a number is not finite
                return Learning(np.array(losses), accuracy, len(losses) + 1)
        with np.errstate(all="ignore"):
            accuracy[epoch] = net.evaluate(test).accuracy
    return Learning(np.array(losses), accuracy)


def listed(results: Mapping[str, Learning]) -> str:
    """Name each training and its result.

    Example:
        >>> listed({"ReLU": Learning(np.ones(1), np.array([0.9]))})
        'ReLU 90.0%'
    """
    return ", ".join(f"{name} {result.words}" for name, result in results.items())
