"""Reliability: whether a network that is 80 % confident is right 80 times in a hundred.

Letters: N images, B bins.
"""

from dataclasses import dataclass

import numpy as np

from badak import checks
from badak.arrays import Array, Indices
from badak.data import Dataset
from badak.inspect.evaluation.predictions import Predictions, predictions_of
from badak.network import Network

MAX_BINS = 1000


@dataclass(frozen=True, eq=False)
class Reliability:
    """Accuracy beside confidence; bin b holds confidences above edges[b], up to edges[b + 1].

    Attributes:
        edges: (B + 1,) from 0 to 1, equally spaced.
        counts: (B,) int64, images in each bin.
        confidence: (B,) mean confidence of the bin's images; NaN if there are none.
        accuracy: (B,) share of the bin's images classified correctly; NaN if there are none.
        error: expected calibration error: ``|accuracy - confidence|``, averaged over all images.
        mean_confidence: over all images.
        mean_accuracy: over all images.
    """

    edges: Array
    counts: Indices
    confidence: Array
    accuracy: Array
    error: float
    mean_confidence: float
    mean_accuracy: float


def reliability(
    net: Network | Predictions, data: Dataset | None = None, bins: int = 10
) -> Reliability:
    """Compare the confidence of predictions with how often they are right.

    The error is that of Guo et al. 2017, *On Calibration of Modern Neural Networks*, equation 3.

    Args:
        net: the network, or its `Predictions`.
        data: labelled images; not needed with predictions.
        bins: B, the number of equal intervals of confidence, 1 to 1,000.

    Raises:
        ArgumentTypeError: net or data of another type, or bins that are not an integer.
        BadakError: no images, images or classes that do not fit, or bins out of range.

    Example:
        >>> guesses = Predictions([0, 1, 1], [[0.9, 0.1], [0.2, 0.8], [0.8, 0.2]], ["cat", "dog"])
        >>> of = reliability(guesses, bins=5)  # two of three right, mean confidence 83 %
        >>> of.counts, of.accuracy[-2:], round(of.error, 3)
        (array([0, 0, 0, 2, 1]), array([0.5, 1. ]), 0.233)
    """
    checks.integer(bins, "bins", minimum=1, maximum=MAX_BINS)
    predictions = predictions_of(net, data)
    confidence, right = predictions.confidence, ~predictions.wrong
    edges = np.linspace(0, 1, bins + 1)
    # searchsorted counts the edges below; a confidence rounded above 1 stays in the last bin.
    place = np.minimum(np.searchsorted(edges, confidence), bins) - 1
    counts = np.bincount(place, minlength=bins)
    sums = [np.bincount(place, weights, minlength=bins) for weights in (confidence, right)]
    means = np.full((2, bins), np.nan)
    np.divide(sums, counts, out=means, where=counts > 0)
    return Reliability(
        edges,
        counts,
        confidence=means[0],
        accuracy=means[1],
        # Each bin's |accuracy - confidence| times its share of the images.
        error=float(abs(sums[1] - sums[0]).sum() / len(predictions)),
        mean_confidence=float(confidence.mean()),
        mean_accuracy=predictions.accuracy,
    )
