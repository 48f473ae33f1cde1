"""Each value by itself: brightness, contrast, posterize, solarize, equalize.

Results are rounded down, as torchvision and Pillow do it. `top` is the largest value, 255 in uint8
images and 1 in floats.
"""

from collections.abc import Callable

import numpy as np

from badak.arrays import Array
from badak.data.augment.base import Pixels
from badak.data.augment.pixels.grey import grey


def brightness(image: Pixels, factor: float) -> Pixels:
    """Multiply all values by a factor.

    Example:
        >>> brightness(np.array([[[10, 200]]], np.uint8), 1.5)
        array([[[ 15, 255]]], dtype=uint8)
    """
    return _mapped(image, lambda value, top: value * factor)


def contrast(image: Pixels, factor: float) -> Pixels:
    """Multiply the distance of all values from the grey image's mean by a factor."""
    rest = float(grey(image).mean(dtype=np.float64)) * (1 - factor)
    return _mapped(image, lambda value, top: value * factor + rest)


def autocontrast(image: Pixels) -> Pixels:
    """Stretch each channel's values to the whole range.

    Example:
        >>> autocontrast(np.array([[[10, 20, 30]]], np.uint8))
        array([[[  0, 127, 255]]], dtype=uint8)
    """
    lows, highs = image.min((1, 2)), image.max((1, 2))
    planes = [
        plane[None] if low == high else _mapped(plane[None], _stretch(float(low), float(high)))
        for plane, low, high in zip(image, lows, highs, strict=True)
    ]
    return np.concatenate(planes)


def posterize(image: Pixels, bits: int) -> Pixels:
    """Keep the highest bits of all values.

    Example:
        >>> posterize(np.array([[[1, 100, 255]]], np.uint8), 2)
        array([[[  0,  64, 192]]], dtype=uint8)
    """
    result: Pixels
    if image.dtype == np.uint8:
        result = image & np.uint8(256 - (256 >> bits))
    else:
        levels = 1 << bits
        result = np.clip(np.floor(image * levels), 0, levels - 1) / levels
    return result


def solarize(image: Pixels, threshold: float) -> Pixels:
    """Invert all values from a threshold in [0, 1] on.

    Example:
        >>> solarize(np.array([[[100, 200]]], np.uint8), 0.5)
        array([[[100,  55]]], dtype=uint8)
    """
    return _mapped(image, lambda value, top: np.where(value >= top * threshold, top - value, value))


def equalize(image: Pixels) -> Pixels:
    """Map each channel's values so that all are about equally frequent; floats in 256 steps."""
    if image.dtype != np.uint8:
        steps = np.rint(np.clip(image, 0, 1) * 255).astype(np.uint8)
        return equalize(steps).astype(image.dtype) / 255
    return np.stack([_equalized(plane) for plane in image])


def looked_up(image: Pixels, table: Pixels) -> Pixels:
    """Return table[image], for uint8 and 256 entries: faster than by an index."""
    values = image.tobytes().translate(table.tobytes())
    return np.frombuffer(values, np.uint8).reshape(image.shape)


def _mapped(image: Pixels, change: Callable[[Array, float], Array]) -> Pixels:
    """Return change(values, top), clipped; of uint8 images, only the 256 values are computed."""
    if image.dtype == np.uint8:
        table = np.clip(change(np.arange(256.0), 255.0), 0, 255).astype(np.uint8)
        return looked_up(image, table)
    return np.clip(change(image, 1.0), 0, 1)


def _stretch(low: float, high: float) -> Callable[[Array, float], Array]:
    return lambda value, top: (value - low) * top / (high - low)


def _equalized(plane: Pixels) -> Pixels:
    counts = np.bincount(plane.ravel(), minlength=256)
    step = (plane.size - counts[plane.max()]) // 255
    if step == 0:
        return plane
    before = np.cumsum(counts) - counts
    return looked_up(plane, np.minimum((before + step // 2) // step, 255).astype(np.uint8))
