"""Whether data fits a network, and which images are measured at the end of each epoch."""

from typing import TYPE_CHECKING, Any

import numpy as np

from badak.arrays import check_layout
from badak.data import Dataset
from badak.data.loader import LARGEST_SEED
from badak.errors import ArgumentTypeError, BadakError
from badak.network import Network

if TYPE_CHECKING:
    from badak.training.trainer import Trainer


def check_parts(trainer: "Trainer", train: Any, validation: Any) -> None:
    """Refuse what the trainer's network cannot be trained or measured on.

    Raises:
        ArgumentTypeError: no Dataset.
        BadakError: no images, fewer than a batch, images of another shape, more classes than
            outputs, or no validation images for early stopping.
    """
    _check(train, "train", trainer.net)
    if trainer.batch_size > len(train):
        raise BadakError(
            f"batch_size must be at most the {len(train)} training images; got {trainer.batch_size}"
        )
    if validation is not None:
        _check(validation, "validation", trainer.net)
    elif trainer.early_stopping is not None:
        raise BadakError(
            f"early_stopping={trainer.early_stopping} watches the validation accuracy; pass "
            "validation images"
        )


def _check(data: Any, name: str, net: Network) -> None:
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
