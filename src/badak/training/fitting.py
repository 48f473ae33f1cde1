"""Whether data fit a network, and which of them are measured at each epoch's end."""

from typing import Any

import numpy as np

from badak.arrays import check_layout
from badak.data import Dataset
from badak.data.loader import LARGEST_SEED
from badak.errors import ArgumentTypeError, BadakError
from badak.network import Network


def check_data(data: Any, name: str, net: Network) -> None:
    """Refuse what the network cannot be trained or measured on.

    Raises:
        ArgumentTypeError: no Dataset.
        BadakError: no images, images of another shape, or more classes than outputs.
    """
    if not isinstance(data, Dataset):
        raise ArgumentTypeError(
            f"{name} must be a badak.data.Dataset; got {type(data).__name__}: wrap arrays as "
            "badak.data.Dataset(images, labels)"
        )
    if not len(data):
        raise BadakError(f"{name} must have at least one image; it is empty")
    check_layout(data.images, f"{name}.images", net.input_shape)
    if data.image_shape != net.input_shape:
        raise BadakError(
            f"{name} has images of {data.image_shape}; the network takes {net.input_shape}"
        )
    if data.num_classes > net.num_classes:
        raise BadakError(
            f"{name} has {data.num_classes} classes; the network has {net.num_classes} outputs"
        )


def sample(data: Dataset, size: int, seed: int) -> Dataset:
    """Return the same `size` images each time, or all if there are no more.

    Example:
        >>> few = Dataset(np.zeros((3, 1, 2, 2)), [0, 1, 0])
        >>> len(sample(few, 2, seed=0)), sample(few, 5, seed=0) is few
        (2, True)
    """
    if size >= len(data):
        return data
    chosen = np.random.default_rng([seed, LARGEST_SEED]).choice(len(data), size, replace=False)
    return data[np.sort(chosen)]
