"""Two classifiers on the same images: where they disagree, and whether that is more than chance.

Letters: N images.
"""

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from badak import checks
from badak.arrays import Indices
from badak.data import Dataset
from badak.errors import BadakError
from badak.inspect.evaluation.predictions import Predictions, predictions_of
from badak.network import Network


@dataclass(frozen=True, eq=False)
class Comparison:
    """Which of the same images each of two classifiers recognises.

    Attributes:
        only_first: int64 indices of the images that only the first classifies correctly.
        only_second: int64 indices of the images that only the second classifies correctly.
        both_right: how many images both classify correctly.
        both_wrong: how many images neither classifies correctly.
    """

    only_first: Indices
    only_second: Indices
    both_right: int
    both_wrong: int

    @cached_property
    def p_value(self) -> float:
        """How probable it is that classifiers of equal accuracy differ as much as these, or more.

        The exact form of McNemar's test: of the images that only one classifies correctly, the
        first would get each with probability 1/2. Source: McNemar 1947, *Note on the Sampling
        Error of the Difference Between Correlated Proportions or Percentages*.
        """
        return sign_test(len(self.only_first), len(self.only_second))


def compare(
    first: Network | Predictions, second: Network | Predictions, data: Dataset | None = None
) -> Comparison:
    """Return where two classifiers disagree, and test whether one is better.

    Args:
        first: a network, or its `Predictions`.
        second: another network, or its predictions of the same images.
        data: labelled images; not needed with predictions.

    Raises:
        ArgumentTypeError, BadakError: as `predictions`, or predictions of different images.

    Example:
        >>> pets = ["cat", "dog"]
        >>> first = Predictions([0, 1, 1], [[0.9, 0.1], [0.4, 0.6], [0.8, 0.2]], pets)
        >>> second = Predictions([0, 1, 1], [[0.2, 0.8], [0.4, 0.6], [0.7, 0.3]], pets)
        >>> both = compare(first, second)
        >>> both.only_first, both.only_second, both.both_right, both.both_wrong, both.p_value
        (array([0]), array([], dtype=int64), 1, 1, 1.0)
    """
    one, other = predictions_of(first, data), predictions_of(second, data)
    if one.class_names != other.class_names or not np.array_equal(one.labels, other.labels):
        raise BadakError(
            f"first ({len(one)} images) and second ({len(other)} images) must be predictions of "
            "the same images in the same order; their labels or class names differ"
        )
    return Comparison(
        np.flatnonzero(~one.wrong & other.wrong),
        np.flatnonzero(one.wrong & ~other.wrong),
        int((~one.wrong & ~other.wrong).sum()),
        int((one.wrong & other.wrong).sum()),
    )


def sign_test(first: int, second: int) -> float:
    """Return how probable it is that fair coins fall as unevenly as these, or more: exactly.

    The binomial test of p = 1/2, both sides: twice the probability of at most min(first, second)
    heads in first + second throws, but at most 1.

    Raises:
        ArgumentTypeError, BadakError: a count that is no integer, or below 0.

    Example:
        >>> sign_test(1, 9), sign_test(5, 5), sign_test(0, 0)
        (0.021484375, 1.0, 1.0)
    """
    fewer, more = sorted(
        (checks.integer(first, "first", minimum=0), checks.integer(second, "second", minimum=0))
    )
    throws = fewer + more
    if fewer == more:
        return 1.0
    # C(n, k - 1) = C(n, k) * k / (n - k + 1): each term of the tail from the one after it.
    heads = np.arange(fewer, 0, -1.0)
    shares = np.cumprod(heads / (throws - heads + 1))
    if throws < 1000:
        largest = math.comb(throws, fewer) / 2**throws
    else:  # 2**throws would not be a float
        ways = math.lgamma(throws + 1) - math.lgamma(fewer + 1) - math.lgamma(more + 1)
        largest = math.exp(ways - throws * math.log(2))
    return float(min(1.0, 2 * largest * (1 + shares.sum())))
