"""The images a network classifies wrongly, the most confident mistakes first.

Letters: N images, M mistakes returned, C channels, H rows, W columns.
"""

from dataclasses import dataclass

from badak import checks
from badak.arrays import Array, Images, Indices, Labels
from badak.data import Dataset
from badak.errors import BadakError
from badak.inspect.evaluation.predictions import Predictions, predictions_of
from badak.network import Network


@dataclass(frozen=True, eq=False)
class Misclassified:
    """The most confidently misclassified images, the most confident first.

    Attributes:
        places: (M,) int64, their indices in the data.
        images: (M, C, H, W).
        labels: (M,) their true classes.
        predicted: (M,) their predicted classes.
        confidence: (M,) the probability of the predicted class.
        class_names: K names.
        wrong: how many images of the data are misclassified; M or more.
        total: N, how many images the data hold.
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
    """Return the most confidently misclassified images (the book's chapter 8.1).

    Args:
        net: the network, or its `Predictions` of `data`.
        data: labelled images.
        k: the maximum number of images; there may be fewer mistakes, or none.

    Raises:
        ArgumentTypeError: net or data of another type, or a k that is not an integer.
        BadakError: no images, images or classes that do not fit, or a k below 1.

    Example:
        >>> import numpy as np
        >>> pets = Dataset(np.zeros((3, 1, 8, 8)), [0, 1, 1], ["cat", "dog"])
        >>> guesses = Predictions([0, 1, 1], [[0.9, 0.1], [0.6, 0.4], [0.8, 0.2]], ["cat", "dog"])
        >>> misclassified(guesses, pets).places
        array([2, 1])
    """
    checks.integer(k, "k", minimum=1)
    if data is None:
        raise BadakError("data must be given: it holds the images; predictions alone do not")
    predictions = predictions_of(net, data)
    wrong = predictions.surest(predictions.wrong)
    places = wrong[:k]
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
