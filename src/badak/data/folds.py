"""Folds for cross-validation: each image is held out once, and every fold is like the whole."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from badak import checks
from badak.arrays import Indices, Labels
from badak.data.dataset import Dataset
from badak.data.loader import MAX_SEED
from badak.errors import ArgumentTypeError, BadakError


def folds(
    dataset: Dataset, count: int = 5, seed: int = 0, groups: ArrayLike | None = None
) -> list[tuple[Dataset, Dataset]]:
    """Divide a data set into folds, and hold out each fold once.

    Without groups, the folds' sizes differ by at most one image, and so do their numbers of images
    of each class. Images of one group, or copies of one file, stay in one fold; the folds are then
    as even as that allows.

    Args:
        dataset: the data set.
        count: how many folds, at least two; each class needs as many images (or groups).
        seed: decides which image belongs to which fold.
        groups: (N,) integers or strings; images of one animal or scene have one value.

    Returns:
        For each fold (rest, held out): the images to train on, and those to measure.

    Raises:
        ArgumentTypeError: an argument of the wrong type.
        BadakError: more folds than a class has images, or groups of another length.

    Example:
        >>> data = Dataset(np.zeros((6, 1, 2, 2)), [0, 0, 0, 1, 1, 1])
        >>> [held_out.labels for _, held_out in folds(data, 3)]
        [array([0, 1]), array([0, 1]), array([0, 1])]
    """
    if not isinstance(dataset, Dataset):
        raise ArgumentTypeError(f"dataset must be a Dataset; got {type(dataset).__name__}")
    generator = np.random.default_rng(checks.integer(seed, "seed", maximum=MAX_SEED))
    numbers = deal(
        dataset.labels,
        count,
        generator.permutation(len(dataset)),
        group_copies(dataset.digests) if groups is None else group_numbers(groups, len(dataset)),
        dataset.class_names,
    )
    return [(dataset[numbers != fold], dataset[numbers == fold]) for fold in range(count)]


def group_copies(values: NDArray[Any] | None) -> Indices | None:
    """Number equal values, such as digests (N,) or rows (N, F); None if all differ.

    A copy in another fold would be learnt by heart and then asked for.

    Example:
        >>> group_copies(np.array([7, 5, 7])), group_copies(np.array([7, 5]))
        (array([1, 0, 1]), None)
    """
    if values is None:
        return None
    different, numbers = np.unique(values, axis=0, return_inverse=True)
    return numbers.reshape(-1) if len(different) < len(values) else None


def deal(
    labels: Labels,
    count: int,
    order: NDArray[np.integer],
    groups: Indices | None = None,
    class_names: tuple[str, ...] = (),
) -> Indices:
    """Return the fold of each image, (N,) in [0, count).

    Args:
        labels: (N,).
        count: the number of folds.
        order: (N,) different integers: images of a class are dealt in this order.
        groups: (N,) numbers of groups, see `group_numbers`.
        class_names: for messages.
    """
    check_count(labels, count, groups, class_names)
    if groups is not None:
        return _deal_groups(labels, count, order, groups)
    return spread(labels, count, order)


def spread(labels: Labels, count: int, order: NDArray[np.integer]) -> Indices:
    """Deal images round, class by class: (N,) in [0, count); a class may have fewer than `count`.

    Example:
        >>> spread(np.array([0, 1, 0, 1, 0]), 2, np.arange(5))
        array([0, 1, 1, 0, 0])
    """
    dealt = np.empty(len(labels), np.int64)
    dealt[np.lexsort((order, labels))] = np.arange(len(labels)) % count
    return dealt


def check_count(
    labels: Labels, count: int, groups: Indices | None, class_names: tuple[str, ...]
) -> None:
    """Refuse more folds than a class that has images has images, or groups."""
    checks.integer(count, "folds", minimum=2)
    if len(labels) < count:
        raise BadakError(f"folds must be at most {len(labels)}, the number of images; got {count}")
    units = labels if groups is None else np.unique(np.stack([labels, groups]), axis=1)[0]
    sizes = np.bincount(units)
    smallest = int(np.argmin(np.where(sizes, sizes, len(labels) + 1)))
    if sizes[smallest] < count:
        name = repr(class_names[smallest]) if class_names else str(smallest)
        what = "images" if groups is None else "groups"
        raise BadakError(
            f"folds must be at most {sizes[smallest]}, the number of {what} of class {name}; "
            f"got {count}: use fewer folds, or add images of that class"
        )


def _deal_groups(
    labels: Labels, count: int, order: NDArray[np.integer], groups: Indices
) -> Indices:
    """Deal whole groups, the largest first, each to where the classes stay the most even."""
    members = np.zeros((groups.max() + 1, labels.max() + 1))  # (G, K)
    np.add.at(members, (groups, labels), 1)
    first = np.full(len(members), np.iinfo(np.int64).max)
    np.minimum.at(first, groups, order)
    shares = np.maximum(members.sum(axis=0), 1)
    held = np.zeros((count, members.shape[1]))
    fold_of = np.zeros(len(members), np.int64)
    for group in np.lexsort((first, -members.sum(axis=1))):
        after = (held + members[group]) / shares
        growth = (after**2 - (held / shares) ** 2).sum(axis=1)
        fold_of[group] = np.lexsort((held.sum(axis=1), growth.round(12)))[0]
        held[fold_of[group]] += members[group]
    dealt: Indices = fold_of[groups]
    return dealt


def group_numbers(groups: ArrayLike | None, count: int) -> Indices | None:
    """Number groups 0, 1, ... in the order of their values; None if there are none.

    Example:
        >>> group_numbers(["cat7", "cat2", "cat7"], 3)
        array([1, 0, 1])
    """
    if groups is None:
        return None
    values = np.asarray(groups)
    if values.dtype.kind not in "iuUS":
        raise ArgumentTypeError(
            f"groups must be integers or strings, one per image; got an array of {values.dtype}"
        )
    if values.shape != (count,):
        raise BadakError(f"groups must be {count}, one per image; got shape {values.shape}")
    return np.unique(values, return_inverse=True)[1].astype(np.int64)
