"""joined: the parts of a data set as one again."""

import numpy as np

from badak.data.dataset import Dataset
from badak.data.stored import StoredImages
from badak.errors import BadakError


def joined(first: Dataset, second: Dataset) -> Dataset:
    """Return the images of one part and then of another, which must have the same classes.

    Raises:
        BadakError: classes or image shapes that differ.

    Example:
        >>> part = Dataset(np.zeros((3, 1, 2, 2)), [0, 1, 1])
        >>> joined(part, part[:1]).labels
        array([0, 1, 1, 0])
    """
    if (first.class_names, first.image_shape) != (second.class_names, second.image_shape):
        raise BadakError(
            "parts to join must have the same classes and image shapes; got "
            f"{first.num_classes} classes of {first.image_shape} and {second.num_classes} of "
            f"{second.image_shape}"
        )
    images = first.images
    if isinstance(images, StoredImages) and isinstance(second.images, StoredImages):
        images = images.joined(second.images)
    else:
        images = np.concatenate([np.asarray(images), np.asarray(second.images)])
    digests = None
    if first.digests is not None and second.digests is not None:
        digests = np.concatenate([first.digests, second.digests])
    labels = np.concatenate([first.labels, second.labels])
    return Dataset(images, labels, first.class_names, first.name, digests)
