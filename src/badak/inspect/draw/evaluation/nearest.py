"""nearest: an image and the images that resemble it most."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from badak.inspect.draw.panels.classes import class_label
from badak.inspect.draw.panels.image import image_range, show_image
from badak.inspect.evaluation.nearest import Nearest

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def nearest(neighbours: Nearest, class_names: Sequence[str]) -> "Figure":
    r"""Draw an image and the images nearest to it, with their classes and distances.

    Example:
        >>> few = Nearest(np.ones((1, 2, 2)), np.zeros((1, 1, 2, 2)), *[np.array([0])] * 2,
        ...               np.array([2.0]))
        >>> [axes.get_title() for axes in nearest(few, ["zero"]).axes]
        ['the image', 'zero\ndistance 2.00']
    """
    from badak.inspect.draw.figure import Figure

    titles = [
        f"{class_label(int(label), class_names)}\ndistance {distance:.2f}"
        for label, distance in zip(neighbours.labels, neighbours.distances, strict=True)
    ]
    images = [neighbours.image, *neighbours.images]
    span = image_range(np.stack(images))
    figure = Figure(figsize=(1.7 * len(images), 2.5), layout="constrained")
    places = figure.subplots(1, len(images))
    for axes, title, image in zip(places, ["the image", *titles], images, strict=True):
        show_image(axes, image, *span)
        axes.set_title(title, fontsize=9)
    return figure
