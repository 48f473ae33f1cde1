"""Decode image files in threads, once: the pixels stay in the user's cache for the next time.

Of several processes that want the same images at once, as the ranks of one host do, one decodes.
"""

import hashlib
import math
import os
import time
import zlib
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import __version__ as pillow
from PIL import features

from badak.data import stored_cache
from badak.data.ahead import ahead
from badak.data.content import digest
from badak.data.decoding_lock import decoding_alone
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
Progress = Callable[[int, int], None]
Put = Callable[[int, NDArray[np.uint8]], None]


class _Task(NamedTuple):
    """What to decode, and how."""

    files: Sequence[Path]
    stamps: Sequence[Stamp]
    size: Pair
    crop: float
    skip_corrupt: bool
    progress: Progress | None

    @property
    def shape(self) -> tuple[int, int, int, int]:
        return len(self.files), 3, *self.size


def decode(
    files: Sequence[Path],
    size: Pair,
    crop: float,
    skip_corrupt: bool,
    progress: Progress | None = None,
) -> Decoded:
    """Decode files as `read_pixels` does, unless the cache has their pixels.

    While they are decoded, `progress` is called with how many are done, and how many there are.

    Raises:
        FormatError: a file that cannot be decoded, unless `skip_corrupt`: the first of them.
        BadakError: the disk has no room for the pixels.
    """
    stamps = [_stamp(file) for file in files]
    since = time.time() - UNSETTLED
    settled = all(stamp and max(stamp[1:]) < since * 1e9 for stamp in stamps)
    key = _key(files, stamps, size, crop)
    task = _Task(files, stamps, size, crop, skip_corrupt, progress)
    if not settled:
        return _decode_all(task, None)
    decoded = _cached(key, len(files), size)
    if decoded is None:
        with decoding_alone(key):
            decoded = _cached(key, len(files), size)  # another process may have decoded meanwhile
            if decoded is None:
                return _decode_all(task, key)
    if not skip_corrupt:
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


def _decode_all(task: _Task, key: str | None) -> Decoded:
    """Decode into memory or into a file, which gets its name if there is a key."""
    table = np.zeros(len(task.files), TABLE)
    if math.prod(task.shape) > SMALL:
        with stored_cache.create(task.shape) as file:
            faults, settled = _run(task, file.write, table)
            rows = stored_cache.complete(file, table, faults, key if settled else None)
        return Decoded(rows, table, faults)
    pixels = np.empty(task.shape, np.uint8)
    faults, settled = _run(task, pixels.__setitem__, table)
    if settled and key is not None:
        stored_cache.keep(key, pixels, table, faults)
    return Decoded(MemoryRows(pixels), table, faults)


def _run(task: _Task, put: Put, table: NDArray[Any]) -> tuple[dict[int, str], bool]:
    """Decode all files in threads; return what `_some` does."""
    count, threads = len(task.files), min(num_threads(), MOST_THREADS)
    pieces = [range(start, min(start + PIECE, count)) for start in range(0, count, PIECE)]
    work = partial(_some, task, put, table)
    faults: dict[int, str] = {}
    settled = True
    with quiet():  # here: threads share the filters of warnings
        results = ahead(work, pieces, threads, 2 * threads, "badak-decoder")
        for piece, (more, unchanged) in zip(pieces, results, strict=True):
            if not task.skip_corrupt:
                _refuse(more)
            faults |= more
            settled &= unchanged
            if task.progress is not None:
                task.progress(piece.stop, count)
    return faults, settled


def _some(task: _Task, put: Put, table: NDArray[Any], places: range) -> tuple[dict[int, str], bool]:
    """Decode some files; return their faults, and whether a later attempt would do the same."""
    faults, settled = {}, True
    for place in places:
        file = task.files[place]
        try:
            pixels, number = read_pixels(file, task.size, task.crop), digest(file)
        except FormatError as fault:
            faults[place] = str(fault)
            pixels, number = np.zeros(task.shape[1:], np.uint8), 0
            # The system's refusal to read a file may pass; damage stays.
            settled &= getattr(fault.__context__, "errno", None) is None
        put(place, pixels)
        table[place] = number, zlib.crc32(pixels.data), _has_colour(pixels), pixels.max()
        settled &= _stamp(file) == task.stamps[place] != ()
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
