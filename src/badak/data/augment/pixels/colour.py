"""saturation and hue: how colourful an image is, and its colours around the wheel."""

import numpy as np

from badak.data.augment.base import Pixels
from badak.data.augment.pixels.grey import grey


def saturation(image: Pixels, factor: float) -> Pixels:
    """Multiply the distance from the grey image by a factor; grey images stay as they are.

    Example:
        >>> saturation(np.array([[[255]], [[0]], [[0]]], np.uint8), 0).ravel()
        array([76, 76, 76], dtype=uint8)
    """
    if len(image) == 1:
        return image
    mixed = np.multiply(image, factor, dtype=_floats(image))
    mixed += grey(image) * (1 - factor)
    if image.dtype == np.uint8:
        return np.clip(mixed, 0, 255, out=mixed).astype(np.uint8)
    return np.clip(mixed, 0, 1, out=mixed)


def hue(image: Pixels, turns: float) -> Pixels:
    """Turn all colours around the wheel; grey images stay as they are.

    The largest and the smallest of a pixel's values, max and min, stay. A pixel at h on the wheel,
    in 0..6, has value max - (max - min) * clip(2 - abs(abs(n + h - 5) - 3), 0, 1), where n is 5 for
    red, 3 for green and 1 for blue.

    Example:
        >>> hue(np.array([[[200]], [[0]], [[0]]], np.uint8), 1 / 3).ravel()
        array([  0, 200,   0], dtype=uint8)
    """
    if len(image) == 1:
        return image
    dtype = _floats(image)
    top = image.max(axis=0)
    is_red, is_green = image[0] == top, image[1] == top
    top, bottom = top.astype(dtype), image.min(axis=0).astype(dtype)
    red, green, blue = image.astype(dtype)
    spread = top - bottom
    wheel = np.where(is_red, green - blue, np.where(is_green, blue - red, red - green)) / np.where(
        spread == 0, dtype(1), spread
    )
    wheel += np.where(is_red, dtype(0), np.where(is_green, dtype(2), dtype(4)))
    wheel += dtype(6 * turns)
    wheel -= 6 * np.floor(wheel / 6)
    result = np.empty(image.shape, dtype)
    for plane, place in zip(result, (5, 3, 1), strict=True):
        np.abs(wheel + dtype(place - 5), out=plane)
        plane -= 3
        np.abs(plane, out=plane)
        np.subtract(2, plane, out=plane)
        np.clip(plane, 0, 1, out=plane)
        plane *= spread
        np.subtract(top, plane, out=plane)
    return np.rint(result).astype(np.uint8) if image.dtype == np.uint8 else result


def _floats(image: Pixels) -> type[np.floating]:
    return np.float32 if image.dtype == np.uint8 else image.dtype.type
