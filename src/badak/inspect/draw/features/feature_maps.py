"""feature_maps: a grid of maps for each layer."""

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from badak.arrays import Array
from badak.errors import BadakError
from badak.inspect.draw.panels.classes import class_labels
from badak.inspect.draw.panels.image import image_range, show_image
from badak.inspect.draw.panels.mosaic import MAX_FRAMED, Grid, show_mosaic
from badak.inspect.draw.text import plain

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

COLUMNS, MAX_MAPS = 16, 64
WIDTH, IMAGE_HEIGHT = 10.0, 1.2  # inches
FLAT = 24  # a flat layer's rectangle is about this many times as wide as high
MAX_WRITTEN = 16  # maximum count of numbers written into their cells
LONGEST_NAME = 10


def feature_maps(maps: Mapping[str, Array], class_names: Sequence[str] | None = None) -> "Figure":
    """Draw each layer's maps side by side on one colour scale (the book's figure 8-18).

    Red is above 0, blue below, white is 0; each map has its number above it.

    Args:
        maps: as `badak.inspect.feature_maps` returns them; ``{"image": image} | maps`` shows the
            image on top. Of more than 64 maps, the first 64 are drawn. A flat layer's numbers
            are the cells of a rectangle, row by row.
        class_names: names for the last layer's numbers.

    Raises:
        BadakError: no layer's output is given.

    Example:
        >>> import numpy as np
        >>> figure = feature_maps({"conv1": np.ones((30, 6, 6)), "linear1": np.ones(10)})
        >>> [axes.get_title(loc="left") for axes in figure.axes[:2]]
        ['conv1: 30 maps of 6x6', 'linear1: 10 numbers']
    """
    from badak.inspect.draw.figure import Figure

    if not maps:
        raise BadakError("maps must hold at least one layer's output; got none")
    blocks = [_block(name, values) for name, values in maps.items()]
    heights = [block.inches for block in blocks]
    figure = Figure(figsize=(WIDTH, sum(heights) + 0.4 * len(heights)), layout="constrained")
    grid = figure.subplots(len(blocks), 1, height_ratios=heights, squeeze=False)[:, 0]
    for axes, block in zip(grid, blocks, strict=True):
        block.show(axes)
        axes.set_title(block.title, loc="left", fontsize=10)
        axes.set_anchor("W")
    last = blocks[-1].panels
    if class_names is not None and len(last) == len(class_names) <= MAX_WRITTEN:
        grid[-1].set_xticklabels(class_labels(class_names, LONGEST_NAME))
    return figure


class _Block(NamedTuple):
    """One layer's part of the picture."""

    title: str
    panels: Array
    columns: int

    @property
    def inches(self) -> float:
        """Height in a figure of width `WIDTH`."""
        if self.panels.ndim == 4:
            return IMAGE_HEIGHT
        high, wide = Grid.of(self.panels.shape, self.columns, self.numbered).size
        return max(0.3, WIDTH * self.columns / max(self.columns, COLUMNS) * high / wide)

    @property
    def numbered(self) -> bool:
        """Whether the panels are maps, not single numbers."""
        return self.panels.shape[1:] != (1, 1)

    def show(self, axes: "Axes") -> None:
        """Draw the panels."""
        if self.panels.ndim == 4:
            show_image(axes, self.panels[0], *image_range(self.panels))
            return
        grid = show_mosaic(axes, self.panels, self.columns, self.numbered)
        if not self.numbered:
            _count(axes, grid, self.panels[:, 0, 0])


def _block(name: str, values: Array) -> _Block:
    if name == "image":
        return _Block(f"image: {_by(values)} pixels", values[None], 1)
    if values.ndim == 3 and values.shape[1:] != (1, 1):
        count, shown = len(values), values[:MAX_MAPS]
        title = f"{plain(name)}: {count} map{'s'[: count != 1]} of {_by(values)}"
        title += f", the first {len(shown)} shown" if count > len(shown) else ""
        return _Block(title, shown, min(COLUMNS, count))
    # A flat layer, or maps of one pixel.
    rows = math.ceil(math.sqrt(len(values) / FLAT))
    title = f"{plain(name)}: {len(values)} numbers"
    return _Block(title, values.reshape(-1, 1, 1), math.ceil(len(values) / rows))


def _by(maps: Array) -> str:
    return "x".join(str(side) for side in maps.shape[1:])


def _count(axes: "Axes", grid: Grid, values: Array) -> None:
    """Write the numbers' indices: below each if there are few, else that of each row's first."""
    middle_x, middle_y = (grid.width - 1) / 2, (grid.height - 1) / 2
    corners = list(grid.corners())
    axes.tick_params(length=0, labelsize=8)
    if len(values) <= MAX_WRITTEN:
        for (top, left), value in zip(corners, values, strict=True):
            box = {"facecolor": "white", "edgecolor": "none", "alpha": 0.7, "pad": 1.5}
            place = left + middle_x, top + middle_y
            axes.text(*place, f"{value:.3g}", ha="center", va="center", fontsize=8, bbox=box)
        axes.set_xticks([left + middle_x for _, left in corners], map(str, range(len(values))))
    elif grid.panels <= MAX_FRAMED:
        firsts = range(0, grid.panels, grid.columns)
        axes.set_yticks([corners[first][0] + middle_y for first in firsts], map(str, firsts))
