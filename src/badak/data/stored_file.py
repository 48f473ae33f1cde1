"""Rows of a file: arrays of one shape, one after another, read where and when they are needed.

They are read into ordinary memory. Pages of a mapped file would count as this process's memory.
"""

import contextlib
import math
import os
import threading
import weakref
import zlib
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from badak import files
from badak.arrays import Indices, Shape
from badak.errors import FormatError

_SEEKING = threading.Lock()  # only for systems without pread (Windows)


class FileRows:
    """Arrays (N, C, H, W) in an open file, from `offset` on.

    Args:
        path: the file. It may be removed later, but not be changed.
        shape: (N, C, H, W).
        dtype: of the numbers.
        offset: where the first row starts, in bytes.
        checksums: (N,) CRC-32 of each row, compared whenever it is read; None if unknown.
        temporary: remove the file; the rows are read from it all the same.

    Raises:
        FormatError: the file cannot be opened.
    """

    def __init__(
        self,
        path: Path,
        shape: Shape,
        dtype: np.dtype[Any],
        offset: int = 0,
        checksums: NDArray[np.uint32] | None = None,
        temporary: bool = False,
    ) -> None:
        self.path, self.shape, self.dtype = path, shape, dtype
        self._offset, self._checksums = offset, checksums
        with files.opened(path) as file:
            self._file = os.dup(file.fileno())
        left = path if temporary and not _remove(path) else None
        weakref.finalize(self, _close, self._file, left)

    def read(self, places: Indices) -> NDArray[Any]:
        """Return the rows at some places, as a new array (M, C, H, W).

        Raises:
            FormatError: the file cannot be read, or is damaged.
        """
        rows = np.empty((len(places), *self.shape[1:]), self.dtype)
        size = self.dtype.itemsize * math.prod(self.shape[1:])
        starts = np.flatnonzero(np.diff(places, prepend=-2) != 1)  # of consecutive rows
        view = memoryview(rows.reshape(-1).view(np.uint8).data)
        for start, stop in zip(starts, [*starts, len(places)][1:], strict=True):
            try:
                self._fill(view[start * size : stop * size], int(places[start]) * size)
            except OSError as fault:
                reason = fault.strerror or fault
                raise FormatError(f"{self.path} cannot be read: {reason}") from None
        if self._checksums is not None:
            self._check(rows, places, self._checksums[places])
        return rows

    def _fill(self, view: memoryview, start: int) -> None:
        while len(view):
            count = read_at(self._file, view, self._offset + start)
            if not count:
                raise FormatError(f"{self.path} was cut short while it was in use")
            view, start = view[count:], start + count

    def _check(self, rows: NDArray[Any], places: Indices, checksums: NDArray[np.uint32]) -> None:
        for row, place, checksum in zip(rows, places, checksums, strict=True):
            if zlib.crc32(row.data) != checksum:
                _remove(self.path)
                raise FormatError(
                    f"{self.path} is damaged at image {place}; it was removed: start again, and "
                    "the images will be decoded again"
                )

    def __reduce__(self) -> Any:
        """A copy, perhaps in another process, has the rows in memory."""
        return MemoryRows, (self.read(np.arange(self.shape[0])),)


class MemoryRows:
    """Arrays (N, C, H, W) in memory, with the methods of `FileRows`."""

    def __init__(self, array: NDArray[Any]) -> None:
        self.array, self.shape, self.dtype = array, array.shape, array.dtype

    def read(self, places: Indices) -> NDArray[Any]:
        """Return the rows at some places, as a new array (M, C, H, W)."""
        rows: NDArray[Any] = self.array[places]
        return rows


Rows = FileRows | MemoryRows


def _remove(path: Path) -> bool:
    """Remove a file, and say whether it is gone: Windows keeps open files."""
    with contextlib.suppress(OSError):
        path.unlink(missing_ok=True)
        return True
    return False


def _close(file: int, path: Path | None) -> None:
    os.close(file)
    if path is not None:
        _remove(path)


def read_at(file: int, view: memoryview, offset: int) -> int:
    """Read from a place of an open file into memory; return how many bytes came, 0 at its end."""
    if hasattr(os, "preadv"):
        return os.preadv(file, [view], offset)
    with _SEEKING:
        os.lseek(file, offset, os.SEEK_SET)
        data = os.read(file, len(view))
    view[: len(data)] = data
    return len(data)


def write_at(file: int, data: memoryview, offset: int) -> None:
    """Write all data to a place of an open file."""
    while len(data):
        if hasattr(os, "pwrite"):
            count = os.pwrite(file, data, offset)
        else:
            with _SEEKING:
                os.lseek(file, offset, os.SEEK_SET)
                count = os.write(file, data)
        data, offset = data[count:], offset + count
