"""Split a data set into parts that each hold the same share of every class."""

import warnings
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from badak import checks
from badak.arrays import Indices, Labels, Mask
from badak.data.dataset import Dataset
from badak.data.folds import group_numbers
from badak.data.loader import MAX_SEED
from badak.data.parts import deal_by_key, keys_of
from badak.errors import ArgumentTypeError, BadakError, listed


def split(
    dataset: Dataset,
    fractions: Sequence[float],
    seed: int = 0,
    *,
    stable: bool = False,
    groups: ArrayLike | None = None,
) -> tuple[Dataset, ...]:
    """Split a data set into stratified parts.

    Each part has its fraction of the whole and of every class, to within one image per part before
    it. The images of a class are shuffled first; inside a part they keep the data set's order.
    The result depends on the labels, the fractions and the seed, and on nothing else.

    If `stable`, the content of each image decides, and copies stay together: adding, renaming or
    removing images moves no other, unless a class would be missing from a part. With `groups`, the
    name of its group decides, and a group stays together. Then the fractions are met on average
    only. With the seed 0, the images of the last fraction are those with the lowest digests, as in
    the test part of a folder.

    The first part, which usually trains a network, has at least one image of each class that has
    any, even if the part exceeds its fraction. A warning names the classes that another part lacks.

    Args:
        dataset: the data set.
        fractions: the share of each part, such as (0.8, 0.1, 0.1); together 1.
        seed: decides which image belongs to which part.
        stable: whether the content of the images decides.
        groups: (N,) integers or strings; images of one animal or scene have one value.

    Returns:
        One Dataset for each fraction, without overlap; together they hold every image.

    Raises:
        ArgumentTypeError: an argument of the wrong type.
        BadakError: fractions that do not sum to 1, groups of another length, or a part that would
            be empty.

    Example:
        >>> data = Dataset(np.zeros((10, 1, 2, 2)), [0] * 5 + [1] * 5)
        >>> train, validation, test = split(data, (0.6, 0.2, 0.2), seed=0)
        >>> train.labels, validation.labels, test.labels
        (array([0, 0, 0, 1, 1, 1]), array([0, 1]), array([0, 1]))
    """
    if not isinstance(dataset, Dataset):
        raise ArgumentTypeError(f"dataset must be a Dataset; got {type(dataset).__name__}")
    shares = _shares(fractions)
    checks.integer(seed, "seed", maximum=MAX_SEED)
    if checks.flag(stable, "stable") or groups is not None:
        group_numbers(groups, len(dataset))  # checks them
        dealt_parts = deal_by_key(dataset.labels, keys_of(dataset, groups, seed), shares)
        parts = [np.flatnonzero(dealt_parts == place) for place in range(len(shares))]
    else:
        parts = _shuffled_parts(dataset, shares, seed)
    for part, share in zip(parts, shares, strict=True):
        if not len(part):
            raise BadakError(
                f"a fraction of {share:g} of {len(dataset)} images has no image: "
                "use a larger fraction or more images"
            )
    _warn_of_lacking(dataset, parts)
    return tuple(dataset[np.sort(part)] for part in parts)


def _shuffled_parts(dataset: Dataset, shares: list[float], seed: int) -> list[Indices]:
    """Shuffle each class and deal its images, part after part."""
    shuffled = np.random.default_rng(seed).permutation(len(dataset))
    rest = shuffled[np.argsort(dataset.labels[shuffled], kind="stable")]  # class by class
    parts: list[Indices] = []
    left = 1.0
    for share in shares[:-1]:
        dealt = _deal(len(rest), share / left)
        if not parts:
            _give_each(dealt, dataset.labels[rest], share)
        parts.append(rest[dealt])
        rest = rest[~dealt]
        left -= share
    return [*parts, rest]


def _deal(count: int, share: float) -> Mask:
    """Choose that share of the places at even steps, so that every stretch has its share."""
    steps = np.floor(np.arange(count + 1) * share + 0.5)
    dealt: Mask = np.diff(steps) > 0
    return dealt


def _give_each(dealt: Mask, labels: Labels, share: float) -> None:
    """Give the part one image of each class it lacks, for one of the class in largest excess."""
    sizes = np.bincount(labels)
    for label in np.setdiff1d(labels, labels[dealt]):
        dealt[np.argmax(labels == label)] = True
        counts = np.bincount(labels[dealt], minlength=len(sizes))
        excess = np.where(counts > 1, counts - share * sizes, -np.inf)
        if excess.max() > -1e-9:  # rounded: it has its share, and keeps it to within one image
            dealt[np.flatnonzero(dealt & (labels == excess.argmax()))[-1]] = False


def _warn_of_lacking(dataset: Dataset, parts: list[Indices]) -> None:
    counts = [np.bincount(dataset.labels[part], minlength=dataset.num_classes) for part in parts]
    there = np.sum(counts, axis=0) > 0
    for number, count in enumerate(counts, 1):
        lacking = [dataset.class_names[label] for label in np.flatnonzero(there & (count == 0))]
        if lacking:
            warnings.warn(
                f"part {number} of {len(parts)} has no image of {listed(lacking)}: too few images",
                stacklevel=3,
            )


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
