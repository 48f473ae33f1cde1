"""filters: the panels of a convolution layer's weights."""

from typing import TYPE_CHECKING

from badak.arrays import Array
from badak.errors import BadakError
from badak.inspect.draw.panels.mosaic import Grid, show_mosaic
from badak.inspect.draw.panels.signed import filter_panels, scale_of

if TYPE_CHECKING:
    from matplotlib.figure import Figure

#: The most panels that a picture has; more would be too small to see.
MOST_PANELS = 256
MAX_COLUMNS = 16
WIDTH, CELL = 0.8, 0.45  # inches: a panel's width, as a picture and in a table


def filters(weights: Array, columns: int = 8, scale: float | None = None) -> "Figure":
    """Draw filters: those of images side by side, those of deeper layers as a table.

    All share one scale: red for positive weights, blue for negative ones, white for 0. Filters of
    one channel are pictures with their numbers (the book's figure 7-24). Those of three channels
    are in colour, grey for 0. Of others, each channel is a panel, with one row per filter.

    Args:
        weights: (F, C, KH, KW), as `badak.inspect.filters` returns them. Of more than 256 panels,
            the first 256 are drawn; of more than 16 channels, the first 16.
        columns: pictures per row.
        scale: the weight of the deepest colour, the same for pictures to be compared; the largest
            magnitude if None.

    Raises:
        BadakError: no filters.

    Example:
        >>> import numpy as np
        >>> axes, bar = filters(np.ones((30, 1, 5, 5))).axes
        >>> axes.texts[11].get_text()  # above the fourth in the second row
        '11'
    """
    if weights.ndim != 4 or not weights.size:
        raise BadakError(f"filters must be (F, C, KH, KW), none of them 0; got {weights.shape}")
    scale = scale_of(weights) if scale is None else scale
    if weights.shape[1] in (1, 3):
        return _pictures(filter_panels(weights[:MOST_PANELS], scale), columns, scale)
    return _table(weights, scale)


def _pictures(panels: Array, columns: int, scale: float) -> "Figure":
    from badak.inspect.draw.figure import Figure

    columns = min(columns, len(panels))
    rows, across = Grid.of(panels.shape, columns).size
    bar = 0.8 if panels.ndim == 3 else 0  # colours have no scale
    size = (WIDTH * columns + bar + 0.1, WIDTH * columns * rows / across + 0.1)
    figure = Figure(figsize=size, layout="constrained")
    show_mosaic(figure.subplots(), panels, columns, scale=scale)
    return figure


def _table(weights: Array, scale: float) -> "Figure":
    from badak.inspect.draw.figure import Figure

    channels = min(weights.shape[1], MAX_COLUMNS)
    shown = weights[: MOST_PANELS // channels, :channels]
    panels = shown.reshape(-1, *shown.shape[2:])  # (F, C, KH, KW) -> (F*C, KH, KW)
    high, wide = Grid.of(panels.shape, channels, numbered=False).size
    size = (CELL * channels + 2, CELL * channels * high / wide + 1.1)
    figure = Figure(figsize=size, layout="constrained")
    axes = figure.subplots()
    grid = show_mosaic(axes, panels, channels, numbered=False, scale=scale)
    corners = list(grid.corners())
    middle_x, middle_y = (grid.width - 1) / 2, (grid.height - 1) / 2
    columns, rows = range(channels), range(len(shown))
    axes.set_xticks([corners[c][1] + middle_x for c in columns], map(str, columns))
    axes.set_yticks([corners[r * channels][0] + middle_y for r in rows], map(str, rows))
    axes.tick_params(length=0, labelsize=8)
    axes.set_xlabel(_of("input channel", channels, weights.shape[1]))
    axes.set_ylabel(_of("filter", len(shown), weights.shape[0]))
    return figure


def _of(what: str, shown: int, count: int) -> str:
    return what if shown == count else f"{what}: the first {shown} of {count}"
