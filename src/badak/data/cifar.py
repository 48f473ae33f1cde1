"""CIFAR-10 from any of its forms: the two official archives, unpacked or not, and an .npz.

The binary form holds records of one label byte and 3072 pixels, red, green and blue planes of
32x32; the Python form holds pickled dictionaries with the same rows (`badak.data.pickles` reads
them without running anything). Archives are read in memory, under a limit; nothing is unpacked
to disk. Source: https://www.cs.toronto.edu/~kriz/cifar.html, A. Krizhevsky, 2009.
"""

import re
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from badak import files
from badak.data.archive import read_members
from badak.data.dataset import Dataset
from badak.data.npz import read_npz
from badak.data.pickles import read_batch
from badak.data.sniff import describe
from badak.errors import FormatError

CLASS_NAMES = (
    "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck",
)  # fmt: skip
SHAPE = (3, 32, 32)
PIXELS = 3072
ARCHIVE_OF_ARRAYS = re.compile(r"cifar\D?10(\D.*)?\.npz$")  # and not cifar100.npz
MAX_BATCH = 2**26  # bytes; the official ones have 31 million
ARCHIVES = ("cifar-10-python.tar.gz", "cifar-10-binary.tar.gz")
FOLDERS = ("cifar-10-batches-py", "cifar-10-batches-bin")
PYTHON = (*(f"data_batch_{i}" for i in range(1, 6)), "test_batch")  # the last one tests
BINARY = tuple(f"{name}.bin" for name in PYTHON)
ARRAYS = ("x_train", "y_train", "x_test", "y_test", "class_names")

Rows = tuple[NDArray[np.uint8], NDArray[np.int64]]


def read_cifar10(path: str | Path) -> tuple[Dataset, Dataset]:
    """Read CIFAR-10 from a file or a folder, in any of its forms.

    Args:
        path: an official archive, an .npz with x_train (N, 3, 32, 32) uint8, y_train, x_test and
            y_test, a folder of batches, or a folder that holds one of these.

    Returns:
        (train, test): images (N, 3, 32, 32) float32 in [0, 1], labels int64. All 50,000 and 10,000
        from the official archives; from an .npz as many as it holds.

    Raises:
        FormatError: none of the forms is there, or it is damaged or incomplete.

    Example:
        >>> read_cifar10("/nowhere")
        Traceback (most recent call last):
        badak.errors.FormatError: /nowhere holds no CIFAR-10: neither cifar-10-python.tar.gz, ...
    """
    source = find(files.as_path(path))
    if source is None:
        raise FormatError(
            f"{path} holds no CIFAR-10: neither {', '.join(ARCHIVES + FOLDERS)} nor cifar10*.npz"
        )
    if source.is_dir():
        names = BINARY if (source / BINARY[-1]).exists() else PYTHON
        contents = {
            name: files.read(source / name, MAX_BATCH) for name in names if (source / name).exists()
        }
        return _from_batches(source, contents)
    head = files.head(source)
    if head.startswith(b"PK"):
        return _from_npz(source)
    if head.startswith(b"\x1f\x8b"):
        contents = read_members(source, FOLDERS, (*PYTHON, *BINARY), MAX_BATCH)
        return _from_batches(source, contents)
    raise FormatError(f"{source} must be a .tar.gz or an .npz archive; got {describe(head)}")


def find(path: Path) -> Path | None:
    """Return the file or folder at or inside `path` that holds CIFAR-10, else None."""
    if path.is_file():
        return path
    if any((path / last).is_file() for last in (PYTHON[-1], BINARY[-1])):
        return path
    arrays = [file.name for file in path.glob("*.npz") if ARCHIVE_OF_ARRAYS.match(file.name)]
    # The shortest name first: cifar10.npz before cifar10-part.npz.
    names = [*ARCHIVES, *FOLDERS, *sorted(arrays, key=lambda name: (len(name), name))]
    return next((path / name for name in names if (path / name).exists()), None)


def _from_batches(path: Path, contents: dict[str, bytes]) -> tuple[Dataset, Dataset]:
    names = BINARY if BINARY[-1] in contents else PYTHON
    missing = [name for name in names if name not in contents]
    if missing:
        raise FormatError(f"{path} is incomplete: it lacks {', '.join(missing)}")
    decode = _rows if names is BINARY else read_batch
    batches = [decode(contents[name], f"{path}: {name}") for name in names]
    images, labels = (np.concatenate(column) for column in zip(*batches[:-1], strict=True))
    return _dataset(images, labels, str(path)), _dataset(*batches[-1], f"{path}: {names[-1]}")


def _rows(content: bytes, place: str) -> Rows:
    """Split the records of a binary batch into pixels (N, 3072) and labels (N,)."""
    if not content or len(content) % (1 + PIXELS):
        raise FormatError(
            f"{place} must hold records of {1 + PIXELS} bytes; got {len(content)} bytes: it is cut "
            f"short, or {describe(content[:64])}"
        )
    records = np.frombuffer(content, np.uint8).reshape(-1, 1 + PIXELS)
    return records[:, 1:], records[:, 0].astype(np.int64)


def _from_npz(path: Path) -> tuple[Dataset, Dataset]:
    arrays = read_npz(path, ARRAYS)
    missing = [name for name in ARRAYS[:4] if name not in arrays]
    if missing:
        raise FormatError(f"{path} is incomplete: it lacks {', '.join(missing)}")
    names = tuple(str(name) for name in arrays.get("class_names", np.array(CLASS_NAMES)).ravel())
    if names != CLASS_NAMES:
        raise FormatError(f"{path}: class_names must be {', '.join(CLASS_NAMES)}; got {names}")
    x_train, y_train, x_test, y_test, *_ = (arrays[name] for name in ARRAYS if name in arrays)
    return _dataset(x_train, y_train, f"{path}: train"), _dataset(x_test, y_test, f"{path}: test")


def _dataset(images: NDArray[np.uint8], labels: NDArray[np.int64], place: str) -> Dataset:
    """Check the arrays of any form, and make a Dataset of them."""
    if images.dtype != np.uint8 or images.shape[1:] not in (SHAPE, (PIXELS,)) or not len(images):
        raise FormatError(
            f"{place}: images must be (N, 3, 32, 32) uint8; got {images.dtype} {images.shape}"
        )
    if labels.shape != (len(images),) or labels.dtype.kind not in "iu":
        raise FormatError(
            f"{place}: labels must be {len(images)} integers, one per image; "
            f"got {labels.dtype} {labels.shape}"
        )
    outside = (labels < 0) | (labels > 9)
    if outside.any():
        first = int(np.argmax(outside))
        raise FormatError(f"{place}: labels must lie in 0..9; label {first} is {labels[first]}")
    return Dataset(images.reshape(-1, *SHAPE), labels, CLASS_NAMES, "cifar10")
