"""MNIST and the data sets that come in its four IDX files, such as Fashion-MNIST.

Letters: N images, H rows, W columns, K classes.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from badak.data.dataset import Dataset
from badak.data.idx import by, read_idx
from badak.errors import FormatError
from badak.files import as_path

FILES = {
    "train": ("train-images-idx3-ubyte", "train-labels-idx1-ubyte"),
    "test": ("t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"),
}
DIGITS = tuple("0123456789")
FASHION = (
    "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag",
    "Ankle boot",
)  # fmt: skip


def read_mnist_like(
    folder: str | Path, class_names: Sequence[str] = DIGITS, name: str = "mnist"
) -> tuple[Dataset, Dataset]:
    """Read a folder with MNIST's four files, each plain or ``.gz``.

    Args:
        folder: where train-images-idx3-ubyte, train-labels-idx1-ubyte, t10k-images-idx3-ubyte and
            t10k-labels-idx1-ubyte lie.
        class_names: K names; a label must be below K.
        name: the name of the data sets.

    Returns:
        (train, test): images (N, 1, H, W) float32 in [0, 1], labels (N,) int64.

    Raises:
        FormatError: a file is missing or bad, or images and labels do not belong together.

    Example:
        >>> read_mnist_like("/nowhere")
        Traceback (most recent call last):
        badak.errors.FormatError: /nowhere lacks train-images-idx3-ubyte, plain or .gz
    """
    place = as_path(folder)
    train, test = (_read_part(place, *FILES[part], class_names, name) for part in FILES)
    if train.image_shape != test.image_shape:
        raise FormatError(
            f"{folder}: training images are {by(train.image_shape)} "
            f"and test images {by(test.image_shape)}; they must be alike"
        )
    return train, test


def find(folder: Path, stem: str) -> Path | None:
    """Return the file `stem` of a folder, packed or plain, in either spelling in use; else None."""
    names = (stem, stem.replace("-idx", ".idx"))
    paths = [folder / (name + ending) for name in names for ending in (".gz", "")]
    return next((path for path in paths if path.is_file()), None)


def _read_part(
    folder: Path, images_stem: str, labels_stem: str, class_names: Sequence[str], name: str
) -> Dataset:
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
            "they must be as many"
        )
    if labels.max() >= len(class_names):
        first = int(np.argmax(labels >= len(class_names)))
        raise FormatError(
            f"{labels_path}: labels must lie in 0..{len(class_names) - 1}; "
            f"label {first} is {labels[first]}"
        )
    return Dataset(images[:, None], labels, class_names, name)  # (N, H, W) -> (N, 1, H, W)
