"""Split one data set into parts that each hold the same share of every class."""

from collections.abc import Sequence

import numpy as np

from badak import checks
from badak.arrays import Indices
from badak.data.dataset import Dataset
from badak.data.loader import LARGEST_SEED
from badak.errors import ArgumentTypeError, BadakError


def split(dataset: Dataset, fractions: Sequence[float], seed: int = 0) -> tuple[Dataset, ...]:
    """Split a data set into stratified parts.

    Each part has its fraction of the whole and of every class, to within one image per part before
    it. The images of a class are shuffled first; inside a part they keep the data set's order.
    The result depends on the labels, the fractions and the seed, and on nothing else.

    Args:
        dataset: what to split.
        fractions: the share of each part, such as (0.8, 0.1, 0.1); together 1.
        seed: decides which image goes where.

    Returns:
        One Dataset for each fraction, without overlap; together they hold every image.

    Raises:
        ArgumentTypeError: fractions or seed of the wrong type.
        BadakError: fractions that do not sum to 1, or a part that would be empty.

    Example:
        >>> data = Dataset(np.zeros((10, 1, 2, 2)), [0] * 5 + [1] * 5)
        >>> train, validation, test = split(data, (0.6, 0.2, 0.2), seed=0)
        >>> train.labels, validation.labels, test.labels
        (array([0, 0, 0, 1, 1, 1]), array([0, 1]), array([0, 1]))
    """
    if not isinstance(dataset, Dataset):
        raise ArgumentTypeError(f"dataset must be a Dataset; got {type(dataset).__name__}")
    shares = _shares(fractions)
    generator = np.random.default_rng(checks.integer(seed, "seed", maximum=LARGEST_SEED))
    shuffled = generator.permutation(len(dataset))
    rest = shuffled[np.argsort(dataset.labels[shuffled], kind="stable")]  # class by class
    parts, left = [], 1.0
    for share in shares[:-1]:
        part, rest = _deal(rest, share / left)
        parts.append(part)
        left -= share
    parts.append(rest)
    for part, share in zip(parts, shares, strict=True):
        if not len(part):
            raise BadakError(
                f"a fraction of {share:g} of {len(dataset)} images is no image: "
                "take a larger fraction or more images"
            )
    return tuple(dataset[np.sort(part)] for part in parts)


def _deal(order: Indices, share: float) -> tuple[Indices, Indices]:
    """Deal out that share of the cards at even steps, so every run of cards gives its share."""
    steps = np.floor(np.arange(len(order) + 1) * share + 0.5)
    dealt = np.diff(steps) > 0
    return order[dealt], order[~dealt]


def _shares(fractions: Sequence[float]) -> list[float]:
    try:
        shares = [checks.real(fraction, "each fraction", above=0) for fraction in fractions]
    except TypeError as fault:
        if isinstance(fault, BadakError):
            raise
        raise ArgumentTypeError(f"fractions must be a list of numbers; got {fractions!r}") from None
    if not shares or abs(sum(shares) - 1) > 1e-6:
        raise BadakError(f"fractions must sum to 1; got {shares}, which sum to {sum(shares):g}")
    return shares
