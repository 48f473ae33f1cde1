"""StoredImages: images that stay as bytes, in a file or in memory, and become floats when read."""

from collections.abc import Sequence
from typing import Any, cast

import numpy as np
from numpy.typing import DTypeLike, NDArray

from badak import checks
from badak.arrays import Images, Indices, Shape, not_finite, scaled
from badak.data.image import grey
from badak.data.stored_file import Rows
from badak.errors import BadakError

BLOCK = 2**24  # bytes that are scaled at a time

Index = int | slice | Sequence[int] | NDArray[Any]


class StoredImages:
    """Images (N, C, H, W) that read as float32 in [0, 1] and are stored as they came, uint8 mostly.

    Indexing reads the images from where they are stored and returns new arrays, so a batch needs
    the memory of a batch. ``np.asarray(images)`` reads all.

    Args:
        rows: where they are stored.
        places: (N,) which of the rows, in which order; all if None.
        as_grey: turn red, green and blue into grey when they are read.

    Attributes:
        shape: (N, C, H, W).
        stored: the dtype in which they are stored.
        dtype: float32, of the arrays that indexing returns.

    Example:
        >>> from badak.data.stored_file import MemoryRows
        >>> images = StoredImages(MemoryRows(np.full((5, 1, 2, 3), 255, np.uint8)))
        >>> images.shape, images[1:3].shape, images[0, 0, 0], images.raw(0)[0, 0]
        ((5, 1, 2, 3), (2, 1, 2, 3), array([1., 1., 1.], dtype=float32), array([255, 255, 255], ...
    """

    dtype = np.dtype(np.float32)
    ndim = 4

    def __init__(self, rows: Rows, places: Indices | None = None, as_grey: bool = False) -> None:
        self._rows, self._is_grey = rows, as_grey
        self.stored = rows.dtype
        self._places = np.arange(rows.shape[0]) if places is None else places
        channels = 1 if as_grey else rows.shape[1]
        self.shape: Shape = (len(self._places), channels, *rows.shape[2:])

    @property
    def size(self) -> int:
        """How many numbers there are."""
        return int(np.prod(self.shape, dtype=object))

    def __len__(self) -> int:
        return len(self._places)

    def __getitem__(self, index: Any) -> Images:
        """What an array of these images returns for this index, as a new float32 array."""
        if isinstance(index, tuple) and index:
            first, *rest = index
            if isinstance(first, slice):
                return self[first][(slice(None), *rest)]
            if isinstance(first, (int, np.integer)):
                return cast(Images, self[first][tuple(rest)])
        if index is None or index is Ellipsis or isinstance(index, tuple):
            return cast(Images, np.asarray(self)[index])
        places = self._chosen(index)
        return self._floats(places) if places.ndim else self._floats(places[None])[0]

    def raw(self, index: Index) -> NDArray[Any]:
        """Return images as they are stored: (M, C, H, W), or (C, H, W) for an integer."""
        places = self._chosen(index)
        return self._read(places) if places.ndim else self._read(places[None])[0]

    def part(self, index: slice | Sequence[int] | NDArray[Any]) -> "StoredImages":
        """Return some of the images, without reading them."""
        return StoredImages(self._rows, self._chosen(index), self._is_grey)

    def joined(self, other: "StoredImages") -> "StoredImages":
        """Return these images and then the others, which must be stored in the same place."""
        if other._rows is not self._rows or other._is_grey != self._is_grey:
            raise BadakError("images can be joined if they were read together; these were not")
        places = np.concatenate([self._places, other._places])
        return StoredImages(self._rows, places, self._is_grey)

    def as_grey(self) -> "StoredImages":
        """Return the images in grey, (N, 1, H, W); they must be red, green and blue."""
        return StoredImages(self._rows, self._places, as_grey=True)

    def __array__(self, dtype: DTypeLike | None = None, copy: bool | None = None) -> NDArray[Any]:
        """All images in one array."""
        return self._floats(self._places).astype(dtype or self.dtype, copy=False)

    def __repr__(self) -> str:
        return f"StoredImages{self.shape}"

    def _chosen(self, index: Any) -> Indices:
        chosen: Indices = np.asarray(self._places[index])
        return chosen

    def _read(self, places: Indices) -> NDArray[Any]:
        rows = self._rows.read(places)
        return grey(rows) if self._is_grey else rows

    def _floats(self, places: Indices) -> Images:
        """Read images and scale them, block by block."""
        shape = (len(places), *self.shape[1:])
        checks.array_memory(shape, 4, "the images as one array")
        floats = np.empty(shape, np.float32)
        block = max(1, BLOCK // max(1, floats[:1].nbytes))
        for start in range(0, len(places), block):
            few = slice(start, start + block)
            scaled(self._read(places[few]), floats[few])
            if self.stored != np.uint8 and not_finite({"": floats[few]}):
                finite = np.isfinite(floats[few]).reshape(-1, floats[0].size).all(axis=1)
                first = places[start + int(np.argmin(finite))]
                raise BadakError(f"images must be finite; image {first} holds NaN or infinity")
        return floats
