"""augmentation: images, and what training sees instead of them."""

from typing import TYPE_CHECKING

import numpy as np

from badak.arrays import Array
from badak.inspect.data.augmentation import Augmented
from badak.inspect.draw.panels.classes import class_label
from badak.inspect.draw.panels.image import image_range
from badak.inspect.draw.text import shorten

if TYPE_CHECKING:
    from matplotlib.figure import Figure

LONGEST_NAME, LONGEST = 14, 170
SMALLEST = 0.005  # smaller shares are not written
INCHES, MARGIN, HEAD = 1.3, 0.1, 0.55  # the width of an image, and around the images
# Gaps as shares of an image's width: between images, beside the originals, and for a line of text.
BETWEEN, BESIDE, LINE = 0.05, 0.2, 0.13


def augmentation(varied: Augmented) -> "Figure":
    """Draw each image in a row, and its variants beside it; under mixed ones, their classes.

    Example:
        >>> from badak import data, inspect
        >>> train, _ = data.load("digits")
        >>> figure = augmentation(inspect.augmentation(train, data.augment.Shift(2)))
        >>> len(figure.axes)
        1
    """
    from badak.inspect.draw.figure import Figure

    count, columns = len(varied.images), len(varied.variants) + 1
    height = varied.images.shape[2] / varied.images.shape[3]
    lines = 1 if varied.shares is None else 2
    below = height + lines * LINE + BETWEEN  # from row to row
    size = columns * (1 + BETWEEN) + BESIDE, count * below
    wide, tall = INCHES * size[0] + 2 * MARGIN, INCHES * size[1] + HEAD
    figure = Figure(figsize=(wide, tall))
    figure.suptitle("Training images, and what training sees instead", y=1 - 0.08 / tall)
    words = f"{shorten(varied.augment, LONGEST)}: drawn again in each epoch"
    figure.text(0.5, 1 - 0.45 / tall, words, size=9, ha="center")
    axes = figure.add_axes((MARGIN / wide, 0, 1 - 2 * MARGIN / wide, 1 - HEAD / tall))
    spans = image_range(varied.images), image_range(varied.variants)
    for row in range(count):
        for column, image in enumerate([varied.images[row], *varied.variants[:, row]]):
            left, top = column * (1 + BETWEEN) + (BESIDE if column else 0), row * below
            place = (left, left + 1, top + height, top)
            axes.imshow(_picture(image, *spans[column > 0]), extent=place, interpolation="nearest")
            text = _text(varied, row, column)
            axes.text(left + 0.5, top + height + 0.02, text, size=8, ha="center", va="top")
    axes.set(xlim=(0, size[0]), ylim=(size[1], 0), aspect="auto")
    axes.set_axis_off()
    return figure


def _picture(image: Array, low: float, high: float) -> Array:
    """Return an image (C, H, W) as (H, W, 3) in [0, 1]: colours, or the mean of its channels."""
    if len(image) != 3:
        image = np.repeat(image.mean(axis=0, keepdims=True), 3, axis=0)
    picture: Array = ((np.moveaxis(image, 0, -1) - low) / ((high - low) or 1)).clip(0, 1)
    return picture


def _text(varied: Augmented, row: int, column: int) -> str:
    """The class of an original; the classes of a mixed image, the largest share first."""
    if column == 0:
        return class_label(int(varied.labels[row]), varied.class_names, LONGEST_NAME)
    if varied.shares is None:
        return ""
    shares = varied.shares[column - 1, row]
    largest = [k for k in np.argsort(-shares, kind="stable")[:2] if shares[k] >= SMALLEST]
    return "\n".join(
        f"{shares[k]:.0%} {class_label(int(k), varied.class_names, LONGEST_NAME)}" for k in largest
    )
