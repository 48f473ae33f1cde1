"""Labels that are probably wrong, by confident learning (Northcutt, Jiang and Chuang 2021).

Letters: N images, F features, K classes.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from badak import checks
from badak.arrays import Array, Indices, Labels, as_array, as_labels
from badak.data.folds import deal, group_copies
from badak.data.loader import MAX_SEED
from badak.errors import BadakError
from badak.training.logistic import out_of_fold


@dataclass(frozen=True, eq=False)
class SuspectedLabels:
    """All labels, the most suspect first.

    Attributes:
        indices: (N,) which image.
        given: (N,) its label.
        suggested: (N,) the most probable other label.
        margins: (N,) probability of the label minus that of the other one: -1 is surely wrong.
        likely: how many labels are probably wrong: another label is at least as probable as it is,
            on average, for the images that have it.
        accuracy: the share of labels that the features predict; if it is low, they cannot judge.
    """

    indices: Indices
    given: Labels
    suggested: Labels
    margins: Array
    likely: int
    accuracy: float


def suspected_labels(
    features: ArrayLike, labels: ArrayLike, folds: int = 5, seed: int = 0
) -> SuspectedLabels:
    """Rank labels by how little they agree with the features.

    A logistic regression learns from all folds but one, and gives the probability of each label in
    that one; so no label speaks for itself. A pretrained network's outputs before its last layer
    are good features; `Survey.features` needs no network, and shows less.

    Args:
        features: (N, F) numbers.
        labels: (N,) integers in [0, K); classes without images are legal.
        folds: how many folds; each class needs as many images.
        seed: decides which image belongs to which fold.

    Returns:
        All images, in order of the margin; equal margins in the order of the images.

    Raises:
        ArgumentTypeError: an argument of the wrong type.
        BadakError: shapes that do not match, numbers that are not finite, labels of one class
            only, or more folds than a class has images.

    Example:
        >>> features = np.repeat([[0.0], [9.0]], 10, axis=0) + np.linspace(0, 1, 20)[:, None]
        >>> labels = [0] * 10 + [1] * 9 + [0]  # the last is wrong
        >>> suspects = suspected_labels(features, labels)
        >>> suspects.indices[0], suspects.suggested[0], suspects.likely
        (np.int64(19), np.int64(1), 1)
    """
    x = _features(features)
    y = as_labels(labels, len(x))
    generator = np.random.default_rng(checks.integer(seed, "seed", maximum=MAX_SEED))
    classes, own = np.unique(y, return_inverse=True)
    if len(classes) < 2:
        raise BadakError(f"labels must be of two classes or more; got {len(classes)}")
    names = tuple(str(label) for label in classes)
    numbers = deal(own, folds, generator.permutation(len(x)), group_copies(x), names)
    chances = out_of_fold(x, own, numbers, len(classes))
    rows = np.arange(len(x))
    given = chances[rows, own]
    chances[rows, own] = -1
    other = chances.argmax(axis=1)
    rival = chances[rows, other]
    # How sure the regression is, on average, of images that have a label.
    usual = np.bincount(own, given, len(classes)) / np.bincount(own)
    wrong = (rival >= usual[other]) & (rival > given)
    order = np.lexsort((rows, given - rival))
    margins: NDArray[np.float64] = (given - rival)[order]
    return SuspectedLabels(
        order,
        classes[own[order]],
        classes[other[order]],
        margins,
        int(wrong.sum()),
        float((given > rival).mean()),
    )


def _features(features: ArrayLike) -> NDArray[np.float64]:
    array = as_array(features, "features")
    if array.ndim != 2 or not array.shape[1]:
        raise BadakError(f"features must have the shape (N, F); got {array.shape}")
    if not np.isfinite(array).all():
        raise BadakError("features must be finite; they hold NaN or infinity")
    return array.astype(np.float64)
