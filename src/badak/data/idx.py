"""IDX, the format of MNIST: a magic number, the sizes, then the values, all big-endian.

    00 00 TT DD   TT the type of the values, DD how many dimensions
    size, ...     DD sizes of four bytes each
    values        in C order; the whole file may be packed by gzip

No file is trusted: its header is compared with its length before memory is allocated, and no more
is unpacked than the header declares.
Source: http://yann.lecun.com/exdb/mnist (the section on file formats).
"""

import gzip
import math
import os
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from badak import checks
from badak.data.sniff import describe
from badak.errors import FormatError
from badak.files import DEFLATE_RATIO, as_path, opened

TYPES = {0x08: "u1", 0x09: "i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}
MAX_DIMENSIONS = 8


def read_idx(path: str | Path) -> NDArray[Any]:
    """Read one IDX file, plain or packed by gzip; its content decides which, not its name.

    Returns:
        Array of the declared shape and type, in native byte order.

    Raises:
        FormatError: the file is not IDX, is cut short or damaged, or contradicts its header.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = Path(folder, "labels")
        ...     _ = path.write_bytes(bytes([0, 0, 8, 1, 0, 0, 0, 3]) + bytes([5, 0, 4]))
        ...     read_idx(path)
        array([5, 0, 4], dtype=uint8)
    """
    path = as_path(path)
    with _opened(path) as (stream, capacity):
        shape, dtype = idx_header(stream, path)
        wanted = math.prod(shape) * dtype.itemsize
        if wanted > capacity:
            raise FormatError(
                f"{path}: the header declares {by(shape)} values, {wanted} bytes, but a file of "
                f"{path.stat().st_size} bytes can hold at most {capacity}: it is cut short or "
                "no IDX file"
            )
        checks.array_memory(shape, dtype.itemsize, str(path))
        values = np.empty(math.prod(shape), dtype)
        _fill(values.view(np.uint8), stream, path, by(shape))
    return values.reshape(shape).astype(dtype.newbyteorder("="), copy=False)


@contextmanager
def _opened(path: Path) -> Iterator[tuple[BinaryIO, int]]:
    """Yield the file's unpacked bytes as a stream, and their maximum number."""
    with opened(path) as file:
        size = os.fstat(file.fileno()).st_size
        packed = file.read(2) == b"\x1f\x8b"
        file.seek(0)
        if not packed:
            yield file, size
            return
        try:
            with gzip.GzipFile(fileobj=file) as stream:
                yield stream, size * DEFLATE_RATIO  # type: ignore[misc]  # reads as BinaryIO does
        except EOFError:
            raise FormatError(
                f"{path} is cut short: its gzip data has no end; download it again"
            ) from None
        except (zlib.error, gzip.BadGzipFile) as fault:
            raise FormatError(f"{path} is damaged: {fault}; download it again") from None


def idx_header(stream: BinaryIO, path: Path) -> tuple[tuple[int, ...], np.dtype[Any]]:
    """Return the shape and type that the header declares."""
    magic = stream.read(4)
    zero, code, ndim = magic[:2], *magic[2:].ljust(2, b"\0")
    if zero != b"\0\0" or len(magic) < 4:
        if magic[2:] == b"\0\0" and magic[1] in TYPES:
            raise FormatError(f"{path} is a little-endian IDX file; IDX is big-endian")
        content = describe(magic + stream.read(60))
        raise FormatError(f"{path} must be an IDX file, which begins with 00 00; got {content}")
    if code not in TYPES:
        known = ", ".join(f"{known:02x}" for known in TYPES)
        raise FormatError(f"{path}: the IDX type must be one of {known}; got {code:02x}")
    if not 1 <= ndim <= MAX_DIMENSIONS:
        raise FormatError(f"{path}: IDX needs 1 to {MAX_DIMENSIONS} dimensions; got {ndim}")
    sizes = stream.read(4 * ndim)
    if len(sizes) < 4 * ndim:
        raise FormatError(f"{path} is cut short: it ends within its header of {ndim} sizes")
    shape = tuple(int(size) for size in np.frombuffer(sizes, ">u4"))
    return shape, np.dtype(TYPES[code])


def _fill(memory: NDArray[np.uint8], stream: BinaryIO, path: Path, shape: str) -> None:
    """Fill `memory` with bytes, after which the file must end."""
    have = 0
    while have < len(memory):
        piece = stream.read(min(2**20, len(memory) - have))
        if not piece:
            raise FormatError(
                f"{path} is cut short: the header declares {shape} values, {len(memory)} bytes, "
                f"and {have} follow"
            )
        memory[have : have + len(piece)] = np.frombuffer(piece, np.uint8)
        have += len(piece)
    if stream.read(1):  # for gzip this also reads the end and checks the sum
        raise FormatError(
            f"{path} holds more than the {shape} values, {len(memory)} bytes, "
            "that its header declares"
        )


def by(shape: Sequence[int]) -> str:
    """Write a shape as in 60000x28x28."""
    return "x".join(str(size) for size in shape)
