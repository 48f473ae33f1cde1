"""permuted_pixels: images with and without their neighbours, and two networks on both."""

from typing import TYPE_CHECKING

from badak.inspect.draw.panels.classes import class_label
from badak.inspect.draw.panels.image import image_range, show_image
from badak.lessons.draw.panels import BLUE, LARGE, ORANGE, WORDS, accuracy_bars
from badak.lessons.permuted_pixels import PermutedPixels

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def permuted_pixels(found: PermutedPixels) -> "Figure":
    """Draw a few images as they are (above) and permuted (below), and the accuracies beside them.

    Example:
        >>> from badak import data, lessons
        >>> train, test = data.load("digits")
        >>> found = lessons.permuted_pixels(train[:100], test[:50], epochs=1)
        >>> len(permuted_pixels(found).axes)
        9
    """
    from badak.inspect.draw.figure import Figure

    count = len(found.images)
    figure = Figure(figsize=(11, 4), layout="constrained")
    left, right = figure.subfigures(1, 2, width_ratios=(1.25, 1), squeeze=False)[0]
    span = image_range(found.images)
    grid = left.subplots(2, count, squeeze=False)
    for row, (images, how) in enumerate(
        ((found.images, "as they are"), (found.permuted, "permuted"))
    ):
        for axes, image in zip(grid[row], images, strict=True):
            show_image(axes, image, *span)
        grid[row, 0].set_ylabel(how, size=LARGE)
    for axes, label in zip(grid[0], found.labels, strict=True):
        axes.set_title(class_label(int(label), found.class_names, longest=12), size=LARGE)
    axes = right.subplots()
    names, heights = [], []
    for name in found.plain:
        for how, trainings in (("as they are", found.plain), ("permuted", found.mixed)):
            names.append(f"{name},\n{how}")
            heights.append(trainings[name].final)
    accuracy_bars(axes, names, heights, [BLUE, ORANGE] * len(found.plain))
    axes.tick_params("x", labelsize=WORDS - 2)
    axes.set_title("Who misses the neighbours?", size=LARGE)
    return figure
