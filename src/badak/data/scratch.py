"""Scratch: a file of rows that is being written, in the user's cache or the temporary folder.

It gets a name in the cache when it is complete, or none: then it lasts as long as its rows are in
use. The files of the cache that were used longest ago make room for new ones.
"""

import contextlib
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from badak.arrays import Shape
from badak.data.download import cache_folder
from badak.data.stored_file import FileRows, write_at
from badak.errors import BadakError

SUFFIX, UNFINISHED, LOCK = ".images", ".part", ".lock"
SMALL = 64 * 2**20  # bytes; fewer need no file
MAX_BYTES = 20 * 2**30  # of all files in the cache
ABANDONED = 24 * 3600  # seconds after which no process still writes a file


class Scratch:
    """A new file for arrays (N, C, H, W), after some bytes that are written last.

    Raises:
        BadakError: no folder has room for them; the message names both.
    """

    def __init__(self, shape: Shape, dtype: np.dtype[Any], start: int = 0) -> None:
        self.shape, self.dtype, self._start = shape, dtype, start
        self._row = prod(shape[1:]) * dtype.itemsize
        self._file, self.path = _create(self.size, shape)

    @property
    def size(self) -> int:
        """The bytes of all rows."""
        return self.shape[0] * self._row

    def write(self, place: int, row: NDArray[Any]) -> None:
        """Write one row (C, H, W) of the file's dtype; several threads may."""
        data = row.reshape(-1).view(np.uint8).data
        write_at(self._file, data, self._start + place * self._row)

    def complete(
        self,
        head: bytes = b"",
        tail: bytes = b"",
        checksums: NDArray[np.uint32] | None = None,
        name: str | None = None,
    ) -> FileRows:
        """Write what comes before and after the rows, and give the file its name."""
        write_at(self._file, memoryview(head), 0)
        write_at(self._file, memoryview(tail), self._start + self.size)
        os.close(self._file)
        self._file = -1
        if name is not None and self.path.parent == folder():
            with contextlib.suppress(OSError):
                self.path = self.path.replace(self.path.with_name(name + SUFFIX))
        unnamed = self.path.suffix == UNFINISHED
        return FileRows(self.path, self.shape, self.dtype, self._start, checksums, unnamed)

    def discard(self) -> None:
        """Remove the file if it is not complete."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1
            with contextlib.suppress(OSError):
                self.path.unlink()


@contextlib.contextmanager
def scratch(shape: Shape, dtype: Any = np.uint8, start: int = 0) -> Iterator[Scratch]:
    """Lend a new file, which disappears unless it is completed.

    Raises:
        BadakError: the file cannot be created, or not be written to its end.
    """
    file = Scratch(shape, np.dtype(dtype), start)
    try:
        yield file
    except OSError as fault:
        raise _no_room(shape, file.size, f"{file.path.parent}: {fault.strerror or fault}") from None
    finally:
        file.discard()


def folder() -> Path:
    """Return the folder of the cache in which files of images lie."""
    return cache_folder("images")


def _create(byte_count: int, shape: Shape) -> tuple[int, Path]:
    """Open a new file in the first folder that has room for it."""
    faults = []
    for choose in (folder, _temporary):
        try:
            place = choose()
            place.mkdir(parents=True, exist_ok=True)
            if choose is folder:
                _make_room(place, byte_count)
            free = shutil.disk_usage(place).free
            if free >= byte_count:
                file, name = tempfile.mkstemp(UNFINISHED, dir=place)
                return file, Path(name)
            faults.append(f"{place}: {free / 2**30:.1f} GiB are free")
        except OSError as fault:
            faults.append(str(fault))
    raise _no_room(shape, byte_count, "; ".join(faults))


def _no_room(shape: Shape, byte_count: int, fault: str) -> BadakError:
    n, _, h, w = shape
    return BadakError(
        f"{n:,} images of {h}x{w} need {byte_count / 2**30:.1f} GiB of disk once they are decoded "
        f"({fault}): free some space, set XDG_CACHE_HOME to a folder on another disk, or choose a "
        "smaller image size"
    )


def _make_room(place: Path, byte_count: int) -> None:
    """Remove files that were used longest ago, until the new one fits, and abandoned ones."""
    kept, now = [], time.time()
    for path in place.iterdir():
        with contextlib.suppress(OSError):
            status = path.stat()
            if path.suffix == SUFFIX:
                kept.append((status.st_mtime, status.st_size, path))
            elif path.suffix in (UNFINISHED, LOCK) and now - status.st_mtime > ABANDONED:
                path.unlink()
    total = sum(size for _, size, _ in kept)
    for _, size, path in sorted(kept):
        if total + byte_count <= MAX_BYTES:
            break
        with contextlib.suppress(OSError):
            path.unlink()
            total -= size


def _temporary() -> Path:
    return Path(tempfile.gettempdir())
