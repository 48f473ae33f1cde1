"""shift_response: how much of a shift each layer's output still shows."""

from typing import TYPE_CHECKING

import numpy as np

from badak.inspect.draw.panels.image import image_range, show_image
from badak.inspect.draw.text import plain
from badak.lessons.draw.panels import BLUE, GREY, LARGE, ORANGE, WORDS, tidy
from badak.lessons.shift_response import ShiftResponse

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def shift_response(found: ShiftResponse) -> "Figure":
    """Draw an image with and without the shift, and a bar for each layer; poolings in colour.

    Example:
        >>> from badak import data, lessons, models
        >>> found = lessons.shift_response(models.LeNet5(), data.load("digits")[1], count=20)
        >>> len(shift_response(found).axes)
        3
    """
    from badak.inspect.draw.figure import Figure

    count = len(found.layers)
    figure = Figure(figsize=(max(8.5, 3 + 0.55 * count), 4.4), layout="constrained")
    grid = figure.add_gridspec(2, 2, width_ratios=(1, 4))
    span = image_range(np.stack([found.image, found.moved]))
    shifted = f"shifted by {found.pixels}"
    for row, (image, title) in enumerate(((found.image, "image"), (found.moved, shifted))):
        axes = figure.add_subplot(grid[row, 0])
        show_image(axes, image, *span)
        axes.set_title(title, size=WORDS)
    axes = figure.add_subplot(grid[:, 1])
    pooled = found.after_pooling
    colours = [
        GREY if layer not in pooled else ORANGE if layer == "" else BLUE for layer in found.layers
    ]
    axes.bar(range(count), found.change, color=colours)
    for place, (layer, change) in enumerate(zip(found.layers, found.change, strict=True)):
        if layer in pooled:
            axes.text(place, change, f"{change:.3f}", ha="center", va="bottom", size=WORDS)
    names = [plain(layer) or "image" for layer in found.layers]
    axes.set_xticks(range(count), names, rotation=90 if count > 6 else 0, size=WORDS)
    axes.set_ylabel("change by the shift,\nas a share of the output", size=WORDS)
    axes.set_title("What is left of a shift, layer by layer (pooling in blue)", size=LARGE)
    tidy(axes, "y")
    return figure
