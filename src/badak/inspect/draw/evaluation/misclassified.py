"""misclassified: the misclassified images, the most confident mistakes first."""

import math
from typing import TYPE_CHECKING

from badak.inspect.draw.panels.classes import class_labels
from badak.inspect.draw.panels.image import image_range, show_image
from badak.inspect.draw.text import width_of
from badak.inspect.evaluation.misclassified import Misclassified

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MAX_IMAGES = 100
COLUMNS = 5
LONGEST_NAME = 16
CHARACTER = 0.072  # inches: the width of a character in a title


def misclassified(mistakes: Misclassified) -> "Figure":
    r"""Draw the misclassified images with their true and their predicted classes.

    As in the book's figure 8-3. All images share one scale, on which large values are light. Of
    more than 100 images, the first 100 are drawn. If nothing is misclassified, the figure says so.

    Example:
        >>> import numpy as np
        >>> from badak.data import Dataset
        >>> from badak.inspect import Predictions
        >>> from badak.inspect import misclassified as of
        >>> pets = Dataset(np.ones((2, 1, 8, 8)), [0, 1], ["cat", "dog"])
        >>> figure = misclassified(of(Predictions([0, 1], [[1, 0], [0.8, 0.2]], "cd"), pets))
        >>> figure.axes[0].get_title()
        'd → c\n80.0%'
    """
    from badak.inspect.draw.figure import Figure

    count = min(len(mistakes.places), MAX_IMAGES)
    names = class_labels(mistakes.class_names, LONGEST_NAME)
    titles = [
        f"{names[true]} → {names[guess]}\n{sure:.1%}"
        for true, guess, sure in zip(
            mistakes.labels, mistakes.predicted, mistakes.confidence, strict=True
        )
    ][:count]
    width = 0.3 + CHARACTER * max([16, *(width_of(title.split("\n")[0]) for title in titles)])
    columns = min(COLUMNS, max(count, 3))
    rows = math.ceil(count / columns)
    h, w = mistakes.images.shape[2:]
    height = 0.45 + 1.45 * min(1, h / w)
    figure = Figure(figsize=(width * columns, height * rows + 0.7), layout="constrained")
    if not count:
        figure.suptitle(f"None of the {mistakes.total:,} images is misclassified")
        return figure
    share = f"{mistakes.wrong:,} of {mistakes.total:,} images are misclassified"
    which = "" if mistakes.wrong == count else f"; {count} most confident shown"
    figure.suptitle(f"{share}{which}\ntrue class → predicted class, and its probability", size=11)
    images = mistakes.images[:count]
    span = image_range(images)
    places = figure.subplots(rows, columns, squeeze=False).ravel()
    for place in places:
        place.axis("off")
    for place, image, title in zip(places, images, titles, strict=False):
        show_image(place, image, *span)
        place.set_title(title, size=9)
    return figure
