"""Small pictures of images, as bytes."""

import numpy as np
from numpy.typing import NDArray

from badak.arrays import Array
from badak.inspect.draw.panels.image import image_range

SIDE = 96  # pixels: larger images are made smaller


def pictures(images: Array) -> NDArray[np.uint8]:
    """Return images (M, C, H, W) as bytes (M, 3 or 1, h, w), black to white, all on one scale.

    Three channels stay colours; of any other number the mean is shown. Of a large image, each
    pixel is the mean of a square.

    Example:
        >>> pictures(np.array([[[[0.0, 0.5], [1.0, 0.2]]]])).tolist()
        [[[[0, 128], [255, 51]]]]
        >>> pictures(np.zeros((2, 3, 224, 200))).shape
        (2, 3, 74, 66)
    """
    m, c, h, w = images.shape
    if not m:
        return np.zeros((0, 1, h, w), np.uint8)
    step = -(-max(h, w) // SIDE)
    if step > 1:
        h, w = max(1, h // step), max(1, w // step)
        images = images[:, :, : h * step, : w * step]
        # (M, C, H, W) -> (M, C, h, step, w, step) -> (M, C, h, w)
        images = images.reshape(m, c, h, -1, w, images.shape[3] // w).mean(axis=(3, 5))
    if c != 3:
        images = images.mean(axis=1, keepdims=True)
    low, high = image_range(images)
    levels: NDArray[np.uint8] = np.rint((images - low) / (high - low) * 255).astype(np.uint8)
    return levels
