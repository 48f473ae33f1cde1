"""cut: crops of padded images."""

import numpy as np

from badak.arrays import Indices
from badak.data.augment.base import Pixels


def cut(images: Pixels, top: Indices, left: Indices, margin: int, mode: str, fill: float) -> Pixels:
    """Pad each image (N, C, H, W) on all sides, crop it to its size, and overwrite it.

    `top` and `left` (N,) are the first row and column to cut, in 0..2 * margin; `mode` is
    "constant", with the value `fill`, "edge" or "reflect", as in `numpy.pad`.

    Example:
        >>> row = np.array([1.0, 2.0, 3.0]).reshape(1, 1, 1, 3)
        >>> cut(row, np.array([1]), np.array([0]), 1, "constant", 0.0)
        array([[[[0., 1., 2.]]]])
    """
    _, c, h, w = images.shape
    sides = ((0, 0), (margin, margin), (margin, margin))
    padded = np.full((c, h + 2 * margin, w + 2 * margin), fill, images.dtype)
    for image, i, j in zip(images, top, left, strict=True):
        if mode == "constant":
            padded[:, margin : margin + h, margin : margin + w] = image
        else:
            padded = np.pad(image, sides, mode=mode)  # type: ignore[call-overload]  # see Crop
        image[...] = padded[:, i : i + h, j : j + w]
    return images
