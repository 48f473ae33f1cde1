"""balanced_order: an epoch in which each class is drawn alike, however few images it has."""

import numpy as np

from badak import checks
from badak.arrays import Indices, Labels
from badak.data.loader import MAX_SEED


def balanced_order(labels: Labels, seed: int = 0, epoch: int = 0) -> Indices:
    """Return as many places as there are images, each class equally often, in random order.

    The images of a class are drawn equally often too, up to one: all of a rare class several times,
    and of a frequent one a part, which changes from epoch to epoch. What PyTorch's
    `WeightedRandomSampler` reaches on average, this reaches in each epoch, up to one image.

    Args:
        labels: (N,) class indices; classes without images are left out.
        seed: of the order.
        epoch: which epoch, from 0: another epoch has another order.

    Example:
        >>> labels = np.array([0, 0, 0, 0, 0, 0, 1, 1])
        >>> order = balanced_order(labels, seed=0)
        >>> np.bincount(labels[order]).tolist(), np.bincount(order)[6:].tolist()
        ([4, 4], [2, 2])
    """
    seed = checks.integer(seed, "seed", maximum=MAX_SEED)
    generator = np.random.default_rng([seed, checks.integer(epoch, "epoch")])
    present = generator.permutation(np.unique(labels))
    count, extra = divmod(len(labels), max(1, len(present)))
    drawn = [
        _drawn(np.flatnonzero(labels == label), count + (rank < extra), generator)
        for rank, label in enumerate(present)
    ]
    return generator.permutation(np.concatenate([np.empty(0, np.int64), *drawn]))


def _drawn(places: Indices, count: int, generator: np.random.Generator) -> Indices:
    """Draw from `places`: each `count // n` times, and some once more."""
    times, more = divmod(count, len(places))
    rest = generator.choice(places, more, replace=False)
    return np.concatenate([np.tile(places, times), rest])
