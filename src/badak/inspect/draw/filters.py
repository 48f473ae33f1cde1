"""filters: the panels of a convolution layer's weights."""

import math
from typing import TYPE_CHECKING

import numpy as np

from badak.arrays import Array
from badak.errors import BadakError
from badak.inspect.draw.mosaic import show_mosaic

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# More panels than this are too small to see.
MOST_PANELS = 256
MOST_COLUMNS = 16
GAP = 0.1  # between panels, of a panel


def filters(weights: Array, columns: int = 8) -> "Figure":
    """Draw filters: of images side by side, of deeper maps as a table.

    Filters of one channel, or three, are pictures, each on its own scale: dark where they are
    large (the book's figure 7-24), or in colour. Of others each channel is a panel, a row of
    panels a filter, all on one scale: red where the weight is positive, blue where negative.

    Args:
        weights: (F, C, KH, KW), as `badak.inspect.filters` returns them. Of more than 256 panels
            the first 256 are drawn, of more than 16 channels the first 16.
        columns: pictures in a row.

    Returns:
        A Matplotlib figure; `save` writes it.

    Raises:
        BadakError: no filters.

    Example:
        >>> len(filters(np.ones((30, 1, 5, 5))).axes[0].images)
        30
    """
    if weights.ndim != 4 or not weights.size:
        raise BadakError(f"filters must be (F, C, KH, KW), none of them 0; got {weights.shape}")
    if weights.shape[1] in (1, 3):
        return _pictures(weights, columns)
    return _table(weights)


def _pictures(weights: Array, columns: int) -> "Figure":
    from matplotlib import colormaps
    from matplotlib.collections import PatchCollection
    from matplotlib.patches import Rectangle

    from badak.inspect.draw.figure import Figure

    # (F, C, KH, KW) -> (F, KH, KW, 3), or (F, KH, KW)
    panels = np.moveaxis(weights, 1, -1) if weights.shape[1] == 3 else weights[:, 0]
    shown = panels[:MOST_PANELS]
    columns = min(columns, len(shown))
    rows = math.ceil(len(shown) / columns)
    figure = Figure(figsize=(0.8 * columns, 0.8 * rows))
    # All panels in one pair of axes: thirty pairs take a second to draw.
    axes = figure.add_axes((0, 0, 1, 1))
    axes.axis("off")
    kh, kw = shown.shape[1:3]
    height, width = kh / max(kh, kw), kw / max(kh, kw)
    frames, grey = [], colormaps["gray_r"]  # by its name each panel would work out its own
    for place, panel in enumerate(shown):
        row, column = divmod(place, columns)
        left, top = column + (1 - GAP) * (1 - width) / 2, row + (1 - GAP) * (1 - height) / 2
        right, bottom = left + (1 - GAP) * width, top + (1 - GAP) * height
        low, high = float(panel.min()), float(panel.max())
        scaled = (panel - low) / ((high - low) or 1)
        axes.imshow(scaled, grey, vmin=0, vmax=1, extent=(left, right, bottom, top))
        frames.append(Rectangle((left, top), right - left, bottom - top))
    axes.add_collection(PatchCollection(frames, facecolor="none", edgecolor="black"))
    axes.set_xlim(-GAP, columns)
    axes.set_ylim(rows, -GAP)
    return figure


def _table(weights: Array) -> "Figure":
    from badak.inspect.draw.figure import Figure

    channels = min(weights.shape[1], MOST_COLUMNS)
    shown = weights[: MOST_PANELS // channels, :channels]
    (rows, columns, height, width), cell = shown.shape, 0.45
    figure = Figure(figsize=(cell * columns + 2, cell * rows + 1.1), layout="constrained")
    axes = figure.subplots()
    # (F, C, KH, KW) -> (F*C, KH, KW)
    show_mosaic(axes, shown.reshape(-1, height, width), columns, line="white")
    axes.set_aspect(width / height)  # every panel square
    axes.set_xticks((np.arange(columns) + 0.5) * width - 0.5, map(str, range(columns)))
    axes.set_yticks((np.arange(rows) + 0.5) * height - 0.5, map(str, range(rows)))
    axes.tick_params(length=0, labelsize=8)
    axes.set_xlabel(_of("input channel", columns, weights.shape[1]))
    axes.set_ylabel(_of("filter", rows, weights.shape[0]))
    return figure


def _of(what: str, shown: int, count: int) -> str:
    return what if shown == count else f"{what}: the first {shown} of {count}"
