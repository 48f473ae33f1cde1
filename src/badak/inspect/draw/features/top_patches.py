"""top_patches: the images that excite a unit most, and the patches it saw."""

import math
from typing import TYPE_CHECKING

from badak.inspect.draw.panels.classes import class_label
from badak.inspect.draw.panels.image import image_range, show_box, show_image
from badak.inspect.draw.text import plain
from badak.inspect.features.top_patches import TopPatches

if TYPE_CHECKING:
    from matplotlib.figure import Figure

COLUMNS = 9


def top_patches(found: TopPatches) -> "Figure":
    """Draw each image with a box around what excites the unit, and that patch, larger, below.

    The box ends with the image; in the patch, padding is hatched. Class and activation stand
    above; one scale of grey serves all.

    Args:
        found: as `badak.inspect.top_patches` returns them.

    Returns:
        A Matplotlib figure; `save` writes it.

    Example:
        >>> from badak import data, inspect, models
        >>> train, _ = data.load("digits")
        >>> found = inspect.top_patches(models.SimpleConvNet(), train[:9], "conv1", 2, k=4)
        >>> len(top_patches(found).axes)
        8
    """
    from badak.inspect.draw.figure import Figure

    count, (height, width) = len(found.images), found.field.size
    columns = min(COLUMNS, count)
    rows = math.ceil(count / columns)
    parts = 1 if found.images.shape[2:] == found.field.size else 2  # all of the image: no patch
    figure = Figure(
        figsize=(max(1.2 * columns, 6), (1.2 * parts + 0.4) * rows + 0.6), layout="constrained"
    )
    title = (
        f"{plain(found.layer)}, channel {found.channel}:\nthe {count} images that excite it most"
    )
    title += f", and the {height}x{width} pixels it sees" if parts == 2 else ""
    figure.suptitle(title, fontsize=11)
    grid = figure.subplots(parts * rows, columns, squeeze=False)
    for axes in grid.flat:
        axes.set_axis_off()
    span = image_range(found.images)
    for place, image in enumerate(found.images):
        row, column = divmod(place, columns)
        above, *below = grid[parts * row : parts * (row + 1), column]
        show_image(above, image, *span)
        name = class_label(int(found.labels[place]), found.class_names)
        above.set_title(f"{name}\n{found.values[place]:.3g}", fontsize=9)
        if below:
            show_box(above, image, *_within(found, place))
            show_image(below[0], found.patches[place], *span, found.inside[place])
    return figure


def _within(found: TopPatches, place: int) -> list[slice]:
    """Rows and columns of the image that the unit saw."""
    box = found.field.box(*found.places[place].tolist())
    sizes = found.images.shape[2:]
    return [slice(max(one.start, 0), min(one.stop, n)) for one, n in zip(box, sizes, strict=True)]
