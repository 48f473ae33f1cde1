"""Arrays that stay in their files: .npy, .npz (not compressed) and IDX (not packed)."""

import math
import mmap
import os
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from badak.arrays import FLOATS
from badak.data.idx import by, idx_header
from badak.data.npz import npy_header, npz_place
from badak.data.sniff import describe
from badak.data.stored import StoredImages
from badak.data.stored_file import FileRows
from badak.errors import FormatError
from badak.files import as_path, opened


def open_array(path: str | Path, name: str | None = None) -> "np.memmap[Any, Any]":
    """Open an array without reading it, for a `Dataset` that is larger than the memory.

    Args:
        path: a .npy file, an .npz archive that numpy.savez wrote, or an IDX file that is not
            packed; the content decides which.
        name: which array of an .npz archive.

    Returns:
        The array, mapped read-only. A `Dataset` of it reads the images of a batch when it needs
        them; their numbers are uint8 or floats, (N, C, H, W).

    Raises:
        FormatError: no such file, a packed or damaged one, or one of Python objects.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     np.save(f"{folder}/images.npy", np.zeros((5, 1, 2, 2), np.uint8))
        ...     open_array(f"{folder}/images.npy").shape
        (5, 1, 2, 2)
    """
    path = as_path(path)
    with opened(path) as file:
        head = file.read(64)
        file.seek(0)
        size = os.fstat(file.fileno()).st_size
        if head.startswith(b"PK"):
            shape, fortran, dtype, offset = npz_place(path, name)
            size = offset + math.prod(shape) * dtype.itemsize
        elif head.startswith(b"\x93NUMPY"):
            shape, fortran, dtype = npy_header(file, str(path))
            offset = file.tell()
        elif head.startswith(b"\0\0"):
            fortran, (shape, dtype) = False, idx_header(file, path)
            offset = file.tell()
        else:
            raise FormatError(f"{path} must be .npy, .npz or IDX, unpacked; got {describe(head)}")
    if dtype.hasobject:
        raise FormatError(f"{path} holds Python objects; only plain numbers are read")
    wanted = math.prod(shape) * dtype.itemsize
    if size - offset != wanted or not wanted:
        raise FormatError(
            f"{path} declares {by(shape)} values, {wanted} bytes, and {size - offset} follow"
        )
    return np.memmap(path, dtype, "r", offset, shape, "F" if fortran else "C")


def mapped_images(images: object) -> StoredImages | None:
    """Return images of a mapped file as `StoredImages`; None if they lie in no file.

    They must be uint8 or floats, (N, C, H, W), one after another in the file.
    """
    root: Any = images
    while isinstance(root, np.ndarray) and not isinstance(root.base, mmap.mmap):
        root = root.base
    if not isinstance(images, np.ndarray) or not isinstance(root, np.memmap):
        return None
    plain = images.ndim == 4 and images.size and images.flags.c_contiguous
    known = images.dtype.isnative and images.dtype.type in (np.uint8, *FLOATS)
    if not (plain and known) or root.filename is None or root.mode == "c":
        return None
    offset = root.offset + _address(images) - _address(root)
    return StoredImages(FileRows(Path(root.filename), images.shape, images.dtype, offset))


def _address(array: NDArray[Any]) -> int:
    return int(array.__array_interface__["data"][0])
