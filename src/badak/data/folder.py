"""A folder of images as a data set: one sub-folder a class, in the order of their names.

PATH/ants/a.png  PATH/bees/b.jpg            split 80 : 20 into train and test
PATH/train/ants/...  PATH/test/ants/...     (or val, valid, validation) taken as they are
"""

import warnings
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from badak import checks
from badak.data.dataset import Dataset
from badak.data.image import Pair, grey, read_pixels, size_pair
from badak.data.split import split
from badak.errors import ArgumentTypeError, FormatError
from badak.files import as_path

ENDINGS = (".png", ".jpg", ".jpeg", ".bmp", ".gif")
TEST_FOLDERS = ("test", "val", "valid", "validation")
DEFAULT_SIZE = 32
TRAIN_SHARE = 0.8

Part = tuple[NDArray[np.uint8], list[int]]


def read_folder(
    path: str | Path,
    image_size: int | Sequence[int] = DEFAULT_SIZE,
    color: bool | None = None,
    skip_corrupt: bool = False,
) -> tuple[Dataset, Dataset]:
    """Read a folder of images.

    Each image is turned upright, scaled to cover `image_size` and its middle kept. Hidden files and
    files that are not named .png, .jpg, .jpeg, .bmp or .gif are passed over. Without a train and a
    test folder inside, every fifth image of a class tests; which ones depends on the names of the
    files and on nothing else. For three parts, `badak.data.split` the training part again.

    Args:
        path: the folder.
        image_size: one number or (height, width), in pixels.
        color: True for red, green and blue, False for grey, None for colour if any image has some.
        skip_corrupt: pass over images that cannot be decoded, with one warning that counts them.

    Returns:
        (train, test): images (N, C, H, W) float32 in [0, 1], labels int64; class names are those of
        the sub-folders.

    Raises:
        ArgumentTypeError, BadakError: an option that makes no sense.
        FormatError: no such folder, fewer than two classes, a class without images, a test class
            that the training part lacks, an image that cannot be decoded.

    Example:
        >>> read_folder("/nowhere")
        Traceback (most recent call last):
        badak.errors.FormatError: /nowhere must be a folder of images; there is none
    """
    path, size = as_path(path), size_pair(image_size)
    if color not in (None, True, False):
        raise ArgumentTypeError(f"color must be True, False or None; got {color!r}")
    if not path.is_dir():
        raise FormatError(f"{path} must be a folder of images; there is none")
    ready = next((path / name for name in TEST_FOLDERS if (path / name).is_dir()), None)
    ready = ready if (path / "train").is_dir() else None
    classes = _folders(path / "train" if ready else path)
    if ready and not set(_folders(ready)) <= set(classes):
        strange = sorted(set(_folders(ready)) - set(classes))
        raise FormatError(f"{ready} has classes that {path / 'train'} lacks: {', '.join(strange)}")
    skipped: list[str] | None = [] if skip_corrupt else None
    roots = [path / "train", ready] if ready else [path]
    parts = [_read_part(root, classes, size, skipped) for root in roots]
    if skipped:
        warnings.warn(
            f"{path}: {len(skipped)} images could not be decoded and were left out; the first: "
            f"{skipped[0]}",
            stacklevel=2,
        )
    if color is None:
        color = any(_has_colour(images) for images, _ in parts)
    sets = [
        Dataset(images if color else grey(images), labels, classes, path.name)
        for images, labels in parts
    ]
    if len(sets) == 1:
        sets = list(split(sets[0], (TRAIN_SHARE, 1 - TRAIN_SHARE)))
    return sets[0], sets[1]


def _folders(path: Path) -> list[str]:
    """The names of the classes, sorted."""
    names = [entry.name for entry in _entries(path) if entry.is_dir()]
    if len(names) < 2:
        raise FormatError(
            f"{path} must hold one sub-folder of images a class, at least two; "
            f"got {', '.join(names) or 'none'}"
        )
    return names


def _read_part(root: Path, classes: list[str], size: Pair, skipped: list[str] | None) -> Part:
    """Pixels (N, 3, H, W) and labels of every class below `root`, in the order of their names."""
    files = [
        (path, label)
        for label, name in enumerate(classes)
        if (root / name).is_dir()
        for path in _images(root / name)
    ]
    checks.memory(len(files) * 3 * size[0] * size[1] * 5, f"{len(files)} images of {root}")
    pixels, labels = [], []
    for path, label in files:
        try:
            pixels.append(read_pixels(path, size))
            labels.append(label)
        except FormatError as fault:
            if skipped is None:
                raise FormatError(f"{fault}; skip_corrupt=True leaves such images out") from None
            skipped.append(str(fault))
    lost = {label for _, label in files} - set(labels)
    if lost:
        raise FormatError(f"{root / classes[min(lost)]} holds no image that can be decoded")
    return np.stack(pixels), labels


def _images(folder: Path) -> list[Path]:
    paths = [path for path in _entries(folder) if path.suffix.lower() in ENDINGS and path.is_file()]
    if not paths:
        raise FormatError(f"{folder} holds no images ({', '.join(ENDINGS)})")
    return paths


def _has_colour(images: NDArray[np.uint8]) -> bool:
    red, green, blue = images.transpose(1, 0, 2, 3)  # (N, 3, H, W) -> three of (N, H, W)
    return not (np.array_equal(red, green) and np.array_equal(green, blue))


def _entries(folder: Path) -> list[Path]:
    """What a folder shows, in the order of the names, whatever order the disk has."""
    try:
        return sorted(entry for entry in folder.iterdir() if not entry.name.startswith("."))
    except OSError as fault:
        raise FormatError(f"{folder} cannot be read: {fault.strerror or fault}") from None
