"""Check that data fits a network; choose what is measured at the end of each epoch."""

import math
from typing import Any

import numpy as np

from badak.arrays import check_layout
from badak.data import Dataset
from badak.data.loader import MAX_SEED
from badak.errors import ArgumentTypeError, BadakError
from badak.network import Network
from badak.training.history import EpochRecord, Position

# Training images measured at each epoch's end if neither a number nor validation images are given.
TRAIN_SAMPLE = 10_000


def check_parts(
    net: Network, train: Any, validation: Any, batch_size: int, early_stopping: int | None
) -> None:
    """Refuse data that the network cannot be trained or measured on."""
    _check(train, "train", net)
    if batch_size > len(train):
        raise BadakError(
            f"batch_size must be at most the {len(train)} training images; got {batch_size}"
        )
    if validation is not None:
        _check(validation, "validation", net)
    elif early_stopping is not None:
        raise BadakError(
            f"early_stopping={early_stopping} needs the validation accuracy; pass validation images"
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


def measured(
    train: Dataset, validation: Dataset | None, size: int | None, seed: int
) -> list[Dataset]:
    """Return the images measured at each epoch's end: of training, then of validation if any.

    `size` of each; if None, all validation images and as many training images.
    """
    parts = [train] if validation is None else [train, validation]
    count = size or (TRAIN_SAMPLE if validation is None else len(validation))
    return [sample(part, count, seed) for part in parts]


def measure(net: Network, parts: list[Dataset], position: Position) -> EpochRecord:
    """Measure the network on what `measured` returned, at the end of the current epoch."""
    results = [net.evaluate(part) for part in parts]
    values = [value for result in results for value in (result.loss, result.accuracy)]
    values += [math.nan] * (4 - len(values))
    return EpochRecord(position.epoch + 1, position.step, *values)


def sample(data: Dataset, size: int, seed: int) -> Dataset:
    """Return the same `size` images each time, or all if there are no more.

    Example:
        >>> few = Dataset(np.zeros((3, 1, 2, 2)), [0, 1, 0])
        >>> len(sample(few, 2, seed=0)), sample(few, 5, seed=0) is few
        (2, True)
    """
    if size >= len(data):
        return data
    chosen = np.random.default_rng([seed, MAX_SEED]).choice(len(data), size, replace=False)
    return data[np.sort(chosen)]
