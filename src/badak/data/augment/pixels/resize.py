"""resized: an image enlarged with bilinear interpolation.

uint8 images are enlarged by integers, with weights of 1/256, which is faster than Pillow: rows are
whole pieces of memory, so columns are turned into rows first.
Letters: C channels, H rows, W columns.
"""

import numpy as np

from badak.data.augment.base import Pixels


def resized(image: Pixels, size: tuple[int, ...]) -> Pixels:
    """Return an image (C, h, w) in a larger or equal size (H, W).

    Example:
        >>> resized(np.array([[[0, 100]]], np.uint8), (1, 4))
        array([[[  0,  25,  75, 100]]], dtype=uint8)
    """
    c, h, _ = image.shape
    height, width = size
    if image.shape[2] != width:
        turned = np.ascontiguousarray(np.moveaxis(image, 2, 0)).reshape(-1, c * h)  # (w, C h)
        turned = _rows(turned[None], width)[0]
        image = np.ascontiguousarray(turned.T).reshape(c, h, width)
    return image if h == height else _rows(image, height)


def _rows(image: Pixels, length: int) -> Pixels:
    """Return an image (C, h, w) with `length` rows, each a mean of two neighbours."""
    h = image.shape[1]
    place = np.clip((np.arange(length) + 0.5) * (h / length) - 0.5, 0, h - 1)
    before = place.astype(np.int64)
    after = np.minimum(before + 1, h - 1)
    share = (place - before)[:, None]
    # "clip" spares NumPy a copy; all indices are in range
    upper, lower = (np.take(image, rows, axis=1, mode="clip") for rows in (before, after))
    if image.dtype != np.uint8:
        share = share.astype(image.dtype)
        mean: Pixels = upper * (1 - share) + lower * share
        return mean
    weight = np.rint(share * 256).astype(np.uint16)
    total, other = upper.astype(np.uint16), lower.astype(np.uint16)
    total *= np.uint16(256) - weight
    other *= weight
    total += other  # at most 255 * 256, and 128 more to round
    total += np.uint16(128)
    total >>= np.uint16(8)
    result: Pixels = total.astype(np.uint8)
    return result
