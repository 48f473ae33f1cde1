"""Predictions: what a network thinks of each image, computed once and shared by what judges it.

Letters: N images, K classes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike

from badak import ops
from badak.arrays import Array, Labels, Mask, as_array, as_labels
from badak.data import Dataset
from badak.errors import ArgumentTypeError, BadakError
from badak.inspect.subject import finite
from badak.network import Network

# Images at a time; memory does not grow with N.
BATCH = 256
# How far the probabilities of an image may add up to something else than 1: float16 rounds so.
TOLERANCE = 1e-2


@dataclass(frozen=True, eq=False)
class Predictions:
    """True classes and predicted probabilities, of a network or of any other classifier.

    Args:
        labels: (N,) integers in [0, K), the true classes; N at least 1.
        probabilities: (N, K), each row at least 0 and adding up to 1; K at least 2.
        class_names: K names.

    Attributes:
        labels: (N,) int64.
        probabilities: (N, K) float64.
        class_names: K names; class k is class_names[k].

    Raises:
        ArgumentTypeError: arrays that hold no such numbers.
        BadakError: no image, lengths that differ, a label out of range, rows that are no
            probabilities.

    Example:
        >>> guesses = Predictions([0, 1, 1], [[0.9, 0.1], [0.4, 0.6], [0.8, 0.2]], ["cat", "dog"])
        >>> guesses.predicted, guesses.confidence, guesses.wrong
        (array([0, 1, 0]), array([0.9, 0.6, 0.8]), array([False, False,  True]))
        >>> Predictions([2], [[0.9, 0.1]], ["cat", "dog"])
        Traceback (most recent call last):
        badak.errors.BadakError: labels must lie in 0..1; label 0 is 2
    """

    labels: Labels
    probabilities: Array
    class_names: tuple[str, ...]

    def __init__(
        self, labels: ArrayLike, probabilities: ArrayLike, class_names: Sequence[str]
    ) -> None:
        rows = as_array(probabilities, "probabilities").astype(np.float64)
        if rows.ndim != 2 or rows.shape[1] < 2:
            raise BadakError(
                f"probabilities must have shape (N, K), K at least 2; got {rows.shape}"
            )
        if not len(rows):
            raise BadakError("predictions need at least one image; there is none")
        if len(class_names) != rows.shape[1]:
            raise BadakError(
                f"class_names must be {rows.shape[1]}, one a column of probabilities; "
                f"got {len(class_names)}"
            )
        fits = (rows >= 0).all(axis=1) & (abs(rows.sum(axis=1) - 1) <= TOLERANCE)  # NaN does not
        if not fits.all():
            row = int(np.argmin(fits))
            raise BadakError(
                f"probabilities must be at least 0 and add up to 1 in each row; row {row} is "
                f"{rows[row]}: are these logits? badak.ops.softmax makes probabilities of them"
            )
        checked = as_labels(labels, len(rows), rows.shape[1])
        values = {"labels": checked, "probabilities": rows, "class_names": tuple(class_names)}
        for name, value in values.items():
            object.__setattr__(self, name, value)  # the dataclass is frozen

    @cached_property
    def predicted(self) -> Labels:
        """(N,) the most probable class; of several the first, as `Network.predict` takes it."""
        classes: Labels = self.probabilities.argmax(axis=1)
        return classes

    @cached_property
    def confidence(self) -> Array:
        """(N,) the probability of the predicted class."""
        largest: Array = self.probabilities.max(axis=1)
        return largest

    @property
    def wrong(self) -> Mask:
        """(N,) whether another class than the true one was predicted."""
        return np.not_equal(self.predicted, self.labels)

    @property
    def accuracy(self) -> float:
        """Share of images whose true class was predicted."""
        return 1 - float(self.wrong.mean())

    def __len__(self) -> int:
        return len(self.labels)


def predictions(net: Network, data: Dataset) -> Predictions:
    """Run the network over the data once, for all the functions that judge its predictions.

    The softmax is computed in float64: in float32 the probability of a sure guess is exactly 1,
    and a ROC curve could no longer tell such images apart.

    Args:
        net: the network.
        data: labelled images that fit it.

    Returns:
        Labels, probabilities and class names, to give to `confusion_matrix`, `roc` and so on
        in place of the network.

    Raises:
        ArgumentTypeError: no network, or no Dataset.
        BadakError: no images, images or classes that do not fit the network, or outputs that are
            not finite.

    Example:
        >>> from badak import data, models
        >>> _, test = data.load("digits")
        >>> predictions(models.SimpleConvNet(), test).probabilities.shape
        (360, 10)
    """
    check_fit(net, data)
    logits = [net(data.images[start : start + BATCH]) for start in range(0, len(data), BATCH)]
    probabilities = ops.softmax(finite(np.concatenate(logits)).astype(np.float64))
    return Predictions(data.labels, probabilities, data.class_names)


def predictions_of(net: Network | Predictions, data: Dataset | None) -> Predictions:
    """Return the predictions that a function was given, or make them of its network and data.

    Args:
        net: the network, or predictions already made.
        data: what the network shall predict; with predictions None, or the data they are of.

    Returns:
        The predictions.

    Raises:
        ArgumentTypeError: neither a network nor predictions, or no Dataset.
        BadakError: a network without data, data that do not fit, or data of other predictions.
    """
    if not isinstance(net, Predictions):
        if data is None:
            raise BadakError("data must be given with a network; only predictions need none")
        return predictions(net, data)
    if data is not None:
        _check_dataset(data)
        if not np.array_equal(data.labels, net.labels):
            raise BadakError(
                f"the predictions are of other images than data: {len(net)} labels and "
                f"{len(data)} that differ; pass the data they were made of"
            )
    return net


def check_fit(net: Network, data: Dataset) -> None:
    """Refuse data that the network cannot classify.

    Args:
        net: the network.
        data: labelled images.

    Raises:
        ArgumentTypeError: no network, or no Dataset.
        BadakError: no images, or images or classes that do not fit the network.
    """
    if not isinstance(net, Network):
        raise ArgumentTypeError(f"net must be a Network; got {type(net).__name__}")
    _check_dataset(data)
    if not len(data):
        raise BadakError(f"data must hold at least one image; got {data}")
    if data.image_shape != net.input_shape:
        raise BadakError(
            f"the network takes images of {net.input_shape}; those of data are {data.image_shape}"
        )
    if data.num_classes != net.num_classes:
        raise BadakError(
            f"the network tells {net.num_classes} classes apart; data has {data.num_classes}: "
            f"{', '.join(data.class_names[:10])}{', ...' if data.num_classes > 10 else ''}"
        )


def _check_dataset(data: Dataset) -> None:
    if not isinstance(data, Dataset):
        raise ArgumentTypeError(f"data must be a badak.data.Dataset; got {type(data).__name__}")
