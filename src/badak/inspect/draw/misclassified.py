"""misclassified: the wrongly classified images, the surest mistakes first."""

import math
from typing import TYPE_CHECKING

import numpy as np

from badak.inspect.draw.text import plain, width_of
from badak.inspect.misclassified import Misclassified

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MOST_IMAGES = 100
COLUMNS = 5
LONGEST_NAME = 16
CHARACTER = 0.072  # inches a character of a title is wide


def misclassified(found: Misclassified) -> "Figure":
    r"""Draw the misclassified images with what they are and what they were taken for.

    As in the book's figure 8-3: grey images are dark where they are large. All are on one scale.
    Of more than 100 images the first 100 are drawn.

    Args:
        found: as `badak.inspect.misclassified` returns it.

    Returns:
        A Matplotlib figure; `save` writes it. Where nothing is misclassified it says so.

    Example:
        >>> from badak.data import Dataset
        >>> from badak.inspect import Predictions
        >>> from badak.inspect import misclassified as most
        >>> pets = Dataset(np.ones((2, 1, 8, 8)), [0, 1], ["cat", "dog"])
        >>> figure = misclassified(most(Predictions([0, 1], [[1, 0], [0.8, 0.2]], "cd"), pets))
        >>> figure.axes[0].get_title()
        'd → c\n80.0%'
    """
    from badak.inspect.draw.figure import Figure

    count = min(len(found.places), MOST_IMAGES)
    names = [plain(name, LONGEST_NAME) for name in found.class_names]
    titles = [
        f"{names[true]} → {names[guess]}\n{sure:.1%}"
        for true, guess, sure in zip(found.labels, found.predicted, found.confidence, strict=True)
    ][:count]
    width = 0.3 + CHARACTER * max([16, *(width_of(title.split("\n")[0]) for title in titles)])
    columns = min(COLUMNS, max(count, 3))
    rows = math.ceil(count / columns)
    h, w = found.images.shape[2:]
    height = 0.45 + 1.45 * min(1, h / w)
    figure = Figure(figsize=(width * columns, height * rows + 0.7), layout="constrained")
    if not count:
        figure.suptitle(f"None of {found.total:,} images is misclassified")
        return figure
    share = f"{found.wrong:,} of {found.total:,} images are misclassified"
    which = "" if found.wrong == count else f"; the {count} surest"
    figure.suptitle(f"{share}{which}\ntrue class → predicted class, and its probability", size=11)
    images = np.moveaxis(found.images[:count], 1, -1)  # (M, C, H, W) -> (M, H, W, C)
    low, high = float(images.min()), float(images.max())
    images = (images - low) / ((high - low) or 1)
    if images.shape[-1] != 3:
        images = images.mean(axis=-1)
    places = figure.subplots(rows, columns, squeeze=False).ravel()
    for place in places:
        place.axis("off")
    for place, image, title in zip(places, images, titles, strict=False):
        place.imshow(image, "gray_r", vmin=0, vmax=1)
        place.set_title(title, size=9)
    return figure
