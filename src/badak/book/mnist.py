"""load_mnist as in the book (chapter 3.6.1)."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from badak.data import Dataset, load

Part = tuple[NDArray[Any], NDArray[Any]]


def load_mnist(
    normalize: bool = True, flatten: bool = True, one_hot_label: bool = False
) -> tuple[Part, Part]:
    """Load MNIST with `badak.data.load` (the book's chapter 3.6.1).

    Args:
        normalize: whether pixels are 0.0 to 1.0, float32; else 0 to 255, uint8.
        flatten: whether images are (N, 784); else (N, 1, 28, 28).
        one_hot_label: whether labels are one-hot rows (N, 10), float64; else (N,) uint8.

    Returns:
        (training images, training labels), (test images, test labels): 60,000 and 10,000.

    Raises:
        BadakError: MNIST is not on this machine and cannot be downloaded.

    Example:
        >>> (x_train, t_train), (x_test, t_test) = load_mnist(flatten=False)  # doctest: +SKIP
        >>> x_test.shape, t_test[:3]  # doctest: +SKIP
        ((10000, 1, 28, 28), array([7, 2, 1], dtype=uint8))
    """
    train, test = load("mnist")
    return (
        _part(train, normalize, flatten, one_hot_label),
        _part(test, normalize, flatten, one_hot_label),
    )


def _part(data: Dataset, normalize: bool, flatten: bool, one_hot_label: bool) -> Part:
    images: NDArray[Any] = np.asarray(data.images)
    if not normalize:
        images = np.rint(images * 255).astype(np.uint8)
    if flatten:
        images = images.reshape(len(images), -1)
    labels = np.eye(data.num_classes)[data.labels] if one_hot_label else data.labels
    return images, labels if one_hot_label else labels.astype(np.uint8)
