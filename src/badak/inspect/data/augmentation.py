"""What an augmentation makes of some images of a data set.

Letters: M images, V variants of each, K classes, C channels, H rows, W columns.
"""

from dataclasses import dataclass

import numpy as np

from badak import checks
from badak.arrays import Array, Images, Labels
from badak.data import Dataset, Loader
from badak.data.loader import Augment
from badak.errors import ArgumentTypeError, BadakError


@dataclass(frozen=True, eq=False)
class Augmented:
    """Some images, and their variants as training sees them.

    Attributes:
        images: (M, C, H, W).
        labels: (M,) their classes.
        variants: (V, M, C, H, W).
        shares: (V, M, K) the share of each class in each variant; None if images are not mixed.
        class_names: K names.
        augment: the augmentation, in words.
    """

    images: Images
    labels: Labels
    variants: Images
    shares: Array | None
    class_names: tuple[str, ...]
    augment: str


def augmentation(
    data: Dataset, augment: Augment, images: int = 4, variants: int = 7, seed: int = 0
) -> Augmented:
    """Return some images of a data set, and variants of each.

    The images are of different classes, as far as there are so many. One that mixes images mixes
    these with each other.

    Args:
        data: labelled images.
        augment: see `badak.data.augment`.
        images: M, the maximum number of images.
        variants: V, how many of each.
        seed: what the amounts are drawn from.

    Raises:
        ArgumentTypeError: an argument of the wrong type.
        BadakError: no images, a number below 1, or images that do not fit the augmentation.

    Example:
        >>> from badak.data.augment import Flip
        >>> pets = Dataset(np.zeros((3, 1, 8, 8)), [0, 0, 1], ["cat", "dog"])
        >>> shown = augmentation(pets, Flip(), images=2, variants=5)
        >>> shown.labels, shown.variants.shape
        (array([0, 1]), (5, 2, 1, 8, 8))
    """
    if not isinstance(data, Dataset):
        raise ArgumentTypeError(f"data must be a Dataset; got {type(data).__name__}")
    if not len(data):
        raise BadakError("data must hold at least one image; it is empty")
    if not callable(augment):
        raise ArgumentTypeError(f"augment must be a function; got {augment!r}")
    checks.integer(images, "images", minimum=1)
    checks.integer(variants, "variants", minimum=1)
    chosen = data[_of_many_classes(data.labels, images)]
    batches = [
        next(iter(Loader(chosen, len(chosen), seed, epoch, augment, shuffle=False)))
        for epoch in range(variants)
    ]
    mixed = batches[0].labels.ndim == 2
    return Augmented(
        chosen.images[np.arange(len(chosen))],
        chosen.labels,
        np.stack([batch.images for batch in batches]),
        np.stack([batch.labels for batch in batches]) if mixed else None,
        data.class_names,
        repr(augment),
    )


def _of_many_classes(labels: Labels, count: int) -> Labels:
    """Return the places of up to `count` images: the first of each class, then the second, ..."""
    _, classes, sizes = np.unique(labels, return_inverse=True, return_counts=True)
    order = np.argsort(classes, kind="stable")
    rank = np.empty(len(labels), np.int64)  # 0 for the first image of its class
    rank[order] = np.concatenate([np.arange(size) for size in sizes])
    places: Labels = np.lexsort((classes, rank))[:count]
    return places
