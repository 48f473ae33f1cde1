"""mosaic: many small maps as one picture, with thin lines between them."""

import math
from typing import TYPE_CHECKING

import numpy as np

from badak.arrays import Array

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Maps with values on both sides of 0 are red and blue about it; others go from dark to light.
SIGNED, PLAIN = "RdBu_r", "gray"

# Lines between more panels than this would hide them.
MOST_FRAMED = 256


def mosaic(panels: Array, columns: int) -> Array:
    """Lay panels side by side: (P, H, W) -> (rows * H, columns * W), NaN where there is none.

    Example:
        >>> mosaic(np.ones((3, 2, 5)), columns=2).shape
        (4, 10)
    """
    count, height, width = panels.shape
    rows = math.ceil(count / columns)
    grid = np.full((rows * columns, height, width), np.nan)
    grid[:count] = panels
    grid = grid.reshape(rows, columns, height, width).transpose(0, 2, 1, 3)
    return grid.reshape(rows * height, columns * width)


def show_mosaic(axes: "Axes", panels: Array, columns: int, line: str = "0.6") -> None:
    """Draw (P, H, W) panels, all on one colour scale, and the scale beside them.

    Args:
        axes: where.
        panels: the maps.
        columns: panels in a row.
        line: colour of the lines between them; white ones are wide, as gaps.
    """
    from matplotlib.collections import PatchCollection
    from matplotlib.patches import Rectangle

    count, height, width = panels.shape
    low, high = float(panels.min()), float(panels.max())
    signed, largest = low < 0, max(-low, high) or 1.0
    picture = mosaic(panels, columns)
    image = axes.imshow(
        picture,
        SIGNED if signed else PLAIN,
        vmin=-largest if signed else 0,
        vmax=largest,
        interpolation="nearest",
    )
    if count <= MOST_FRAMED:
        corners = (divmod(place, columns) for place in range(count))
        frames = [
            Rectangle((column * width - 0.5, row * height - 0.5), width, height)
            for row, column in corners
        ]
        thick = 4 if line == "white" else 0.8
        axes.add_collection(
            PatchCollection(frames, facecolor="none", edgecolor=line, linewidth=thick)
        )
    axes.set_xticks([])
    axes.set_yticks([])
    axes.spines[:].set_visible(False)
    rows, across = picture.shape
    axes.figure.colorbar(image, ax=axes, pad=0.01, aspect=max(12, 30 * rows / across))
