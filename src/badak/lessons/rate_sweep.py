"""rate_sweep: one network, trained at learning rates from too small to too large."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from badak import checks
from badak.data import Dataset
from badak.errors import BadakError
from badak.lessons.learning import Learning, check_data, learn
from badak.models import SimpleConvNet
from badak.optim import OPTIMIZERS

RATES = (1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1.0)


@dataclass(frozen=True, eq=False)
class RateSweep:
    """Trainings that differ in their learning rate alone.

    Attributes:
        optimizer: its name.
        rates: the learning rates, rising.
        trainings: one per rate.
        chance: the accuracy of guessing the most frequent class.
    """

    optimizer: str
    rates: tuple[float, ...]
    trainings: tuple[Learning, ...]
    chance: float

    @property
    def best(self) -> float:
        """The rate with the highest test accuracy."""
        finals = np.nan_to_num([each.final for each in self.trainings], nan=-1.0)
        return self.rates[int(finals.argmax())]

    @property
    def verdicts(self) -> tuple[str, ...]:
        """For each rate "too small", "learns" or "too large".

        One learns if it comes to nine tenths of the best accuracy.
        """
        enough = 0.9 * self.trainings[self.rates.index(self.best)].final
        return tuple(
            "learns" if each.final > enough else "too small" if rate < self.best else "too large"
            for rate, each in zip(self.rates, self.trainings, strict=True)
        )

    def __str__(self) -> str:
        results = ", ".join(
            f"{rate:g}: {each.words}" for rate, each in zip(self.rates, self.trainings, strict=True)
        )
        text = (
            f"The same network learned with {self.optimizer} at {len(self.rates)} rates. On new "
            f"images it was right for: {results}. Guessing gives {self.chance:.1%}. "
        )
        if max(each.final for each in self.trainings) <= self.chance:
            return f"{text}No rate did better: the images or the epochs are too few to tell."
        verdicts = dict(zip(self.rates, self.verdicts, strict=True))
        small = [rate for rate in self.rates if verdicts[rate] == "too small"]
        large = [rate for rate in self.rates if verdicts[rate] == "too large"]
        if small:
            text += f"Up to {max(small):g} the steps are too small to arrive in time. "
        if large:
            text += f"At {min(large):g} and above, each step goes past the valley. "
        return text + f"The best rate was {self.best:g}."


def rate_sweep(
    train: Dataset,
    test: Dataset,
    *,
    rates: Sequence[float] = RATES,
    optimizer: str = "adam",
    epochs: int = 3,
    seed: int = 0,
) -> RateSweep:
    """Train the book's SimpleConvNet once per learning rate, from the same weights.

    MNIST and `digits` both show it. Rates belong to an optimizer: 0.1 suits plain gradients (sgd),
    and is far too large for Adam, which moves each weight by about the rate itself.

    Args:
        train: the images to learn from.
        test: the images to measure on.
        rates: the learning rates, above 0.
        optimizer: its name in `badak.optim.OPTIMIZERS`.
        epochs: how often each image is shown.
        seed: of the weights, which are drawn by He's rule, and of the order of the images.

    Raises:
        ArgumentTypeError: an argument of the wrong type.
        BadakError: no rate, a rate that is not above 0, an unknown optimizer; no images, images
            smaller than 6x6, or images that do not fit together.

    Example:
        >>> from badak import data
        >>> train, test = data.load("digits")
        >>> result = rate_sweep(train[:300], test[:50], rates=(1e-5, 0.1), epochs=1)
        >>> result.best
        0.1
    """
    check_data(train, test)
    if np.ndim(rates) != 1 or not len(rates):
        raise BadakError(f"rates must be a list of learning rates; got {rates!r}")
    chosen = sorted({checks.real(rate, "rates", above=0) for rate in rates})
    checks.choice(optimizer, "optimizer", OPTIMIZERS)
    trainings = []
    for rate in chosen:
        net = SimpleConvNet(
            train.image_shape, num_classes=train.num_classes, weight_init="he", seed=seed
        )
        trainings.append(learn(net, OPTIMIZERS[optimizer](lr=rate), train, test, epochs, seed))
    counts = np.bincount(test.labels)
    return RateSweep(optimizer, tuple(chosen), tuple(trainings), float(counts.max() / counts.sum()))
