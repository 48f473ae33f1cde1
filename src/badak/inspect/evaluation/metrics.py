"""Precision, recall and F1 of each class, their means, top-k accuracy, and how sure they are.

Letters: N images, K classes.
"""

from dataclasses import dataclass

import numpy as np

from badak import checks
from badak.arrays import Array, Indices, Mask
from badak.data import Dataset
from badak.inspect.evaluation.class_accuracy import CONFIDENCE, wilson
from badak.inspect.evaluation.predictions import Predictions, predictions_of
from badak.network import Network

# Draws of the bootstrap: their quantiles settle within a hundredth of the interval's width.
DRAWS = 2000


@dataclass(frozen=True, eq=False)
class Metrics:
    """What counts of right and wrong answers say about a classifier.

    A ratio whose denominator is 0 is 0, and means are over the classes that occur, as labels or as
    answers: both as in scikit-learn with zero_division=0.

    Attributes:
        class_names: K names.
        occurs: (K,) whether there are images or answers of class k.
        support: (K,) int64, images of each class.
        precision: (K,) of the answers "class k", the share that is right.
        recall: (K,) of the images of class k, the share that is recognised.
        f1: (K,) the harmonic mean of both.
        accuracy: share of all images that are right.
        interval: of the accuracy, 95 %, by Wilson 1927.
        f1_interval: of `macro_f1`, 95 %, by the bootstrap (Efron 1979).
    """

    class_names: tuple[str, ...]
    occurs: Mask
    support: Indices
    precision: Array
    recall: Array
    f1: Array
    accuracy: float
    interval: tuple[float, float]
    f1_interval: tuple[float, float]

    @property
    def macro_precision(self) -> float:
        """The mean over the classes that occur, whatever their sizes."""
        return float(self.precision[self.occurs].mean())

    @property
    def macro_recall(self) -> float:
        """The mean over the classes that occur, whatever their sizes."""
        return float(self.recall[self.occurs].mean())

    @property
    def macro_f1(self) -> float:
        """The mean over the classes that occur, whatever their sizes."""
        return float(self.f1[self.occurs].mean())

    @property
    def weighted_f1(self) -> float:
        """The mean, each class weighted by its images."""
        return float(self.f1 @ self.support / self.support.sum())


def metrics(net: Network | Predictions, data: Dataset | None = None) -> Metrics:
    """Return precision, recall and F1 of each class, the accuracy, and 95 % intervals.

    Args:
        net: the network, or its `Predictions`.
        data: labelled images; not needed with predictions.

    Raises:
        ArgumentTypeError, BadakError: as `predictions`.

    Example:
        >>> guesses = Predictions([0, 1, 1], [[0.9, 0.1], [0.4, 0.6], [0.8, 0.2]], ["cat", "dog"])
        >>> found = metrics(guesses)
        >>> found.precision, found.recall, round(found.macro_f1, 3)
        (array([0.5, 1. ]), array([1. , 0.5]), 0.667)
    """
    found = predictions_of(net, data)
    k = len(found.class_names)
    # Cells (true class, answer) that occur, and how often: with many classes most do not.
    cells, counts = np.unique(found.labels * k + found.predicted, return_counts=True)
    truth, answer = np.divmod(cells, k)
    precision, recall, f1, occurs = _ratios(truth, answer, counts[None], k)
    count = len(found)
    right = int(counts[truth == answer].sum())
    low, high = wilson(np.array([right]), np.array([count]))
    drawn = np.random.default_rng(0).multinomial(count, counts / count, DRAWS)
    means = np.concatenate([_mean_f1(truth, answer, some, k) for some in np.array_split(drawn, 20)])
    tail = (1 - CONFIDENCE) / 2
    ends = np.quantile(means, (tail, 1 - tail))
    return Metrics(
        found.class_names,
        occurs[0],
        np.bincount(found.labels, minlength=k),
        precision[0],
        recall[0],
        f1[0],
        right / count,
        (float(low[0]), float(high[0])),
        (float(ends[0]), float(ends[1])),
    )


def top_k_accuracy(net: Network | Predictions, data: Dataset | None = None, k: int = 5) -> float:
    """Return the share of images whose class is among the k most probable ones.

    Of equal probabilities the first class counts as more probable, as in `Network.predict`.

    Raises:
        ArgumentTypeError, BadakError: as `predictions`, or k not in 1..K.

    Example:
        >>> guesses = Predictions([2, 1], [[0.5, 0.3, 0.2], [0.6, 0.3, 0.1]], ["a", "b", "c"])
        >>> [top_k_accuracy(guesses, k=k) for k in (1, 2, 3)]
        [0.0, 0.5, 1.0]
    """
    found = predictions_of(net, data)
    checks.integer(k, "k", minimum=1, maximum=len(found.class_names))
    best = np.argsort(-found.probabilities, axis=1, kind="stable")[:, :k]
    return float((best == found.labels[:, None]).any(axis=1).mean())


def _mean_f1(truth: Indices, answer: Indices, counts: Indices, k: int) -> Array:
    """The mean F1 of the classes that occur, (R,), of R rows of counts of the cells."""
    _, _, f1, occurs = _ratios(truth, answer, counts, k)
    means: Array = f1.sum(axis=1) / occurs.sum(axis=1)
    return means


def _ratios(
    truth: Indices, answer: Indices, counts: Indices, k: int
) -> tuple[Array, Array, Array, Mask]:
    """Return precision, recall, F1 and what occurs, each (R, K), of R rows of counts of cells."""
    rows = np.arange(len(counts))[:, None]

    def by_class(classes: Indices, values: Indices) -> Array:
        places = (rows * k + classes).ravel()
        sums = np.bincount(places, values.ravel(), minlength=len(counts) * k)
        by: Array = sums.reshape(len(counts), k).astype(np.float64)
        return by

    right = by_class(truth, counts * (truth == answer))
    answers, images = by_class(answer, counts), by_class(truth, counts)
    return (
        _divided(right, answers),
        _divided(right, images),
        _divided(2 * right, answers + images),
        answers + images > 0,
    )


def _divided(above: Array, below: Array) -> Array:
    ratio: Array = np.divide(above, below, out=np.zeros(above.shape), where=below > 0)
    return ratio
