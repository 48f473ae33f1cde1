"""sharpness: an image's distance from its blurred version, multiplied by a factor."""

import numpy as np

from badak.data.augment.base import Pixels


def sharpness(image: Pixels, factor: float) -> Pixels:
    """Multiply the distance from the blurred image by a factor; the outermost pixels stay.

    The blurred image is the mean of 3x3 pixels, in which the middle counts five times.

    Example:
        >>> sharpness(np.array([[[0, 0, 0], [0, 130, 0], [0, 0, 0]]], np.uint8), 0)[0, 1]
        array([ 0, 50,  0], dtype=uint8)
    """
    if min(image.shape[1:]) < 3:
        return image
    is_bytes = image.dtype == np.uint8
    values = image.astype(np.float32) if is_bytes else image
    rows = values[:, :-2] + values[:, 1:-1] + values[:, 2:]
    inner = values[:, 1:-1, 1:-1]
    blurred = rows[:, :, :-2] + rows[:, :, 1:-1] + rows[:, :, 2:] + 4 * inner
    blurred *= image.dtype.type(1) / 13 if not is_bytes else np.float32(1 / 13)
    if is_bytes:
        np.rint(blurred, out=blurred)
    blurred += (inner - blurred) * factor
    top = 255 if is_bytes else 1
    result = image.copy()
    result[:, 1:-1, 1:-1] = np.clip(blurred, 0, top, out=blurred)
    if not is_bytes:  # as torchvision: the edge is clipped too
        np.clip(result, 0, top, out=result)
    return result
