"""Files of decoded images in the user's cache: written once, found again by what they came from.

A file holds a mark, the pixels (N, 3, H, W) uint8, and at its end a table with one row per image
and a checksum of this table, in which each image has its own. It gets its name when it is complete.
The files that were used longest ago make room for new ones.
"""

import contextlib
import hashlib
import json
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from badak import files
from badak.data.download import cache_folder
from badak.data.stored_file import FileRows, Rows, write_at
from badak.errors import BadakError, FormatError

MARK = b"badak images 1\n\0"
SUFFIX, UNFINISHED = ".images", ".part"
MAX_BYTES = 20 * 2**30  # of all files together
ABANDONED = 24 * 3600  # seconds after which no process still writes a file
SUM = 16  # bytes of the table's checksum
TABLE = np.dtype([("digest", "<u8"), ("checksum", "<u4"), ("coloured", "?"), ("brightest", "u1")])


class Decoded(NamedTuple):
    """The images of some files.

    Attributes:
        rows: (N, 3, H, W) uint8, one per file; black if it could not be decoded.
        table: (N,) of `TABLE`: the digest of the file, the CRC-32 of its pixels, whether they have
            colours, and their maximum.
        faults: place of a file that could not be decoded -> why.
    """

    rows: Rows
    table: NDArray[Any]
    faults: dict[int, str]


def find(key: str, count: int, size: tuple[int, int]) -> Decoded | None:
    """Return what was decoded under this key before, or None; a damaged file is removed."""
    path = _folder() / (key + SUFFIX)
    try:
        if not path.is_file():
            return None
        decoded = _read(path, (count, 3, *size))
        os.utime(path)  # used now
    except PermissionError:
        return None
    except (OSError, ValueError, TypeError, AttributeError):  # of a damaged file
        with contextlib.suppress(OSError):
            path.unlink()
        return None
    return decoded


def _read(path: Path, shape: tuple[int, int, int, int]) -> Decoded:
    with files.opened(path) as file:
        mark = file.read(len(MARK))
        file.seek(int(np.prod(shape, dtype=object)), os.SEEK_CUR)
        content = file.read()
    content, checksum = content[:-SUM], content[-SUM:]
    if mark != MARK or checksum != _sum(content):
        raise FormatError(f"{path} is damaged, or of another version")
    width = shape[0] * TABLE.itemsize
    table = np.frombuffer(content[:width], TABLE)
    faults = {int(place): str(words) for place, words in json.loads(content[width:]).items()}
    rows = FileRows(path, shape, np.dtype(np.uint8), len(MARK), table["checksum"])
    return Decoded(rows, table, faults)


class Unfinished:
    """A file that is being written: in the cache, or in the system's temporary folder.

    Args:
        shape: (N, 3, H, W) of the images.

    Raises:
        BadakError: no folder has room for them; the message names both.
    """

    def __init__(self, shape: tuple[int, int, int, int]) -> None:
        self.shape = shape
        self._row = int(np.prod(shape[1:]))
        self._file, self.path = _create(shape[0] * (self._row + TABLE.itemsize), shape)

    def write(self, place: int, pixels: NDArray[np.uint8]) -> None:
        """Write one image; several threads may."""
        write_at(self._file, pixels.reshape(-1).data, len(MARK) + place * self._row)

    def finish(self, table: NDArray[Any], faults: dict[int, str], key: str | None) -> FileRows:
        """Complete the file and give it its name; without a key it lasts as long as its rows."""
        content = table.tobytes() + json.dumps(faults).encode()
        write_at(self._file, memoryview(MARK), 0)
        end = len(MARK) + self.shape[0] * self._row
        write_at(self._file, memoryview(content + _sum(content)), end)
        os.close(self._file)
        self._file = -1
        if key is not None and self.path.parent == _folder():
            with contextlib.suppress(OSError):
                self.path = self.path.replace(self.path.with_name(key + SUFFIX))
        return FileRows(
            self.path,
            self.shape,
            np.dtype(np.uint8),
            len(MARK),
            table["checksum"].copy(),
            temporary=self.path.suffix == UNFINISHED,
        )

    def discard(self) -> None:
        """Remove the file if it was not finished."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1
            with contextlib.suppress(OSError):
                self.path.unlink()


@contextlib.contextmanager
def unfinished(shape: tuple[int, int, int, int]) -> Iterator[Unfinished]:
    """Lend a new file, which disappears unless it is finished.

    Raises:
        BadakError: the file cannot be created, or not be written to its end.
    """
    file = Unfinished(shape)
    try:
        yield file
    except OSError as fault:
        raise _no_room(shape, f"{file.path.parent}: {fault.strerror or fault}") from None
    finally:
        file.discard()


def keep(key: str, pixels: NDArray[np.uint8], table: NDArray[Any], faults: dict[int, str]) -> None:
    """Write pixels that are in memory to the cache, if it has room."""
    n, _, h, w = pixels.shape
    with contextlib.suppress(BadakError), unfinished((n, 3, h, w)) as file:
        for place, image in enumerate(pixels):
            file.write(place, image)
        file.finish(table, faults, key)


def _create(byte_count: int, shape: tuple[int, int, int, int]) -> tuple[int, Path]:
    """Open a new file in the first folder that has room for it."""
    faults = []
    for choose in (_folder, _temporary):
        try:
            folder = choose()
            folder.mkdir(parents=True, exist_ok=True)
            if choose is _folder:
                _make_room(folder, byte_count)
            free = shutil.disk_usage(folder).free
            if free < byte_count:
                faults.append(f"{folder}: {free / 2**30:.1f} GiB are free")
                continue
            file, name = tempfile.mkstemp(UNFINISHED, dir=folder)
            return file, Path(name)
        except OSError as fault:
            faults.append(str(fault))
    raise _no_room(shape, "; ".join(faults))


def _no_room(shape: tuple[int, int, int, int], fault: str) -> BadakError:
    n, _, h, w = shape
    return BadakError(
        f"{n:,} images of {h}x{w} need {n * 3 * h * w / 2**30:.1f} GiB of disk once they are "
        f"decoded ({fault}): free some space, set XDG_CACHE_HOME to a folder on another disk, or "
        "choose a smaller image size"
    )


def _make_room(folder: Path, byte_count: int) -> None:
    """Remove files that were used longest ago, until the new one fits, and abandoned ones."""
    kept, now = [], time.time()
    for path in folder.iterdir():
        with contextlib.suppress(OSError):
            status = path.stat()
            if path.suffix == SUFFIX:
                kept.append((status.st_mtime, status.st_size, path))
            elif path.suffix == UNFINISHED and now - status.st_mtime > ABANDONED:
                path.unlink()
    total = sum(size for _, size, _ in kept)
    for _, size, path in sorted(kept):
        if total + byte_count <= MAX_BYTES:
            break
        with contextlib.suppress(OSError):
            path.unlink()
            total -= size


def _folder() -> Path:
    return cache_folder("images")


def _temporary() -> Path:
    return Path(tempfile.gettempdir())


def _sum(content: bytes) -> bytes:
    return hashlib.blake2b(content, digest_size=SUM).digest()
