"""IDX, the format of MNIST: a magic number, the sizes, then the values, all big-endian.

    00 00 TT DD   TT the type of the values, DD how many dimensions
    size, ...     DD sizes of four bytes each
    values        in C order; the whole file may be packed by gzip

Nothing here trusts a file: its header is checked against its length before memory is asked for,
and never more is unpacked than the header declares. Letters: N images, H rows, W columns.
Source: http://yann.lecun.com/exdb/mnist (the section on file formats).
"""

import gzip
import math
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from badak import checks
from badak.data.dataset import Dataset
from badak.data.sniff import describe
from badak.errors import FormatError

TYPES = {0x08: "u1", 0x09: "i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}
MOST_DIMENSIONS = 8
GZIP_RATIO = 1032  # deflate packs at most 258 bytes into 2 bits
DIGITS = tuple("0123456789")
FILES = {
    "train": ("train-images-idx3-ubyte", "train-labels-idx1-ubyte"),
    "test": ("t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"),
}


def read_idx(path: str | Path) -> NDArray[Any]:
    """Read one IDX file, plain or packed by gzip; its content decides which, not its name.

    Args:
        path: the file.

    Returns:
        Array of the declared shape and type, in native byte order.

    Raises:
        FormatError: the file is no IDX file, is cut short, is damaged or disagrees with itself.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = Path(folder, "labels")
        ...     _ = path.write_bytes(bytes([0, 0, 8, 1, 0, 0, 0, 3]) + bytes([5, 0, 4]))
        ...     read_idx(path)
        array([5, 0, 4], dtype=uint8)
    """
    path = Path(path)
    with _opened(path) as (stream, capacity):
        shape, dtype = _header(stream, path)
        wanted = math.prod(shape) * dtype.itemsize
        if wanted > capacity:
            raise FormatError(
                f"{path}: the header declares {_by(shape)} values, {wanted} bytes, but a file of "
                f"{path.stat().st_size} bytes can hold {capacity} at most: it is cut short or "
                "not what it claims to be"
            )
        checks.memory(wanted, str(path))
        values = np.empty(math.prod(shape), dtype)
        _fill(values.view(np.uint8), stream, path, _by(shape))
    return values.reshape(shape).astype(dtype.newbyteorder("="), copy=False)


def read_mnist_like(
    folder: str | Path, class_names: Sequence[str] = DIGITS, name: str = "mnist"
) -> tuple[Dataset, Dataset]:
    """Read a folder with MNIST's four files, each plain or ``.gz``.

    Args:
        folder: where train-images-idx3-ubyte, train-labels-idx1-ubyte, t10k-images-idx3-ubyte and
            t10k-labels-idx1-ubyte lie.
        class_names: K names; a label must be below K.
        name: the name of the data sets.

    Returns:
        (train, test): images (N, 1, H, W) float32 in [0, 1], labels (N,) int64.

    Raises:
        FormatError: a file is missing or bad, or images and labels do not belong together.

    Example:
        >>> read_mnist_like("/nowhere")
        Traceback (most recent call last):
        badak.errors.FormatError: /nowhere lacks train-images-idx3-ubyte, plain or .gz
    """
    train, test = (_read_part(Path(folder), *FILES[part], class_names, name) for part in FILES)
    if train.image_shape != test.image_shape:
        raise FormatError(
            f"{folder}: training images are {_by(train.image_shape)} "
            f"and test images {_by(test.image_shape)}; they must be alike"
        )
    return train, test


def find(folder: Path, stem: str) -> Path | None:
    """Return the file `stem` of a folder, packed or plain, in either spelling in use; else None."""
    names = (stem, stem.replace("-idx", ".idx"))
    paths = [folder / (name + ending) for name in names for ending in (".gz", "")]
    return next((path for path in paths if path.is_file()), None)


def _read_part(
    folder: Path, images_stem: str, labels_stem: str, class_names: Sequence[str], name: str
) -> Dataset:
    paths = [find(folder, stem) for stem in (images_stem, labels_stem)]
    for path, stem in zip(paths, (images_stem, labels_stem), strict=True):
        if path is None:
            raise FormatError(f"{folder} lacks {stem}, plain or .gz")
    images_path, labels_path = (path for path in paths if path)
    images, labels = read_idx(images_path), read_idx(labels_path)
    for path, array, what, ndim in (
        (images_path, images, "images", 3),
        (labels_path, labels, "labels", 1),
    ):
        if array.ndim != ndim or array.dtype != np.uint8:
            hint = ": are images and labels swapped?" if array.ndim == 4 - ndim else ""
            raise FormatError(
                f"{path} must hold {what}, uint8 with {ndim} dimension{'s' * (ndim > 1)}; "
                f"got {array.dtype} of shape {_by(array.shape)}{hint}"
            )
    if 0 in images.shape:
        raise FormatError(f"{images_path} must hold images; got shape {_by(images.shape)}")
    if len(images) != len(labels):
        raise FormatError(
            f"{images_path} holds {len(images)} images and {labels_path} {len(labels)} labels; "
            "they must be as many"
        )
    if labels.max() >= len(class_names):
        first = int(np.argmax(labels >= len(class_names)))
        raise FormatError(
            f"{labels_path}: labels must lie in 0..{len(class_names) - 1}; "
            f"label {first} is {labels[first]}"
        )
    return Dataset(images[:, None], labels, class_names, name)  # (N, H, W) -> (N, 1, H, W)


@contextmanager
def _opened(path: Path) -> Iterator[tuple[BinaryIO, int]]:
    """The file's unpacked bytes as a stream, and how many there can be at most."""
    try:
        if path.exists() and not path.is_file():
            raise FormatError(f"{path} must be a file; it is a folder or a device")
        size = path.stat().st_size
        with path.open("rb") as file:
            packed = file.read(2) == b"\x1f\x8b"
            file.seek(0)
            if packed:
                with gzip.GzipFile(fileobj=file) as stream:
                    yield stream, size * GZIP_RATIO  # type: ignore[misc]  # reads as BinaryIO does
            else:
                yield file, size
    except EOFError:
        raise FormatError(
            f"{path} is cut short: its gzip data has no end; fetch it again"
        ) from None
    except (zlib.error, gzip.BadGzipFile) as fault:
        raise FormatError(f"{path} is damaged: {fault}; fetch it again") from None
    except OSError as fault:
        raise FormatError(f"{path} cannot be read: {fault.strerror or fault}") from None


def _header(stream: BinaryIO, path: Path) -> tuple[tuple[int, ...], np.dtype[Any]]:
    """The shape and type that the header declares."""
    magic = stream.read(4)
    zero, code, ndim = magic[:2], *magic[2:].ljust(2, b"\0")
    if zero != b"\0\0" or len(magic) < 4:
        if magic[2:] == b"\0\0" and magic[1] in TYPES:
            raise FormatError(f"{path} is a little-endian IDX file; IDX is big-endian")
        found = describe(magic + stream.read(60))
        raise FormatError(f"{path} must be an IDX file, which begins with 00 00; got {found}")
    if code not in TYPES:
        known = ", ".join(f"{known:02x}" for known in TYPES)
        raise FormatError(f"{path}: the IDX type must be one of {known}; got {code:02x}")
    if not 1 <= ndim <= MOST_DIMENSIONS:
        raise FormatError(f"{path}: IDX needs 1 to {MOST_DIMENSIONS} dimensions; got {ndim}")
    sizes = stream.read(4 * ndim)
    if len(sizes) < 4 * ndim:
        raise FormatError(f"{path} is cut short: it ends within its header of {ndim} sizes")
    shape = tuple(int(size) for size in np.frombuffer(sizes, ">u4"))
    return shape, np.dtype(TYPES[code])


def _fill(memory: NDArray[np.uint8], stream: BinaryIO, path: Path, shape: str) -> None:
    """Read exactly as many bytes as `memory` has, and find the end of the file after them."""
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
    if stream.read(1):  # for gzip this also reads the end, and so checks the sum
        raise FormatError(
            f"{path} holds more than the {shape} values, {len(memory)} bytes, "
            "that its header declares"
        )


def _by(shape: Sequence[int]) -> str:
    return "x".join(str(size) for size in shape)
