"""Decoded images in the user's cache: written once, found again by what they came from.

A file holds a mark, the pixels (N, 3, H, W) uint8, and at its end a table with one row per image
and a checksum of this table, in which each image has its own.
"""

import contextlib
import hashlib
import json
import math
import os
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from badak import files
from badak.data.scratch import SUFFIX, Scratch, folder, scratch
from badak.data.stored_file import FileRows, Rows
from badak.errors import BadakError, FormatError

MARK = b"badak images 1\n\0"
SUM = 16  # bytes of the table's checksum
MAX_FAULTS = 2**26  # bytes of words about images that could not be decoded
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
    path = folder() / (key + SUFFIX)
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
        file.seek(math.prod(shape), os.SEEK_CUR)
        content = file.read(shape[0] * TABLE.itemsize + MAX_FAULTS)
    content, checksum = content[:-SUM], content[-SUM:]
    if mark != MARK or checksum != _sum(content):
        raise FormatError(f"{path} is damaged, or of another version")
    width = shape[0] * TABLE.itemsize
    table = np.frombuffer(content[:width], TABLE)
    faults = {int(place): str(words) for place, words in json.loads(content[width:]).items()}
    rows = FileRows(path, shape, np.dtype(np.uint8), len(MARK), table["checksum"])
    return Decoded(rows, table, faults)


def create(shape: tuple[int, int, int, int]) -> contextlib.AbstractContextManager[Scratch]:
    """Lend a new file for pixels, for `complete` to finish."""
    return scratch(shape, start=len(MARK))


def complete(
    file: Scratch, table: NDArray[Any], faults: dict[int, str], key: str | None
) -> FileRows:
    """Finish a file; it stays in the cache if it has a key."""
    content = table.tobytes() + json.dumps(faults).encode()
    return file.complete(MARK, content + _sum(content), table["checksum"].copy(), key)


def keep(key: str, pixels: NDArray[np.uint8], table: NDArray[Any], faults: dict[int, str]) -> None:
    """Write pixels that are in memory to the cache, if it has room."""
    n, _, h, w = pixels.shape
    with contextlib.suppress(BadakError), create((n, 3, h, w)) as file:
        for place, image in enumerate(pixels):
            file.write(place, image)
        complete(file, table, faults, key)


def _sum(content: bytes) -> bytes:
    return hashlib.blake2b(content, digest_size=SUM).digest()
