"""Parts of a data set by content: adding, renaming or removing images moves no other.

Each image, or group of images, has a key of 64 bits that is spread evenly. The part is decided by
where the key lies: the last part, which tests, takes the lowest keys.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from badak.arrays import Images, Indices, Labels
from badak.data.content import DIGESTS
from badak.data.dataset import Dataset

Keys = NDArray[np.uint64]


def deal_by_key(labels: Labels, keys: Keys, shares: Sequence[float]) -> Indices:
    """Return the part of each image, (N,) indices of `shares`.

    Images of one key are in one part. Shares are met on average, for the whole and each class. A
    class is in the first part if it is in any, and then in the last and the others if it has images
    of enough different keys; to give a part the class it lacks, one key is moved.

    Args:
        labels: (N,).
        keys: (N,) uint64.
        shares: of the parts; together 1. A part of share 0 stays empty.

    Example:
        >>> keys = np.array([0.1, 0.2, 0.5, 0.9, 0.95]) * 2**64
        >>> deal_by_key(np.zeros(5, int), keys.astype(np.uint64), (0.7, 0.15, 0.15))
        array([2, 1, 0, 0, 0])
    """
    edges = np.cumsum(shares[::-1])[:-1]  # from the last part on
    part = len(shares) - 1 - np.searchsorted(edges, keys / float(DIGESTS), side="right")
    needed = [0, *(place for place in range(len(shares) - 1, 0, -1) if shares[place])]
    # In an order that does not depend on the classes' names.
    for own in sorted(np.unique(labels), key=lambda label: int(keys[labels == label].min())):
        for place in needed:
            _fill(part, place, labels, keys, own)
    return part.astype(np.int64)


def _fill(part: Indices, place: int, labels: Labels, keys: Keys, own: int) -> None:
    """Move one key of a class into the part, if it lacks the class and others can spare one."""
    if (part[labels == own] == place).any():
        return
    candidates = np.unique(keys[labels == own])
    for key in candidates[::-1] if place == 0 else candidates:
        moved = keys == key
        if place == 0 or _spared(part, moved, labels):
            part[moved] = place
            return


def _spared(part: Indices, moved: NDArray[np.bool_], labels: Labels) -> bool:
    """Whether the part that has the moved images keeps others of each of their classes."""
    here = part == part[moved][0]
    return all((here & ~moved & (labels == label)).any() for label in np.unique(labels[moved]))


def keys_of(dataset: Dataset, groups: ArrayLike | None = None, seed: int = 0) -> Keys:
    """Return the key of each image, (N,) uint64: of its group's name if there are groups.

    Without groups it is the digest of the image's file, or of its pixels; a seed above 0 gives
    other keys.
    """
    if groups is None and dataset.digests is None:
        return _hashed((np.ascontiguousarray(image).tobytes() for image in _each(dataset)), seed)
    return keys_of_files(dataset.digests, groups, seed)


def keys_of_files(digests: Keys | None, groups: ArrayLike | None = None, seed: int = 0) -> Keys:
    """Return the keys of files by their digests (N,), or by the names of their groups (N,)."""
    if groups is not None:
        return _hashed((str(group).encode() for group in np.asarray(groups)), seed)
    every = np.asarray(digests, np.uint64)
    return _hashed((number.tobytes() for number in every), seed) if seed else every


def _each(dataset: Dataset) -> Iterator[Images]:
    return (dataset[place][0] for place in range(len(dataset)))


def _hashed(contents: Iterable[bytes], seed: int) -> Keys:
    salt = seed.to_bytes(8, "big")
    digests = (hashlib.blake2b(content, digest_size=8, salt=salt) for content in contents)
    return np.array([int.from_bytes(each.digest(), "big") for each in digests], np.uint64)
