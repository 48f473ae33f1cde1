"""grey: the brightness of RGB images."""

import numpy as np

from badak.data.augment.base import Pixels

WEIGHTS = (0.2989, 0.587, 0.114)  # ITU-R BT.601, as torchvision has them


def grey(image: Pixels) -> Pixels:
    """Return the grey image (1, H, W); of uint8 images as float32 whole numbers, rounded down.

    Example:
        >>> grey(np.array([[[255]], [[0]], [[0]]], np.uint8))
        array([[[76.]]], dtype=float32)
    """
    is_bytes = image.dtype == np.uint8
    values = image.astype(np.float32) if is_bytes else image
    if len(image) == 3:
        weights = np.array(WEIGHTS, values.dtype)
        values = (weights @ values.reshape(3, -1)).reshape(1, *image.shape[1:])
    return np.floor(values) if is_bytes else values
