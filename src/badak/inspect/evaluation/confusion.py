"""The confusion matrix: which class is mistaken for which.

Letters: N images, K classes.
"""

from dataclasses import dataclass

import numpy as np

from badak.arrays import Array, Indices
from badak.data import Dataset
from badak.inspect.evaluation.predictions import Predictions, predictions_of
from badak.network import Network


@dataclass(frozen=True, eq=False)
class ConfusionMatrix:
    """How many images of each class were predicted as each class.

    Attributes:
        counts: (K, K) int64; counts[i, j] images of class i were predicted as class j.
        rates: (K, K), counts divided by the images of class i; a row of NaN if there are none.
        class_names: K names.
    """

    counts: Indices
    rates: Array
    class_names: tuple[str, ...]

    @property
    def accuracy(self) -> float:
        """Share of images on the diagonal."""
        return float(np.trace(self.counts) / self.counts.sum())


def confusion_matrix(net: Network | Predictions, data: Dataset | None = None) -> ConfusionMatrix:
    """Count how often each class is predicted as each class.

    Args:
        net: the network, or its `Predictions`.
        data: labelled images; not needed with predictions.

    Raises:
        ArgumentTypeError, BadakError: as `predictions`.

    Example:
        >>> guesses = Predictions([0, 1, 1], [[0.9, 0.1], [0.4, 0.6], [0.8, 0.2]], ["cat", "dog"])
        >>> confusion_matrix(guesses).counts
        array([[1, 0],
               [1, 1]])
    """
    predictions = predictions_of(net, data)
    k = len(predictions.class_names)
    pairs = predictions.labels * k + predictions.predicted  # (N,): the cell of each image
    counts = np.bincount(pairs, minlength=k * k).reshape(k, k)
    images = counts.sum(axis=1, keepdims=True)
    rates = np.full((k, k), np.nan)
    np.divide(counts, images, out=rates, where=images > 0)
    return ConfusionMatrix(counts, rates, predictions.class_names)
