"""The images of a data set that resemble one image most: by their pixels, or for a network.

Letters: N images of the data set, the K nearest of them, C channels, H rows, W columns.
"""

from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import ArrayLike

from badak import checks
from badak.arrays import Array, Images, Indices, Labels, as_array, as_images
from badak.data import Dataset
from badak.errors import BadakError
from badak.network import Network

BLOCK = 2**22  # pixels compared at a time
BATCH = 32  # images whose features are compared at a time
TINY = 1e-30


@dataclass(frozen=True)
class Nearest:
    """The nearest images, the nearest first.

    Attributes:
        image: (C, H, W), the image they resemble.
        images: (K, C, H, W).
        labels: (K,).
        indices: (K,), their indices in the data set.
        distances: (K,), Euclidean: over the pixels, or between features of length 1.
    """

    image: Images
    images: Images
    labels: Labels
    indices: Indices
    distances: Array


def nearest(
    data: Dataset,
    image: ArrayLike,
    k: int = 8,
    net: Network | None = None,
    features: Array | None = None,
) -> Nearest:
    """Return the k images of a data set nearest to an image.

    By pixels this is the answer of a simple lookup. By a network's features, which suits photos,
    it is what the network holds to be alike.

    Args:
        data: the images to search, such as the training images.
        image: (C, H, W) or (1, C, H, W), of the data set's shape.
        k: how many, at most N.
        net: compare `net.features`, each scaled to length 1, in place of pixels.
        features: what `net.features` gives for the images of `data`, (N, F); computed if None.

    Returns:
        The nearest images; those of equal distance in the order of the data set.

    Raises:
        BadakError: an image of another shape, a k above N, or a network without a head or for
            images of another shape.

    Example:
        >>> from badak.data import load
        >>> train, _ = load("digits")
        >>> neighbours = nearest(train, train.images[7], k=3)
        >>> int(neighbours.indices[0]), float(neighbours.distances[0]), neighbours.labels
        (7, 0.0, array([7, 7, 7]))
    """
    array = as_array(image, "image")
    batch = as_images(array[None] if array.ndim == 3 else array, data.image_shape, name="image")
    if len(batch) != 1:
        raise BadakError(f"image must be one image, (C, H, W); got {array.shape}")
    count = checks.integer(k, "k", minimum=1, maximum=max(1, len(data)))
    if not len(data):
        raise BadakError("data must have at least one image; it is empty")
    seen, block = _pixels, max(1, BLOCK // batch.size)
    if net is not None:
        seen, block = partial(_features, net), BATCH
    own = seen(batch)
    if features is not None and len(features) != len(data):
        raise BadakError(f"features must be {len(data)} rows, as data; got {len(features)}")
    square = np.empty(len(data))
    for start in range(0, len(data), block):
        if features is None:
            others = seen(data.images[start : start + block])
        else:
            others = _unit(features[start : start + block])
        apart = others - own
        square[start : start + block] = np.einsum("nf,nf->n", apart, apart)
    indices = np.argsort(square, kind="stable")[:count]
    return Nearest(
        batch[0], data.images[indices], data.labels[indices], indices, np.sqrt(square[indices])
    )


def _pixels(images: Images) -> Array:
    rows: Array = images.reshape(len(images), -1)
    return rows


def _features(net: Network, images: Images) -> Array:
    return _unit(net.features(images))


def _unit(rows: Array) -> Array:
    """Rows of length 1."""
    unit: Array = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), TINY)
    return unit
