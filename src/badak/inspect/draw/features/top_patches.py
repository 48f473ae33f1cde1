"""top_patches: the images that activate a unit most, and the patches it saw."""

import math
from typing import TYPE_CHECKING

from badak.inspect.draw.panels.classes import class_label
from badak.inspect.draw.panels.image import image_range, show_box, show_image
from badak.inspect.draw.text import plain
from badak.inspect.features.top_patches import TopPatches

if TYPE_CHECKING:
    from matplotlib.figure import Figure

COLUMNS = 9


def top_patches(top: TopPatches) -> "Figure":
    """Draw each image with a box around the patch that the unit saw, and the patch below, larger.

    The box is cut off at the image's edges; in the patch, padding is hatched. Class and activation
    are written above each image. All images share one scale.

    Example:
        >>> from badak import data, inspect, models
        >>> train, _ = data.load("digits")
        >>> top = inspect.top_patches(models.SimpleConvNet(), train[:9], "conv1", 2, k=4)
        >>> len(top_patches(top).axes)
        8
    """
    from badak.inspect.draw.figure import Figure

    count, (height, width) = len(top.images), top.field.size
    columns = min(COLUMNS, count)
    rows = math.ceil(count / columns)
    parts = 1 if top.images.shape[2:] == top.field.size else 2  # no patch if it is the whole image
    figure = Figure(
        figsize=(max(1.2 * columns, 6), (1.2 * parts + 0.4) * rows + 0.6), layout="constrained"
    )
    title = f"{plain(top.layer)}, channel {top.channel}:\nthe {count} images that activate it most"
    title += f", and the {height}x{width} pixels it sees" if parts == 2 else ""
    figure.suptitle(title, fontsize=11)
    grid = figure.subplots(parts * rows, columns, squeeze=False)
    for axes in grid.flat:
        axes.set_axis_off()
    span = image_range(top.images)
    for place, image in enumerate(top.images):
        row, column = divmod(place, columns)
        above, *below = grid[parts * row : parts * (row + 1), column]
        show_image(above, image, *span)
        name = class_label(int(top.labels[place]), top.class_names)
        above.set_title(f"{name}\n{top.values[place]:.3g}", fontsize=9)
        if below:
            show_box(above, image, *_within(top, place))
            show_image(below[0], top.patches[place], *span, top.inside[place])
    return figure


def _within(top: TopPatches, place: int) -> list[slice]:
    """The rows and columns that the unit saw, within the image."""
    box = top.field.box(*top.places[place].tolist())
    sizes = top.images.shape[2:]
    return [
        slice(max(side.start, 0), min(side.stop, n)) for side, n in zip(box, sizes, strict=True)
    ]
