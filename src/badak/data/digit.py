"""A picture of handwriting, prepared as MNIST's digits were, in stages.

LeCun, Bottou, Bengio, Haffner, "Gradient-Based Learning Applied to Document Recognition", Proc.
IEEE 86 (1998), section III-A: scaled into 20x20 pixels with the aspect ratio kept, and placed in
28x28 so that the centre of mass is in the middle.
Letters: H rows, W columns.
"""

import math
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike
from PIL import Image

from badak.arrays import Array, Images, as_array, as_images
from badak.data.image import open_rgb
from badak.data.paper import ink_of
from badak.errors import BadakError, where

SIZE, BOX = 28, 20
# Larger pictures are shrunk first: a digit needs few pixels, and shrinking removes grain.
MAX_SIDE = 512
GREY = np.array([0.299, 0.587, 0.114])  # ITU-R 601, as badak.data.read_image mixes them


@dataclass(frozen=True)
class DigitStages:
    """How a picture became a digit like MNIST's.

    Attributes:
        grey: (H, W) in [0, 1]: the picture without its colours, at most 512 pixels a side.
        inverted: whether its ink was dark on light and so had to be inverted.
        ink: (H, W): bright strokes on black; the paper, its shadows and dust are gone.
        crop: (h, w): the strokes' own rectangle.
        corner: (row, column) of that rectangle in `ink`.
        boxed: (h, w), the longer side 20: the rectangle scaled.
        image: (1, 28, 28) float32: the digit, its centre of mass in the middle. `image[None]` is
            what a network takes.
    """

    grey: Array
    inverted: bool
    ink: Array
    crop: Array
    corner: tuple[int, int]
    boxed: Array
    image: Images


def digit_from_image(image: str | Path | Image.Image | ArrayLike) -> DigitStages:
    """Prepare a picture of one handwritten digit as MNIST's were, for a network trained on them.

    Args:
        image: a file's path, a Pillow image, or an array (H, W), (H, W, 1 or 3) or (1 or 3, H, W),
            uint8, or floats in [0, 1]; of any size, ink dark on light or light on dark.

    Returns:
        All stages; `.image` is the last, and `badak.inspect.draw.digit_stages` draws them.

    Raises:
        BadakError: nothing differs from the paper, or the array is not an image.
        FormatError: the file is not an image, is damaged or is far too large.

    Example:
        >>> page = np.full((120, 90), 200, np.uint8)
        >>> page[20:100, 40:50] = 30  # a one, in dark ink
        >>> stages = digit_from_image(page)
        >>> stages.crop.shape, stages.boxed.shape, stages.image.shape, stages.inverted
        ((80, 10), (20, 2), (1, 28, 28), True)
    """
    grey = _shrunk(_grey(image))
    with where(str(image)) if isinstance(image, (str, Path)) else nullcontext():
        strokes, mask, inverted = ink_of(grey)
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    crop = strokes[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    boxed = _resized(crop, BOX / max(crop.shape))
    boxed = boxed / boxed.max()  # thin lines fade as they shrink; MNIST's reach white
    return DigitStages(
        grey, inverted, strokes, crop, (int(rows[0]), int(columns[0])), boxed, _centred(boxed)
    )


def _grey(image: str | Path | Image.Image | ArrayLike) -> Array:
    """Return any kind of image as (H, W) float64 in [0, 1]."""
    if isinstance(image, (str, Path, Image.Image)):
        image = np.asarray(open_rgb(image))
    array = as_array(image, "image")
    if array.dtype == np.bool_:
        array = array.astype(np.float64)
    channels_first = array.ndim == 3 and array.shape[2] not in (1, 3) and array.shape[0] in (1, 3)
    if channels_first:
        array = np.moveaxis(array, 0, 2)  # (C, H, W) -> (H, W, C)
    if array.ndim == 2:
        array = array[..., None]
    if array.ndim != 3 or array.shape[2] not in (1, 3):
        raise BadakError(
            "image must be (H, W), (H, W, 1 or 3) or (1 or 3, H, W), a single image; "
            f"got shape {array.shape}"
        )
    pixels = as_images(array[None], dtype=np.float64, name="image")[0]  # (H, W, C), finite
    if pixels.min() < 0 or pixels.max() > 1:
        raise BadakError(
            f"image must hold floats in [0, 1], or uint8 in 0..255; got {array.dtype} from "
            f"{pixels.min():g} to {pixels.max():g}"
        )
    grey: Array = pixels[..., 0] if pixels.shape[2] == 1 else pixels @ GREY
    return grey


def _shrunk(grey: Array) -> Array:
    factor = MAX_SIDE / max(grey.shape)
    return _resized(grey, factor) if factor < 1 else grey


def _resized(image: Array, factor: float) -> Array:
    """Scale both sides, with anti-aliasing if they shrink."""
    height, width = (max(1, round(side * factor)) for side in image.shape)
    scaled = Image.fromarray(image.astype(np.float32)).resize(
        (width, height), Image.Resampling.BICUBIC
    )
    return np.clip(np.asarray(scaled, np.float64), 0, 1)  # cubic curves overshoot


def _centred(boxed: Array) -> Images:
    """Place a digit in 28x28, with its centre of mass as near to the middle as pixels allow."""
    place = []
    for axis, length in enumerate(boxed.shape):
        along = boxed.sum(axis=1 - axis)
        centre = float((along * np.arange(length)).sum() / along.sum())
        # MNIST's own centres are in 13.5 .. 14.5, and no digit leaves the field.
        start = math.floor(SIZE / 2 - centre + 0.5)
        place.append(min(max(start, 0), SIZE - length))
    top, left = place
    field = np.zeros((1, SIZE, SIZE), np.float32)
    field[0, top : top + boxed.shape[0], left : left + boxed.shape[1]] = boxed
    return field
