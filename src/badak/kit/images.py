"""The note's images, as the four IDX files that badak looks for."""

import struct
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from badak.data.catalog import load
from badak.data.here import is_here
from badak.data.mnist import FILES
from badak.errors import BadakError

NAME = "mnist"
COUNTS = {"train": 5_000, "test": 1_000}  # the first images of each part, as in the note


def check() -> None:
    """Refuse to go on without MNIST; it is not downloaded here.

    Raises:
        BadakError: MNIST is not on this machine.
    """
    if not is_here(NAME):
        raise BadakError(
            "MNIST is not on this machine, and the kit needs its images: run `badak data mnist` "
            "once with internet access, which downloads 11 MB, or name the folder of its four "
            "files with BADAK_DATA=FOLDER"
        )


def write(folder: Path) -> None:
    """Write the note's images into ``folder/mnist``; badak finds them by BADAK_DATA=folder.

    Raises:
        BadakError: as for `check`; FormatError if MNIST's files are damaged.
    """
    check()
    place = folder / NAME
    place.mkdir(parents=True)
    for (part, count), whole in zip(COUNTS.items(), load(NAME), strict=True):
        some = whole[:count]
        if len(some) < count:
            raise BadakError(
                f"MNIST must have at least {count} {part} images; these files have {len(some)}"
            )
        images, labels = FILES[part]
        pixels = np.rint(some.images[:, 0] * 255).astype(np.uint8)  # (N, 1, H, W) -> (N, H, W)
        (place / images).write_bytes(idx(pixels))
        (place / labels).write_bytes(idx(some.labels.astype(np.uint8)))


def idx(values: NDArray[np.uint8]) -> bytes:
    r"""Return bytes of any shape as an IDX file.

    Example:
        >>> idx(np.array([5, 0, 4], np.uint8))
        b'\x00\x00\x08\x01\x00\x00\x00\x03\x05\x00\x04'
    """
    head = struct.pack(f">BBBB{values.ndim}I", 0, 0, 8, values.ndim, *values.shape)
    return head + values.tobytes()
