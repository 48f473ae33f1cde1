"""Images that a data set holds more than once: equal files, and images that look the same.

Letters: N images.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from badak import checks
from badak.arrays import Indices, as_array
from badak.errors import ArgumentTypeError, BadakError

DISTANCE = 10  # bits of 64; different photos differ in about 32
# Grey pictures of 16 x 16, each of mean 0 and length 1: what two of one photo differ in, at most.
DIFFERENCE = 0.5
BLOCK = 512  # hashes compared with all others at a time
FLAT = 2.0  # grey levels: an image of less contrast has no structure to compare

Groups = tuple[tuple[int, ...], ...]


def exact_duplicates(digests: NDArray[np.uint64]) -> Groups:
    """Return the groups of equal digests, (N,), each in the order of the images.

    Example:
        >>> exact_duplicates(np.array([7, 5, 7, 6], np.uint64))
        ((0, 2),)
    """
    _, group = np.unique(digests, return_inverse=True)
    return _as_groups(group)


def near_duplicates(
    hashes: NDArray[np.uint64],
    distance: int = DISTANCE,
    tiny: NDArray[np.uint8] | None = None,
) -> Groups:
    """Return groups of images whose hashes differ in few bits.

    Two images are in one group if a chain of such pairs joins them.

    Args:
        hashes: (N,) uint64, as `Survey.hashes`.
        distance: the number of bits that a pair may differ in.
        tiny: (N, H, W) small grey pictures, as `Survey.tiny`: a pair must resemble each other in
            them as well; pictures without contrast are in no group.

    Returns:
        Groups of two images or more, each in the order of the images.

    Raises:
        ArgumentTypeError: hashes of another type.
        BadakError: a distance outside 0..64, or `tiny` of another length.

    Example:
        >>> near_duplicates(np.array([0b0000, 0b1111, 0b0001, 0b0111], np.uint64), distance=1)
        ((0, 2), (1, 3))
    """
    hashes = as_array(hashes, "hashes")
    if hashes.dtype != np.uint64 or hashes.ndim != 1:
        raise ArgumentTypeError(
            f"hashes must be uint64 of shape (N,); got {hashes.dtype} of {hashes.shape}"
        )
    checks.integer(distance, "distance", maximum=64)
    group = np.arange(len(hashes))
    for row, others in _pairs(hashes, distance, _compared(tiny, len(hashes))):
        joined = np.unique(np.append(group[others], group[row]))
        if len(joined) > 1:
            group[np.isin(group, joined)] = joined[0]
    return _as_groups(group)


def _pairs(
    hashes: NDArray[np.uint64], distance: int, tiny: NDArray[np.float32] | None
) -> Iterator[tuple[int, Indices]]:
    """Yield each image that has near ones after it, with these."""
    for start in range(0, len(hashes), BLOCK):
        rows = hashes[start : start + BLOCK, None]
        near = np.bitwise_count(rows ^ hashes[None, start:]) <= distance
        near &= np.arange(len(hashes) - start) > np.arange(len(rows))[:, None]
        for row in np.flatnonzero(near.any(axis=1)).tolist():
            others = start + np.flatnonzero(near[row])
            if tiny is not None:
                alike = np.einsum("ij,j->i", tiny[others], tiny[start + row])
                others = others[2 - 2 * alike < DIFFERENCE**2]
            if len(others):
                yield start + row, others


def _compared(tiny: NDArray[np.uint8] | None, count: int) -> NDArray[np.float32] | None:
    """The pictures as rows of mean 0 and length 1; of length 0 without contrast."""
    if tiny is None:
        return None
    if len(tiny) != count:
        raise BadakError(f"tiny must hold {count} pictures, one per hash; got {len(tiny)}")
    rows = tiny.reshape(count, -1).astype(np.float32)
    rows -= rows.mean(axis=1, keepdims=True)
    rows[rows.std(axis=1) < FLAT] = 0
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / np.maximum(lengths, 1e-6), np.float32)


def _as_groups(group: Indices) -> Groups:
    """The images of each number that occurs twice or more."""
    order = np.argsort(group, kind="stable")
    edges = np.flatnonzero(np.diff(group[order])) + 1
    pieces = np.split(order, edges)
    found = [tuple(piece.tolist()) for piece in pieces if len(piece) > 1]
    return tuple(sorted(found))
