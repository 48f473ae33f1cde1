"""Merge equal samples into one of more weight."""

import hashlib

import numpy as np
from numpy.typing import NDArray

from badak.arrays import Images, Labels


def distinct(
    images: Images, labels: Labels, weight: NDArray[np.float64]
) -> tuple[Images, Labels, NDArray[np.float64]]:
    """Merge equal samples, whose weights are added, and leave out those of weight 0.

    A sample of weight k then equals k equal samples, bit for bit, and the order of the samples does
    not matter: they are returned in the order of their digests.

    Arrays are (N, C, H, W), (N,) and (N,), as are those returned, but of M <= N samples.

    Example:
        >>> x = np.ones((3, 1, 2, 2))
        >>> distinct(x, np.array([7, 8, 7]), np.array([1.0, 0.0, 2.0]))[1:]
        (array([7]), array([3.]))
    """
    places: dict[bytes, int] = {}
    totals: dict[bytes, float] = {}
    # In order of weight, since a sum of floats depends on the order.
    for place in np.argsort(weight, kind="stable").tolist():
        if weight[place] == 0:
            continue
        key = hashlib.blake2b(images[place].tobytes(), digest_size=16)
        key.update(labels[place].tobytes())
        places.setdefault(key.digest(), place)
        totals[key.digest()] = totals.get(key.digest(), 0.0) + weight[place]
    keys = sorted(places)
    chosen = [places[key] for key in keys]
    return images[chosen], labels[chosen], np.array([totals[key] for key in keys])
