"""Dataset: images, their labels and the names of the classes, checked once and then trusted."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, overload

import numpy as np
from numpy.typing import ArrayLike, NDArray

from badak import checks
from badak.arrays import (
    Images,
    Indices,
    Labels,
    Shape,
    as_images,
    as_labels,
    selected,
    warn_of_odd_images,
)
from badak.data.items import Items, read_items
from badak.data.mapped import mapped_images
from badak.data.pictures import pictures
from badak.data.stored import StoredImages
from badak.errors import ArgumentTypeError, BadakError

Index = slice | Sequence[int] | NDArray[Any]
SAMPLE = 100  # images of a file that are looked at for a warning
INDEXED = "a Dataset is indexed by an integer, a slice, indices (M,) or a mask (N,)"


@dataclass(frozen=True, eq=False, repr=False)
class Dataset:
    """Labelled images, ready to train on.

    Args:
        images: (N, C, H, W) floats, or uint8 in 0..255, which is scaled to [0, 1]. Those of a
            mapped file (`badak.data.open_array`, numpy.memmap) stay in it, and are checked for NaN
            when they are read.
        labels: (N,) integers in [0, K), or one-hot rows (N, K).
        class_names: K different names, at least two; None names them "0", "1", ... up to the
            largest label.
        name: what messages and reports call the data set.
        digests: (N,) integers below 2^64 that identify the content of the images' files; None if
            the images have no files.

    Attributes:
        images: (N, C, H, W) float32. The caller's own memory if it already has that form; of a
            file, `badak.data.stored.StoredImages`, which read as float32 when they are indexed.
        labels: (N,) int64.
        class_names: K names; label k is class_names[k].
        digests: (N,) uint64, or None.

    Raises:
        ArgumentTypeError: images or labels that are not arrays of numbers, or a name that is
            not a string.
        BadakError: lengths that differ, a label out of range, NaN or infinity, an axis of length 0
            (except N: an empty selection is legal), class names that repeat.

    Example:
        >>> pets = Dataset(np.zeros((3, 1, 8, 8)), [0, 1, 1], ["cat", "dog"], "pets")
        >>> pets
        Dataset('pets': 3 images of (1, 8, 8), 2 classes)
        >>> pets[1:].labels
        array([1, 1])
        >>> Dataset(np.zeros((3, 1, 8, 8)), [0, 1, 2], ["cat", "dog"])
        Traceback (most recent call last):
        badak.errors.BadakError: labels must lie in 0..1; label 2 is 2
    """

    images: Images | StoredImages
    labels: Labels
    class_names: tuple[str, ...]
    name: str
    digests: NDArray[np.uint64] | None = None

    def __init__(
        self,
        images: ArrayLike | StoredImages,
        labels: ArrayLike,
        class_names: Sequence[str] | None = None,
        name: str = "",
        digests: Sequence[int] | NDArray[np.uint64] | None = None,
    ) -> None:
        stored = images if isinstance(images, StoredImages) else mapped_images(images)
        checked = as_images(images) if stored is None else stored
        names = _names(class_names)
        indices = as_labels(labels, len(checked), len(names) or None)
        if class_names is None:
            names = tuple(str(k) for k in range(max(2, indices.max(initial=0) + 1)))
        if not isinstance(name, str):
            raise ArgumentTypeError(f"name must be a string; got {name!r}")
        if not isinstance(images, StoredImages):  # of a mapped file, a sample
            warn_of_odd_images(images if stored is None else stored.raw(slice(SAMPLE)))
        self._set(
            images=checked,
            labels=indices,
            class_names=names,
            name=name,
            digests=None if digests is None else _digests(digests, len(checked)),
        )

    @classmethod
    def from_items(
        cls, items: Items, class_names: Sequence[str] | None = None, name: str = ""
    ) -> "Dataset":
        """Make a data set of an object whose items are pairs, as PyTorch's data sets are.

        Each item is taken once, in order; more images than a few stay on disk. Items that vary from
        time to time, as by an augmentation, stay as they were.

        Args:
            items: has a length, and items[k] is (image, label). An image is an array or tensor
                (C, H, W) of floats, or of uint8 in 0..255, or a Pillow image; a label is an
                integer.
            class_names: as above; `items.classes` if None and there is such a list.
            name: what messages and reports call the data set.

        Raises:
            ArgumentTypeError: no such object; an item that is no pair, or of other types.
            BadakError: no items, images of different shapes or dtypes, or no room on the disk.

        Example:
            >>> Dataset.from_items([(np.zeros((1, 8, 8)), 0), (np.ones((1, 8, 8)), 1)], name="two")
            Dataset('two': 2 images of (1, 8, 8), 2 classes)
        """
        images, labels = read_items(items)
        known = getattr(items, "classes", None) if class_names is None else class_names
        return cls(images, labels, known, name)

    def _set(self, **values: Any) -> None:
        for field, value in values.items():
            object.__setattr__(self, field, value)  # the dataclass is frozen

    @property
    def image_shape(self) -> Shape:
        """(C, H, W) of every image."""
        return self.images.shape[1:]

    @property
    def num_classes(self) -> int:
        """How many classes there are, K."""
        return len(self.class_names)

    def __len__(self) -> int:
        return len(self.images)

    @overload
    def __getitem__(self, index: int) -> tuple[Images, int]: ...
    @overload
    def __getitem__(self, index: Index) -> "Dataset": ...
    def __getitem__(self, index: int | Index) -> "Dataset | tuple[Images, int]":
        """One (image, label) for an integer; a Dataset for a slice, indices or a mask."""
        if isinstance(index, (int, np.integer)):
            if isinstance(index, bool):
                raise ArgumentTypeError(f"{INDEXED}; got {index!r}")
            return self.images[index], int(self.labels[index])
        chosen = index if isinstance(index, slice) else self._places(index)
        part = object.__new__(Dataset)  # its values are checked already
        part._set(
            images=selected(self.images, chosen),
            labels=self.labels[chosen],
            class_names=self.class_names,
            name=self.name,
            digests=None if self.digests is None else self.digests[chosen],
        )
        return part

    def _places(self, index: Sequence[int] | NDArray[Any]) -> Indices:
        places = np.asarray(index)
        if places.size == 0 and places.dtype.kind == "f":  # np.asarray([]) is a float array
            places = places.astype(np.int64)
        if places.ndim != 1 or places.dtype.kind not in "iub":
            raise ArgumentTypeError(f"{INDEXED}; got {index!r}")
        try:
            numbers: Indices = np.arange(len(self))[places]
        except IndexError as fault:
            raise BadakError(f"no such image in a Dataset of {len(self)}: {fault}") from None
        return numbers

    def __repr__(self) -> str:
        title = f"{self.name!r}: " if self.name else ""
        return (
            f"Dataset({title}{len(self)} images of {self.image_shape}, {self.num_classes} classes)"
        )

    def _repr_html_(self) -> str:
        return pictures(self)


def _names(class_names: Sequence[str] | None) -> tuple[str, ...]:
    """Return the class names as a tuple, checked; () if there are none."""
    if class_names is None:
        return ()
    names = () if isinstance(class_names, str) else tuple(class_names)
    if not all(isinstance(name, str) for name in names) or isinstance(class_names, str):
        raise ArgumentTypeError(f"class_names must be a list of strings; got {class_names!r}")
    # A NumPy string becomes a plain one.
    names = tuple(checks.text(str(name), "class_names") for name in names)
    if len(names) < 2:
        raise BadakError(f"class_names must hold at least two classes; got {list(names)}")
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise BadakError(f"class_names must differ; {twice!r} occurs twice")
    return names


def _digests(digests: Sequence[int] | NDArray[np.uint64], count: int) -> NDArray[np.uint64]:
    try:
        numbers = np.array(digests, np.uint64)
    except (TypeError, ValueError, OverflowError):
        raise ArgumentTypeError("digests must be integers from 0 to 2^64 - 1") from None
    if numbers.shape != (count,):
        raise BadakError(f"digests must be {count}, one per image; got shape {numbers.shape}")
    return numbers
