"""Decode image files in threads, once: the pixels stay in the user's cache for the next time."""

import hashlib
import math
import os
import time
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import __version__ as pillow
from PIL import features

from badak.data import stored_cache
from badak.data.ahead import ahead
from badak.data.content import digest
from badak.data.image import Pair, quiet, read_pixels
from badak.data.scratch import SMALL
from badak.data.stored_cache import MARK, TABLE, Decoded
from badak.data.stored_file import MemoryRows
from badak.errors import FormatError
from badak.ops.processor import num_threads

MOST_THREADS = 16
PIECE = 16  # files that a thread decodes at a time
# A file that changed this shortly before (seconds) may change again within one tick of the clock
# that stamps files: two contents, one time.
UNSETTLED = 2.0

Stamp = tuple[int, ...]


class _Task(NamedTuple):
    """How to decode, and where to put the pixels."""

    files: Sequence[Path]
    stamps: Sequence[Stamp]
    size: Pair
    crop: float
    put: Callable[[int, NDArray[np.uint8]], None]
    table: NDArray[Any]

    def decode(self, places: range) -> tuple[dict[int, str], bool]:
        """Decode some files; return their faults, and whether no file changed meanwhile."""
        faults, settled = {}, True
        for place in places:
            file = self.files[place]
            try:
                self._keep(place, read_pixels(file, self.size, self.crop), digest(file))
            except FormatError as fault:
                faults[place] = str(fault)
                self._keep(place, np.zeros((3, *self.size), np.uint8), 0)
            settled &= _stamp(file) == self.stamps[place] != ()
        return faults, settled

    def _keep(self, place: int, pixels: NDArray[np.uint8], number: int) -> None:
        self.put(place, pixels)
        self.table[place] = number, zlib.crc32(pixels.data), _has_colour(pixels), pixels.max()


def decode(files: Sequence[Path], size: Pair, crop: float, skip_corrupt: bool) -> Decoded:
    """Decode files as `read_pixels` does, unless the cache has their pixels.

    Raises:
        FormatError: a file that cannot be decoded, unless `skip_corrupt`: the first of them.
        BadakError: the disk has no room for the pixels.
    """
    stamps = [_stamp(file) for file in files]
    since = time.time() - UNSETTLED
    settled = all(stamp and max(stamp[1:]) < since * 1e9 for stamp in stamps)
    key = _key(files, stamps, size, crop)
    decoded = _cached(key, len(files), size) if settled else None
    if decoded is None:
        how = size, crop, skip_corrupt
        decoded = _decode_all(files, stamps, how, key if settled else None)
    elif not skip_corrupt:
        _refuse(decoded.faults)
    return decoded


def _cached(key: str, count: int, size: Pair) -> Decoded | None:
    """Return what the cache has; a few pixels are read at once, many when they are needed."""
    decoded = stored_cache.find(key, count, size)
    if decoded is None or math.prod(decoded.rows.shape) > SMALL:
        return decoded
    try:
        return decoded._replace(rows=MemoryRows(decoded.rows.read(np.arange(count))))
    except FormatError:  # damaged, and removed
        return None


def _decode_all(
    files: Sequence[Path], stamps: Sequence[Stamp], how: tuple[Pair, float, bool], key: str | None
) -> Decoded:
    """Decode into memory or into a file, which gets its name if there is a key."""
    size, crop, skip_corrupt = how
    shape = (len(files), 3, *size)
    table = np.zeros(len(files), TABLE)
    if math.prod(shape) > SMALL:
        with stored_cache.create(shape) as file:
            task = _Task(files, stamps, size, crop, file.write, table)
            faults, settled = _run(task, skip_corrupt)
            rows = stored_cache.complete(file, table, faults, key if settled else None)
        return Decoded(rows, table, faults)
    pixels = np.empty(shape, np.uint8)
    task = _Task(files, stamps, size, crop, pixels.__setitem__, table)
    faults, settled = _run(task, skip_corrupt)
    if settled and key is not None:
        stored_cache.keep(key, pixels, table, faults)
    return Decoded(MemoryRows(pixels), table, faults)


def _run(task: _Task, skip_corrupt: bool) -> tuple[dict[int, str], bool]:
    """Decode all files in threads; return what `_Task.decode` does."""
    count, threads = len(task.files), min(num_threads(), MOST_THREADS)
    pieces = [range(start, min(start + PIECE, count)) for start in range(0, count, PIECE)]
    faults: dict[int, str] = {}
    settled = True
    with quiet():  # here: threads share the filters of warnings
        for more, unchanged in ahead(task.decode, pieces, threads, 2 * threads, "badak-decoder"):
            if not skip_corrupt:
                _refuse(more)
            faults |= more
            settled &= unchanged
    return faults, settled


def _refuse(faults: dict[int, str]) -> None:
    if faults:
        raise FormatError(f"{faults[min(faults)]}; skip_corrupt=True skips such images")


def _stamp(file: Path) -> Stamp:
    """Return a file's size and times, which change with it; () if it does not exist."""
    try:
        status = file.stat()
    except OSError:
        return ()
    return status.st_size, status.st_mtime_ns, status.st_ctime_ns


def _key(files: Sequence[Path], stamps: Sequence[Stamp], size: Pair, crop: float) -> str:
    """Return a name for the pixels: they are the same while these files and decoders are."""
    decoders = pillow, features.version("jpg"), features.version("libjpeg_turbo")
    total = hashlib.blake2b(repr((MARK, size, crop, decoders)).encode(), digest_size=20)
    for file, stamp in zip(files, stamps, strict=True):
        total.update(os.fsencode(file.absolute()) + repr(stamp).encode())
    return total.hexdigest()


def _has_colour(pixels: NDArray[np.uint8]) -> bool:
    red, green, blue = pixels  # (3, H, W)
    return not (np.array_equal(red, green) and np.array_equal(green, blue))
