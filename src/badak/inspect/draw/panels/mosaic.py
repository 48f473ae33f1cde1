"""mosaic: many small maps in one picture, each with a frame and its number above it."""

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from badak.arrays import Array
from badak.inspect.draw.panels.signed import show_signed

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Frames around more panels than this would hide the panels.
MAX_FRAMED = 256
# A panel's pixels are repeated until it is this wide, so that the gaps can be narrow.
FINE = 24
BESIDE, ABOVE = 0.08, 0.26  # gaps as shares of a panel's width; the upper one holds the number
NUMBER_SIZE = 7


class Grid(NamedTuple):
    """Where panels lie in a picture, in its pixels: how many there are, and how many per row.

    A panel's pixel is repeated in each direction; height and width count the copies. A gap is above
    each panel, and one beside it, on the right.
    """

    panels: int
    columns: int
    repeat: int
    height: int
    width: int
    above: int
    beside: int

    @classmethod
    def of(cls, shape: tuple[int, ...], columns: int, numbered: bool = True) -> "Grid":
        """Lay out panels (P, H, W); without numbers they lie closer together."""
        count, height, width = shape[:3]
        if count > MAX_FRAMED:
            return cls(count, columns, 1, height, width, 0, 0)
        repeat = math.ceil(FINE / width)
        wide = repeat * width
        beside = math.ceil(BESIDE * wide)
        above = math.ceil(ABOVE * wide) if numbered else beside
        return cls(count, columns, repeat, repeat * height, wide, above, beside)

    @property
    def size(self) -> tuple[int, int]:
        """Rows and columns of the picture."""
        rows = math.ceil(self.panels / self.columns)
        return rows * (self.above + self.height), self.columns * (self.width + self.beside)

    def corners(self) -> Iterator[tuple[int, int]]:
        """The top left pixel of each panel: row and column."""
        for place in range(self.panels):
            row, column = divmod(place, self.columns)
            yield row * (self.above + self.height) + self.above, column * (self.width + self.beside)


def mosaic(panels: Array, grid: Grid) -> Array:
    """Copy panels (P, H, W), or (P, H, W, 3) colours, into one picture; NaN or white between them.

    Example:
        >>> mosaic(np.ones((3, 2, 30)), Grid.of((3, 2, 30), columns=2)).shape  # gaps of 8 and 3
        (20, 66)
    """
    empty = np.nan if panels.ndim == 3 else 1.0
    picture = np.full((*grid.size, *panels.shape[3:]), empty)
    fine = panels.repeat(grid.repeat, axis=1).repeat(grid.repeat, axis=2)
    for panel, (top, left) in zip(fine, grid.corners(), strict=True):
        picture[top : top + grid.height, left : left + grid.width] = panel
    return picture


def show_mosaic(
    axes: "Axes",
    panels: Array,
    columns: int,
    numbered: bool = True,
    scale: float | None = None,
) -> Grid:
    """Draw panels on one scale, with a colour bar, and return where they lie; colours as they are.

    Each may have its number, from 0, above it. `scale` is the value of the deepest colour; the
    largest magnitude if None.
    """
    from matplotlib.collections import PatchCollection
    from matplotlib.patches import Rectangle

    grid = Grid.of(panels.shape, columns, numbered)
    picture = mosaic(panels, grid)
    if panels.ndim == 4:
        axes.imshow(picture, interpolation="nearest")
    else:
        image = show_signed(axes, picture, scale)
        rows, across = picture.shape
        bar = axes.figure.colorbar(image, ax=axes, pad=0.01, aspect=max(12, 30 * rows / across))
        if panels.min() >= 0:
            bar.ax.set_ylim(bottom=0)
    if grid.panels <= MAX_FRAMED:
        frames = [
            Rectangle((left - 0.5, top - 0.5), grid.width, grid.height)
            for top, left in grid.corners()
        ]
        drawn = PatchCollection(frames, facecolor="none", edgecolor="0.35", linewidth=0.6)
        drawn.set_clip_on(False)  # the outer frames lie on the edge of the axes
        axes.add_collection(drawn)
    if numbered:
        for number, (top, left) in enumerate(grid.corners()):
            middle = left + grid.width / 2 - 0.5
            words = axes.text(middle, top - 0.5, str(number), size=NUMBER_SIZE)
            words.set(ha="center", va="bottom", in_layout=False)
    axes.set_xticks([])
    axes.set_yticks([])
    axes.spines[:].set_visible(False)
    return grid
