"""feature_maps: a grid of maps for each layer."""

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

from badak.arrays import Array
from badak.errors import BadakError
from badak.inspect.draw.mosaic import show_mosaic
from badak.inspect.draw.text import plain

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

COLUMNS, MOST_MAPS = 16, 64
WIDTH = 10.0  # inches
FLAT = 24  # a flat layer's rectangle is about so many times as wide as high
MOST_WRITTEN = 16  # numbers that have room in their cells


def feature_maps(maps: Mapping[str, Array]) -> "Figure":
    """Draw each layer's maps side by side on one colour scale (the book's figure 8-18).

    Args:
        maps: as `badak.inspect.feature_maps` returns them; ``{"image": image} | maps`` shows the
            image on top. Of more than 64 maps the first 64 are drawn. A flat layer's numbers
            are cells of a rectangle, row by row.

    Returns:
        A Matplotlib figure; `save` writes it.

    Raises:
        BadakError: no layer.

    Example:
        >>> import numpy as np
        >>> figure = feature_maps({"conv1": np.ones((30, 6, 6)), "linear1": np.ones(10)})
        >>> [axes.get_title(loc="left") for axes in figure.axes[:2]]
        ['conv1: 30 maps of 6x6', 'linear1: 10 numbers']
    """
    from badak.inspect.draw.figure import Figure

    if not maps:
        raise BadakError("maps must hold at least one layer's output; got none")
    blocks = []
    for name, values in maps.items():
        if values.ndim == 3 and values.shape[1:] != (1, 1):
            count, height, width = values.shape
            shown = values[:MOST_MAPS]
            title = f"{plain(name)}: {count} map{'s'[: count != 1]} of {height}x{width}"
            title += f", the first {len(shown)} shown" if count > len(shown) else ""
            columns = min(COLUMNS, count)
        else:  # a flat layer, or maps of one place
            shown, title = values.reshape(-1, 1, 1), f"{plain(name)}: {len(values)} numbers"
            rows = math.ceil(math.sqrt(len(values) / FLAT))
            columns = math.ceil(len(values) / rows)
        blocks.append((title, shown, columns))
    heights = [_height(shown.shape, columns) for _, shown, columns in blocks]
    figure = Figure(figsize=(WIDTH, sum(heights) + 0.4 * len(heights)), layout="constrained")
    grid = figure.subplots(len(blocks), 1, height_ratios=heights, squeeze=False)[:, 0]
    for axes, (title, shown, columns) in zip(grid, blocks, strict=True):
        show_mosaic(axes, shown, columns)
        axes.set_title(title, loc="left", fontsize=10)
        axes.set_anchor("W")
        if shown.shape[1:] == (1, 1) and len(shown) <= MOST_WRITTEN:
            _write(axes, shown[:, 0, 0])
    return figure


def _write(axes: "Axes", values: Array) -> None:
    """Write a flat layer's few numbers into their cells, and which they are below."""
    for place, value in enumerate(values):
        box = {"facecolor": "white", "edgecolor": "none", "alpha": 0.7, "pad": 1.5}
        axes.text(place, 0, f"{value:.3g}", ha="center", va="center", fontsize=8, bbox=box)
    axes.set_xticks(range(len(values)))
    axes.tick_params(length=0, labelsize=8)


def _height(shape: tuple[int, ...], columns: int) -> float:
    """Inches that a block of maps needs at the figure's width."""
    count, height, width = shape
    rows = math.ceil(count / columns)
    cell = WIDTH / max(columns, COLUMNS)
    return max(0.3, rows * cell * height / width)
