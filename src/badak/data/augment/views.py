"""Views of an image for test-time augmentation: the network's answers to them are averaged.

Nothing is random. `Network.predict_proba` takes such a function as `views`.
"""

from collections.abc import Callable

import numpy as np

from badak.data.augment.base import Pixels, check_images
from badak.data.augment.pixels.resize import resized


def mirrored(images: Pixels) -> list[Pixels]:
    """Return the images, and the images with left and right swapped.

    Example:
        >>> [view.ravel().tolist() for view in mirrored(np.array([[[[1.0, 2.0]]]]))]
        [[1.0, 2.0], [2.0, 1.0]]
    """
    check_images(images)
    return [images, np.ascontiguousarray(images[..., ::-1])]


def crops(images: Pixels) -> list[Pixels]:
    """Return twelve views: the images, five crops of 7/8 of their sides, and all six mirrored.

    The crops lie in the corners and in the middle, and are enlarged to the images' size.

    Example:
        >>> len(crops(np.zeros((1, 3, 16, 16))))
        12
    """
    check_images(images)
    h, w = images.shape[2:]
    height, width = max(h * 7 // 8, 1), max(w * 7 // 8, 1)
    down, right = h - height, w - width
    corners = [(0, 0), (0, right), (down, 0), (down, right), (down // 2, right // 2)]
    views = [images]
    for top, left in corners:
        parts = images[:, :, top : top + height, left : left + width]
        views.append(np.stack([resized(part, (h, w)) for part in parts]))
    return [view for each in views for view in mirrored(each)]


VIEWS: dict[str, Callable[[Pixels], list[Pixels]]] = {"flip": mirrored, "crops": crops}
