"""A folder of images as a data set: one sub-folder per class, in the order of their names.

PATH/ants/a.png  PATH/bees/b.jpg            about a fifth of the images test, chosen by content
PATH/train/ants/...  PATH/test/ants/...     (or val, valid, validation) are kept as they are
"""

import warnings
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from badak.arrays import Labels, Mask
from badak.data.content import choose_tested
from badak.data.dataset import Dataset
from badak.data.decoding import Progress, decode
from badak.data.image import Pair, crop_share, endings, size_pair
from badak.data.listing import classes_of, entries_of, kind_of, roots_of
from badak.data.stored import StoredImages
from badak.errors import ArgumentTypeError, FormatError, listed
from badak.files import as_path

DEFAULT_SIZE = 32


class _Part(NamedTuple):
    """Images (N, 3, H, W) with their labels (N,), and what `Decoded` says about each (N,)."""

    images: StoredImages
    labels: Labels
    table: NDArray[Any]

    def chosen(self, mask: Mask) -> "_Part":
        """Return the images for which the mask is True."""
        return _Part(self.images.part(mask), self.labels[mask], self.table[mask])

    def dataset(self, class_names: Sequence[str], name: str, color: bool) -> Dataset:
        """Return the images as a data set, in colour or grey."""
        images = self.images if color else self.images.as_grey()
        return Dataset(images, self.labels, class_names, name, self.table["digest"])


def read_folder(
    path: str | Path,
    image_size: int | Sequence[int] = DEFAULT_SIZE,
    color: bool | None = None,
    skip_corrupt: bool = False,
    crop: float = 1.0,
    progress: Progress | None = None,
) -> tuple[Dataset, Dataset]:
    """Read a folder of images.

    Each image is turned upright, scaled to cover `image_size` and cropped to its centre, as
    `badak.data.read_image` does. The formats are those of `badak.data.image.readable_formats`.
    Hidden files are skipped silently, others with one warning that counts them.

    Without a train and a test folder inside, about a fifth of the images test. An image's content
    decides its part: adding, renaming or removing files moves no other image, except that each
    class trains on at least one image and, if it has two, tests on at least one. For three parts,
    `badak.data.split` the training part again.

    Args:
        path: the folder.
        image_size: one number or (height, width), in pixels.
        color: True for RGB, False for grey, None for RGB if any image has colours.
        skip_corrupt: skip images that cannot be decoded, with one warning that counts them.
        crop: the share of an image's height and width from which the result is cut; 0.875 is
            PyTorch's Resize(256) and CenterCrop(224).
        progress: called as progress(done, total) while images are decoded, the first time.

    Returns:
        (train, test): images (N, C, H, W) that read as float32 in [0, 1]; they are stored as uint8,
        in memory or, above 64 MiB, on disk (`badak.data.stored.StoredImages`). Labels int64; class
        names are those of the sub-folders, composed (Unicode's NFC); digests those of the files.

    Raises:
        ArgumentTypeError, BadakError: an invalid option, or no room on the disk.
        FormatError: no such folder, fewer than two classes, a class without images or whose name is
            not UTF-8, a test class that the training part lacks, an image that cannot be decoded.

    Example:
        >>> read_folder("/nowhere")
        Traceback (most recent call last):
        badak.errors.FormatError: /nowhere must be a folder of images; it does not exist
    """
    path, size = as_path(path), size_pair(image_size)
    if color not in (None, True, False):
        raise ArgumentTypeError(f"color must be True, False or None; got {color!r}")
    if not path.is_dir():
        raise FormatError(f"{path} must be a folder of images; it does not exist")
    reading = _Reading(size, crop_share(crop), skip_corrupt, progress)
    names, parts = reading.folder(path)
    for words in (*reading.cautions(), *_shared(parts), *_dark(parts)):
        warnings.warn(f"{path}: {words}", stacklevel=2)
    if color is None:
        color = any(part.table["coloured"].any() for part in parts)
    train, test = (
        part.dataset(names, path.name, color)
        for part in (parts if len(parts) == 2 else _split(parts[0], path))
    )
    return train, test


def read_classes(
    path: str | Path,
    class_names: Sequence[str],
    image_size: int | Sequence[int],
    color: bool,
    skip_corrupt: bool = False,
    crop: float = 1.0,
) -> Dataset:
    """Read one part of a data set, a folder with sub-folders that are named as known classes.

    Images are prepared as by `read_folder`. Classes without a sub-folder have no image.

    Raises:
        ArgumentTypeError, BadakError, FormatError: as `read_folder`, or an unknown class.

    Example:
        >>> read_classes("/nowhere", ["ant", "bee"], 32, True)
        Traceback (most recent call last):
        badak.errors.FormatError: /nowhere must be a folder of images; it does not exist
    """
    path, size = as_path(path), size_pair(image_size)
    if not path.is_dir():
        raise FormatError(f"{path} must be a folder of images; it does not exist")
    reading = _Reading(size, crop_share(crop), skip_corrupt)
    (part,) = reading.parts([path], list(class_names))
    for words in reading.cautions():
        warnings.warn(f"{path}: {words}", stacklevel=2)
    return part.dataset(class_names, path.name, color)


class _Reading:
    """Reads the parts of a folder, and remembers what it skipped, for a warning."""

    def __init__(
        self, size: Pair, crop: float, skip_corrupt: bool, progress: Progress | None = None
    ) -> None:
        self.how = size, crop, skip_corrupt, progress
        self.skipped: list[Path] = []
        self.corrupt: list[str] = []

    def folder(self, path: Path) -> tuple[list[str], list[_Part]]:
        """Return the names of the classes, and the folder's part or two parts."""
        roots = roots_of(path)
        names = list(classes_of(roots[0]))
        if len(names) < 2:
            raise FormatError(
                f"{roots[0]} must hold one sub-folder of images per class, at least two; "
                f"got {', '.join(names) or 'none'}"
            )
        if path not in roots:
            self.skipped += [entry for entry in entries_of(path) if entry not in roots]
        return names, self.parts(roots, names)

    def parts(self, roots: list[Path], names: list[str]) -> list[_Part]:
        """Return the images below each root, labelled by the names of their classes."""
        files = [self._files(root, names) for root in roots]
        decoded = decode([file for part in files for file, _ in part], *self.how)
        self.corrupt = list(decoded.faults.values())
        images, parts, start = StoredImages(decoded.rows), [], 0
        for root, part in zip(roots, files, strict=True):
            labels = np.array([label for _, label in part])
            places = np.arange(start, start + len(part))
            good = ~np.isin(places, list(decoded.faults))
            lost = np.setdiff1d(labels, labels[good])
            if len(lost):
                raise FormatError(f"{root / names[lost[0]]} holds no image that can be decoded")
            chosen = places[good]
            parts.append(_Part(images.part(chosen), labels[good], decoded.table[chosen]))
            start += len(part)
        return parts

    def _files(self, root: Path, names: list[str]) -> list[tuple[Path, int]]:
        """Return the image files of every class below `root`, in the order of `names`."""
        classes = classes_of(root)
        unknown = sorted(classes.keys() - set(names))
        if unknown:
            raise FormatError(
                f"{root} has classes that were not learnt: {listed(unknown)}; those are "
                f"{listed(names)}"
            )
        if not classes:
            raise FormatError(f"{root} must hold a sub-folder per class, such as {names[0]}")
        self.skipped += [entry for entry in entries_of(root) if not entry.is_dir()]
        return [
            (file, label)
            for label, name in enumerate(names)
            if name in classes
            for file in self._images(classes[name])
        ]

    def _images(self, folders: list[Path]) -> list[Path]:
        """Return the image files of a class, sorted by name."""
        entries = [entry for folder in folders for entry in entries_of(folder)]
        known = set(endings())
        images = [entry for entry in entries if entry.suffix.lower() in known and entry.is_file()]
        if not images:
            raise FormatError(f"{folders[0]} holds no images ({', '.join(endings())})")
        self.skipped += sorted(set(entries) - set(images))
        return images

    def cautions(self) -> Iterator[str]:
        """Say what was skipped and what could not be decoded."""
        if self.skipped:
            kinds = Counter(kind_of(entry) for entry in self.skipped).most_common()
            words = listed([f"{count} {kind}" for kind, count in kinds])
            yield (
                f"skipped what is not an image of a class: {words}; the names of images end in "
                f"{', '.join(endings())}"
            )
        if count := len(self.corrupt):
            yield (
                f"{count} image{'s'[: count != 1]} could not be decoded; the first: "
                f"{self.corrupt[0]}"
            )


def _shared(parts: list[_Part]) -> Iterator[str]:
    """Say whether the folder's test part shares images with its training part."""
    if len(parts) < 2:
        return
    train, test = (part.table["digest"] for part in parts)
    if shared := int(np.isin(test, train).sum()):
        yield (
            f"{shared} of the {len(test)} test images are training images as well, so "
            "the test accuracy will be too high: remove them from one part"
        )


def _dark(parts: list[_Part]) -> Iterator[str]:
    """Say whether all pixels are 0 or 1, as in the images of a mask."""
    if max(part.table["brightest"].max() for part in parts) == 1:
        yield (
            "all pixels are 0 or 1 of 255, so every image is nearly black: save them again with 0 "
            "and 255"
        )


def _split(every: _Part, path: Path) -> tuple[_Part, _Part]:
    """Split into images for training and for testing, by the content of their files."""
    count = int(every.labels.max()) + 1
    digests = every.table["digest"]
    classes = [digests[every.labels == label].tolist() for label in range(count)]
    tested = np.isin(digests, np.array(list(choose_tested(classes)), np.uint64))
    if not tested.any():
        raise FormatError(
            f"{path} must hold two different images of some class, one to learn and one to test; "
            f"got {len(tested)} images of {count} classes"
        )
    return every.chosen(~tested), every.chosen(tested)
