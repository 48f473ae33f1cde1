"""Accuracy of each class, with its confidence interval.

Letters: K classes.
"""

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from badak.arrays import Array, Indices
from badak.data import Dataset
from badak.inspect.evaluation.predictions import Predictions, predictions_of
from badak.network import Network

CONFIDENCE = 0.95


@dataclass(frozen=True, eq=False)
class ClassAccuracy:
    """The share of each class's images that were classified correctly.

    Attributes:
        class_names: K names.
        counts: (K,) int64, images of each class.
        right: (K,) int64, how many of them were classified correctly.
        accuracy: (K,) right / counts; NaN for a class without images.
        low: (K,) lower end of the 95 % Wilson interval; 0 for a class without images.
        high: (K,) upper end; 1 for a class without images.
    """

    class_names: tuple[str, ...]
    counts: Indices
    right: Indices
    accuracy: Array
    low: Array
    high: Array

    @property
    def overall(self) -> float:
        """Share of all images that were classified correctly."""
        return float(self.right.sum() / self.counts.sum())


def per_class_accuracy(net: Network | Predictions, data: Dataset | None = None) -> ClassAccuracy:
    """Return the accuracy of each class with its 95 % interval.

    Args:
        net: the network, or its `Predictions`.
        data: labelled images; not needed with predictions.

    Raises:
        ArgumentTypeError, BadakError: as `predictions`.

    Example:
        >>> guesses = Predictions([0, 1, 1], [[0.9, 0.1], [0.4, 0.6], [0.8, 0.2]], ["cat", "dog"])
        >>> each = per_class_accuracy(guesses)
        >>> each.accuracy, each.low.round(2), each.high.round(2)
        (array([1. , 0.5]), array([0.21, 0.09]), array([1.  , 0.91]))
    """
    predictions = predictions_of(net, data)
    k = len(predictions.class_names)
    counts = np.bincount(predictions.labels, minlength=k)
    right = np.bincount(predictions.labels[~predictions.wrong], minlength=k)
    accuracy = np.full(k, np.nan)
    np.divide(right, counts, out=accuracy, where=counts > 0)
    return ClassAccuracy(predictions.class_names, counts, right, accuracy, *wilson(right, counts))


def wilson(right: Indices, counts: Indices) -> tuple[Array, Array]:
    """Return the 95 % interval of Wilson 1927 for `right` successes among `counts` trials.

    Unlike the accuracy plus or minus two standard errors, it stays within [0, 1], and it has a
    width even if all trials succeeded. Without a trial it is the whole of [0, 1].

    Example:
        >>> low, high = wilson(np.array([10]), np.array([10]))
        >>> low.round(3), high.round(3)
        (array([0.722]), array([1.]))
    """
    z = NormalDist().inv_cdf((1 + CONFIDENCE) / 2)
    trials = np.maximum(counts, 1)  # without trials, `right` is 0 as well
    centre = (right + z**2 / 2) / (counts + z**2)
    half = z * np.sqrt(right * (counts - right) / trials + z**2 / 4) / (counts + z**2)
    # Exact at 0 and 1: rounding could otherwise leave the accuracy outside its interval.
    return np.where(right == 0, 0, centre - half), np.where(right == counts, 1, centre + half)
