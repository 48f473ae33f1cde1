"""Views of an image for test-time augmentation: the answers to them are averaged.

Nothing is random.
Letters: N images, C channels, H rows, W columns, K classes.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from badak import checks
from badak.arrays import Array
from badak.data.augment.base import Pixels, check_images
from badak.data.augment.pixels.resize import resized

#: What returns several variants of the same images, whose predictions are averaged.
Views = Callable[[Pixels], list[Pixels]]


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
        views.append(np.array([resized(part, (h, w)) for part in parts]).reshape(images.shape))
    return [view for each in views for view in mirrored(each)]


#: The views by name, as `badak evaluate --tta` and `badak predict --tta` take them.
VIEWS: dict[str, Views] = {"flip": mirrored, "crops": crops}


def averaged(
    predict_proba: Callable[[Pixels], Array],
    images: Any,
    views: Views | None = mirrored,
    batch_size: int = 256,
) -> Array:
    """Return the mean of a classifier's probabilities over the views of each image: (N, K).

    Args:
        predict_proba: called with images (M, C, H, W), returns (M, K); such as `net.predict_proba`.
        images: (N, C, H, W) uint8 or floats, at least one.
        views: `mirrored`, `crops`, or another function that returns a list of such images;
            None for the images alone.
        batch_size: images at a time.

    Raises:
        ArgumentTypeError: images that are not an array of uint8 or floats.
        BadakError: another number of axes, or a batch_size below 1.

    Example:
        >>> brightness_on_the_left = lambda images: images[:, 0, 0, :1]
        >>> averaged(brightness_on_the_left, np.array([[[[1.0, 2.0]]]]))
        array([[1.5]])
    """
    checks.integer(batch_size, "batch_size", minimum=1)
    rows = []
    for start in range(0, max(len(images), 1), batch_size):
        batch = images[start : start + batch_size]
        answers = [predict_proba(view) for view in ([batch] if views is None else views(batch))]
        rows.append(np.mean(answers, axis=0))
    return np.concatenate(rows)
