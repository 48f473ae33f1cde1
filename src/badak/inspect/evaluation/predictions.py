"""Predictions: class probabilities for each image, computed once for all evaluations.

Letters: N images, K classes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike

from badak import ops
from badak.arrays import Array, Indices, Labels, Mask, as_array, as_labels
from badak.data import Dataset
from badak.data.augment import Views, averaged
from badak.errors import ArgumentTypeError, BadakError
from badak.inspect.subject import finite
from badak.network import Network

# Images per batch, so that memory does not grow with N.
BATCH = 256
# How far the sum of an image's probabilities may be from 1, as with float16.
TOLERANCE = 1e-2


@dataclass(frozen=True, eq=False)
class Predictions:
    """True classes and predicted probabilities, of a network or any other classifier.

    Args:
        labels: (N,) integers in [0, K), the true classes; at least one.
        probabilities: (N, K), non-negative rows that add up to 1; at least two classes.
        class_names: K names.

    Attributes:
        labels: (N,) int64.
        probabilities: (N, K) float64.
        class_names: K names; class k is class_names[k].

    Raises:
        ArgumentTypeError: arrays that do not hold such numbers.
        BadakError: no image, lengths that differ, a label out of range, or rows that are not
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
                f"probabilities must have shape (N, K) with K at least 2; got {rows.shape}"
            )
        if not len(rows):
            raise BadakError("predictions must have at least one image; got none")
        if len(class_names) != rows.shape[1]:
            raise BadakError(
                f"class_names must be {rows.shape[1]}, one per column of probabilities; "
                f"got {len(class_names)}"
            )
        fits = (rows >= 0).all(axis=1) & (abs(rows.sum(axis=1) - 1) <= TOLERANCE)  # NaN does not
        if not fits.all():
            row = int(np.argmin(fits))
            raise BadakError(
                f"probabilities must be at least 0 and add up to 1 in each row; row {row} is "
                f"{rows[row]}: if these are logits, badak.ops.softmax turns them into probabilities"
            )
        checked = as_labels(labels, len(rows), rows.shape[1])
        values = {"labels": checked, "probabilities": rows, "class_names": tuple(class_names)}
        for name, value in values.items():
            object.__setattr__(self, name, value)  # the dataclass is frozen

    @cached_property
    def predicted(self) -> Labels:
        """(N,) the most probable class; of equal ones the first, as in `Network.predict`."""
        classes: Labels = self.probabilities.argmax(axis=1)
        return classes

    @cached_property
    def confidence(self) -> Array:
        """(N,) the probability of the predicted class."""
        largest: Array = self.probabilities.max(axis=1)
        return largest

    @property
    def wrong(self) -> Mask:
        """(N,) whether the predicted class is not the true one."""
        return np.not_equal(self.predicted, self.labels)

    @property
    def accuracy(self) -> float:
        """Share of images that were classified correctly."""
        return 1 - float(self.wrong.mean())

    def surest(self, among: Mask) -> Indices:
        """Return the indices of some images, the most confident first.

        Args:
            among: (N,) which images. Equally confident ones keep the order of the data.
        """
        places = np.flatnonzero(among)
        order: Indices = places[np.argsort(-self.confidence[places], kind="stable")]
        return order

    def __len__(self) -> int:
        return len(self.labels)


def predictions(net: Network, data: Dataset, views: Views | None = None) -> Predictions:
    """Run the network over the data once, for all functions that evaluate its predictions.

    The softmax is computed in float64: in float32, confident predictions would all have a
    probability of exactly 1, and a ROC curve could not tell such images apart.

    Args:
        net: the network.
        data: labelled images that fit it.
        views: average the probabilities over views of each image, such as
            `badak.data.augment.mirrored`; None for the images alone.

    Returns:
        Labels, probabilities and class names, which `confusion_matrix`, `roc` and the others
        accept in place of the network.

    Raises:
        ArgumentTypeError: net or data of another type.
        BadakError: no images, images or classes that do not fit the network, or outputs that are
            not finite.

    Example:
        >>> from badak import data, models
        >>> _, test = data.load("digits")
        >>> predictions(models.SimpleConvNet(), test).probabilities.shape
        (360, 10)
    """
    check_fit(net, data)
    probabilities = averaged(
        lambda images: ops.softmax(finite(net(images)).astype(np.float64)),
        data.images,
        views,
        BATCH,
    )
    return Predictions(data.labels, probabilities, data.class_names)


def predictions_of(net: Network | Predictions, data: Dataset | None) -> Predictions:
    """Return a function's predictions, or compute them from its network and data."""
    if not isinstance(net, Predictions):
        if data is None:
            raise BadakError(
                "data must be given with a network; it is optional only with predictions"
            )
        return predictions(net, data)
    if data is not None:
        _check_dataset(data)
        if not np.array_equal(data.labels, net.labels):
            raise BadakError(
                f"the labels of the predictions ({len(net)}) and of data ({len(data)}) differ; "
                "pass the data that was predicted"
            )
    return net


def check_fit(net: Network, data: Dataset) -> None:
    """Raise an error if the network cannot classify the data."""
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
            f"the network has {net.num_classes} classes; data has {data.num_classes}: "
            f"{', '.join(data.class_names[:10])}{', ...' if data.num_classes > 10 else ''}"
        )


def _check_dataset(data: Dataset) -> None:
    if not isinstance(data, Dataset):
        raise ArgumentTypeError(f"data must be a badak.data.Dataset; got {type(data).__name__}")
