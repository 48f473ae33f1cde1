"""MNIST and the data sets in four IDX files like MNIST's, such as Fashion-MNIST.

Letters: N images, H rows, W columns, K classes.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from badak.arrays import Labels
from badak.data.dataset import Dataset
from badak.data.idx import by, read_idx
from badak.errors import FormatError
from badak.files import as_path

Files = dict[str, tuple[str, str]]  # part -> names of its images and labels, without .gz

FILES: Files = {
    "train": ("train-images-idx3-ubyte", "train-labels-idx1-ubyte"),
    "test": ("t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"),
}
DIGITS = tuple("0123456789")
FASHION = (
    "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag",
    "Ankle boot",
)  # fmt: skip


def read_mnist_like(
    folder: str | Path,
    class_names: Sequence[str] = DIGITS,
    name: str = "mnist",
    files: Files = FILES,
    first_label: int = 0,
    transposed: bool = False,
) -> tuple[Dataset, Dataset]:
    """Read a folder with four files like MNIST's, each plain or ``.gz``.

    Of K class names, labels lie in `first_label` to `first_label` + K - 1. The files are MNIST's by
    default; `transposed` images are stored column by column.

    Returns:
        (train, test): images (N, 1, H, W) float32 in [0, 1], labels (N,) int64.

    Raises:
        FormatError: a file is missing or bad, or images and labels do not belong together.

    Example:
        >>> read_mnist_like("/nowhere")
        Traceback (most recent call last):
        badak.errors.FormatError: /nowhere lacks train-images-idx3-ubyte, plain or .gz
    """
    parts = [_read_part(as_path(folder), *files[part]) for part in ("train", "test")]
    train, test = (
        Dataset(
            (images.swapaxes(1, 2) if transposed else images)[:, None],  # -> (N, 1, H, W)
            _from_zero(labels, first_label, len(class_names), labels_path),
            class_names,
            name,
        )
        for images, labels, labels_path in parts
    )
    if train.image_shape != test.image_shape:
        raise FormatError(
            f"{folder}: training images are {by(train.image_shape)} "
            f"and test images {by(test.image_shape)}; they must be equal"
        )
    return train, test


def find(folder: Path, stem: str) -> Path | None:
    """Return the file `stem` of a folder, packed or plain, in either spelling in use; else None."""
    names = (stem, stem.replace("-idx", ".idx"))
    paths = [folder / (name + ending) for name in names for ending in (".gz", "")]
    return next((path for path in paths if path.is_file()), None)


def _read_part(
    folder: Path, images_stem: str, labels_stem: str
) -> tuple[NDArray[np.uint8], NDArray[np.uint8], Path]:
    """Return images (N, H, W), their labels (N,) and the labels' file."""
    paths = [find(folder, stem) for stem in (images_stem, labels_stem)]
    for path, stem in zip(paths, (images_stem, labels_stem), strict=True):
        if path is None:
            raise FormatError(f"{folder} lacks {stem}, plain or .gz")
    images_path, labels_path = (path for path in paths if path)
    images, labels = read_idx(images_path), read_idx(labels_path)
    for path, array, what, ndim in (
        (images_path, images, "images", 3),
        (labels_path, labels, "labels", 1),
    ):
        if array.ndim != ndim or array.dtype != np.uint8:
            hint = ": are images and labels swapped?" if array.ndim == 4 - ndim else ""
            raise FormatError(
                f"{path} must hold {what}, uint8 with {ndim} dimension{'s' * (ndim > 1)}; "
                f"got {array.dtype} of shape {by(array.shape)}{hint}"
            )
    if 0 in images.shape:
        raise FormatError(f"{images_path} must hold images; got shape {by(images.shape)}")
    if len(images) != len(labels):
        raise FormatError(
            f"{images_path} holds {len(images)} images and {labels_path} {len(labels)} labels; "
            "the numbers must be equal"
        )
    return images, labels, labels_path


def _from_zero(labels: NDArray[np.uint8], first: int, count: int, path: Path) -> Labels:
    """Return the labels of `count` classes, counted from 0."""
    numbers = labels.astype(np.int64) - first
    outside = (numbers < 0) | (numbers >= count)
    if outside.any():
        place = int(np.argmax(outside))
        raise FormatError(
            f"{path}: labels must lie in {first}..{first + count - 1}; "
            f"label {place} is {labels[place]}"
        )
    return numbers
