"""An image file at a glance: its format, mode and size, and its pixels made small."""

import os
import warnings
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from badak import files
from badak.data.image import MAX_PIXELS, open_rgb, readable_formats

ORIENTATION = 0x0112  # the EXIF tag; from 5 on it swaps width and height
TURNED = 5


class Glance(NamedTuple):
    """An image file.

    Attributes:
        format: Pillow's name of the format, such as "JPEG".
        mode: Pillow's name of the mode, such as "RGB".
        width: in pixels, of the upright image.
        height: in pixels, of the upright image.
        pixels: (3, H, W) uint8, upright; neither side is longer than asked for.
    """

    format: str
    mode: str
    width: int
    height: int
    pixels: NDArray[np.uint8]


def glance(path: str | os.PathLike[str], side: int) -> Glance:
    """Read an image file and make its pixels small; a JPEG is decoded small, which is fast.

    Raises:
        FormatError: the file is not an image, is damaged or is far too large.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     Image.new("L", (400, 300)).save(f"{folder}/a.png")
        ...     seen = glance(f"{folder}/a.png", 100)
        >>> seen.format, seen.mode, seen.width, seen.height, seen.pixels.shape
        ('PNG', 'L', 400, 300, (3, 75, 100))
    """
    path = files.as_path(path)
    try:
        return _fast(path, side)
    except Exception:
        image = open_rgb(path)  # decodes it in full, or says what is wrong with it
        about = ("unknown", "unknown", *image.size)
        return Glance(*about, small(image, side))


def _fast(path: Path, side: int) -> Glance:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about metadata, which is not used
        with files.opened(path) as file, Image.open(file, formats=tuple(readable_formats())) as it:
            about, size = (it.format or "unknown", it.mode), it.size
            if size[0] * size[1] > MAX_PIXELS:
                raise Image.DecompressionBombError
            if it.getexif().get(ORIENTATION, 1) >= TURNED:
                size = size[::-1]
            it.draft("RGB", (side, side))
            return Glance(*about, *size, small(open_rgb(it), side))


def small(image: Image.Image, side: int) -> NDArray[np.uint8]:
    """Return an RGB image as (3, H, W), no side longer than `side`."""
    scale = side / max(image.size)
    if scale < 1:
        width, height = (max(1, round(length * scale)) for length in image.size)
        image = image.resize((width, height), Image.Resampling.BOX, reducing_gap=2.0)
    return np.ascontiguousarray(np.asarray(image).transpose(2, 0, 1))  # from (H, W, 3)


def shrunk(pixels: NDArray[np.uint8], side: int) -> NDArray[np.uint8]:
    """Average an image (3, H, W) over areas to a square, (3, side, side); a small one grows.

    Example:
        >>> shrunk(np.arange(6, dtype=np.uint8).repeat(3).reshape(1, 6, 3).transpose(2, 0, 1), 2)[0]
        array([[1, 4],
               [1, 4]], dtype=uint8)
    """
    image = Image.fromarray(np.ascontiguousarray(pixels.transpose(1, 2, 0)))  # (H, W, 3)
    return np.asarray(image.resize((side, side), Image.Resampling.BOX)).transpose(2, 0, 1)
