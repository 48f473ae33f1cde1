"""The images a network gets wrong, the surest mistakes first.

Letters: N images, M of them shown, C channels, H rows, W columns.
"""

from dataclasses import dataclass

import numpy as np

from badak import checks
from badak.arrays import Array, Images, Indices, Labels
from badak.data import Dataset
from badak.errors import BadakError
from badak.inspect.evaluation.predictions import Predictions, predictions_of
from badak.network import Network


@dataclass(frozen=True, eq=False)
class Misclassified:
    """The most confidently misclassified images, the surest first.

    Attributes:
        places: (M,) int64, where they stand in the data.
        images: (M, C, H, W).
        labels: (M,) their true classes.
        predicted: (M,) the classes they were taken for.
        confidence: (M,) the probability of the predicted class.
        class_names: K names.
        wrong: how many images of the data are misclassified; M or more.
        total: N, how many images the data have.
    """

    places: Indices
    images: Images
    labels: Labels
    predicted: Labels
    confidence: Array
    class_names: tuple[str, ...]
    wrong: int
    total: int


def misclassified(net: Network | Predictions, data: Dataset, k: int = 20) -> Misclassified:
    """Return the images whose wrong class was predicted most confidently (the book's chapter 8.1).

    Args:
        net: the network, or its `Predictions` of `data`.
        data: labelled images.
        k: how many, at most; fewer where fewer are wrong, and none where all are right.

    Returns:
        Images, classes and probabilities; `badak.inspect.draw.misclassified` draws them.

    Raises:
        ArgumentTypeError: no network, no Dataset, or a k that is no integer.
        BadakError: no images, images or classes that do not fit, or a k below 1.

    Example:
        >>> pets = Dataset(np.zeros((3, 1, 8, 8)), [0, 1, 1], ["cat", "dog"])
        >>> guesses = Predictions([0, 1, 1], [[0.9, 0.1], [0.6, 0.4], [0.8, 0.2]], ["cat", "dog"])
        >>> misclassified(guesses, pets).places
        array([2, 1])
    """
    checks.integer(k, "k", minimum=1)
    if data is None:
        raise BadakError("data must be given: it holds the images; predictions alone do not")
    predictions = predictions_of(net, data)
    wrong = np.flatnonzero(predictions.wrong)
    # Stable: of equally sure mistakes the first in the data comes first.
    places = wrong[np.argsort(-predictions.confidence[wrong], kind="stable")][:k]
    return Misclassified(
        places,
        data.images[places],
        predictions.labels[places],
        predictions.predicted[places],
        predictions.confidence[places],
        predictions.class_names,
        len(wrong),
        len(predictions),
    )
