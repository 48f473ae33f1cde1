"""filters: the panels of a convolution layer's weights."""

import math
from typing import TYPE_CHECKING

import numpy as np

from badak.arrays import Array
from badak.errors import BadakError

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# More panels than this are too small to see.
MOST_PANELS = 256
GAP = 0.1  # between panels, of a panel


def filters(weights: Array, columns: int = 8) -> "Figure":
    """Draw filters side by side, each on its own scale (the book's figure 7-24).

    Args:
        weights: (F, C, KH, KW), as `badak.inspect.filters` returns them. With C = 3 each filter is
            a colour picture; else each of its channels is a panel, dark where it is large. Of
            more than 256 panels the first 256 are drawn.
        columns: panels in a row.

    Returns:
        A Matplotlib figure; `save` writes it.

    Raises:
        BadakError: no filters.

    Example:
        >>> len(filters(np.ones((30, 1, 5, 5))).axes[0].images)
        30
    """
    from matplotlib.collections import PatchCollection
    from matplotlib.figure import Figure
    from matplotlib.patches import Rectangle

    if weights.ndim != 4 or not weights.size:
        raise BadakError(f"filters must be (F, C, KH, KW), none of them 0; got {weights.shape}")
    if weights.shape[1] == 3:
        panels = np.moveaxis(weights, 1, -1)  # (F, 3, KH, KW) -> (F, KH, KW, 3)
    else:
        panels = weights.reshape(-1, *weights.shape[2:])  # -> (F*C, KH, KW)
    shown = panels[:MOST_PANELS]
    columns = min(columns, len(shown))
    rows = math.ceil(len(shown) / columns)
    figure = Figure(figsize=(0.8 * columns, 0.8 * rows))
    # All panels in one pair of axes: thirty pairs take a second to draw.
    axes = figure.add_axes((0, 0, 1, 1))
    axes.axis("off")
    kh, kw = shown.shape[1:3]
    height, width = kh / max(kh, kw), kw / max(kh, kw)
    frames = []
    for place, panel in enumerate(shown):
        row, column = divmod(place, columns)
        left, top = column + (1 - GAP) * (1 - width) / 2, row + (1 - GAP) * (1 - height) / 2
        right, bottom = left + (1 - GAP) * width, top + (1 - GAP) * height
        low, high = float(panel.min()), float(panel.max())
        grey = (panel - low) / ((high - low) or 1)
        axes.imshow(grey, "gray_r", vmin=0, vmax=1, extent=(left, right, bottom, top))
        frames.append(Rectangle((left, top), right - left, bottom - top))
    axes.add_collection(PatchCollection(frames, facecolor="none", edgecolor="black"))
    axes.set_xlim(-GAP, columns)
    axes.set_ylim(rows, -GAP)
    return figure
