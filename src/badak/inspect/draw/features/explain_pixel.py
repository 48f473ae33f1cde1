"""explain_pixel: one step of a convolution, its numbers written out."""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from badak.arrays import Array, Mask
from badak.inspect.checks.differences import largest
from badak.inspect.draw.panels.image import (
    HATCHED,
    IMAGE,
    image_range,
    show_box,
    show_image,
)
from badak.inspect.draw.panels.signed import SIGNED, scale_of, show_signed
from badak.inspect.draw.text import plain
from badak.inspect.features.explain_pixel import COLOURS, ExplainedPixel

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.gridspec import GridSpec

# Of a deep layer's many channels, those that contribute most are drawn.
MAX_CHANNELS = 4
CELL = 0.46  # inches: room for a number
MAP = 1.9


def explain_pixel(pixel: ExplainedPixel) -> "Figure":
    """Draw the input, the patch, the filter, their products and sum, and its place in the output.

    One row per input channel; of more than four, the four whose sums are largest in magnitude.
    Cells in the padding are hatched. A colour image is shown in colour, beside the patches of its
    red, green and blue; maps are red above 0 and blue below.

    Example:
        >>> from badak import inspect, models
        >>> pixel = inspect.explain_pixel(
        ...     models.SimpleConvNet(), np.ones((1, 28, 28)), "conv1", 3, 0, 5
        ... )
        >>> [axes.get_title() for axes in explain_pixel(pixel).axes[1:4]]
        ['patch', 'x  filter 3', '=  products']
    """
    from badak.inspect.draw.figure import Figure

    sums = pixel.products.sum(axis=(1, 2))
    chosen = np.sort(np.argsort(-abs(sums), kind="stable")[:MAX_CHANNELS]).tolist()
    kh, kw = pixel.weight.shape[1:]
    widths = (MAP, *[CELL * max(kw, 3)] * 3, MAP)
    height = max(CELL * kh, CELL * 3 if pixel.names == COLOURS else MAP)
    size = sum(widths) + 1.2, (height + 0.4) * len(chosen) + 0.6
    figure = Figure(figsize=size, layout="constrained")
    figure.suptitle(_sentence(pixel, len(chosen)), fontsize=11)
    grid = figure.add_gridspec(len(chosen), 5, width_ratios=widths)
    _draw_sources(figure, grid, pixel, chosen)
    look = (
        _Look(IMAGE, *image_range(pixel.maps)) if pixel.source == "image" else _signed(pixel.maps)
    )
    for row, channel in enumerate(chosen):
        cells = [figure.add_subplot(grid[row, place]) for place in range(1, 4)]
        if len(pixel.maps) > 1:
            cells[0].set_ylabel(pixel.names[channel])
        _numbers(cells[0], pixel.patch, channel, look, pixel.inside)
        for axes, values in zip(cells[1:], (pixel.weight, pixel.products), strict=True):
            _numbers(axes, values, channel, _signed(values))
        cells[2].set_xlabel(f"sum {sums[channel]:.4g}")
        if row == 0:
            titles = ("patch", f"x  filter {pixel.channel}", "=  products")
            for axes, title in zip(cells, titles, strict=True):
                axes.set_title(title, fontsize=10)
    result = figure.add_subplot(grid[:, 4])
    _show_map(result, pixel.output, scale_of(pixel.output))
    show_box(result, pixel.output[None], slice(pixel.y, pixel.y + 1), slice(pixel.x, pixel.x + 1))
    result.set_title(f"output of filter {pixel.channel}", fontsize=10)
    result.set_xlabel(f"value {pixel.value:.4g}")
    return figure


class _Look(NamedTuple):
    """How numbers are coloured: the colour map and the values at its ends."""

    colours: str
    low: float
    high: float


def _signed(values: Array) -> _Look:
    scale = scale_of(values)
    return _Look(SIGNED, -scale, scale)


def _draw_sources(
    figure: "Figure", grid: "GridSpec", pixel: ExplainedPixel, chosen: Sequence[int]
) -> None:
    """Draw the input of the patch: a colour image once, for all rows, else one map per row."""
    box = tuple(slice(int(side[0]), int(side[-1]) + 1) for side in (pixel.rows, pixel.columns))
    places: list[tuple[Any, Array]] = [
        (row, pixel.maps[channel][None]) for row, channel in enumerate(chosen)
    ]
    if pixel.names == COLOURS:
        places = [(slice(None), pixel.maps)]
    for place, maps in places:
        axes = figure.add_subplot(grid[place, 0])
        if pixel.source == "image":
            show_image(axes, maps, *image_range(pixel.maps))
        else:
            _show_map(axes, maps[0], scale_of(pixel.maps))
        show_box(axes, maps, *box)
    figure.axes[0].set_title(plain(pixel.source), fontsize=10)


def _show_map(axes: "Axes", values: Array, scale: float) -> None:
    show_signed(axes, values, scale)
    axes.set_xticks([])
    axes.set_yticks([])


def _sentence(pixel: ExplainedPixel, shown: int) -> str:
    count = len(pixel.products)
    where = f"{plain(pixel.layer)}, filter {pixel.channel}, row {pixel.y}, column {pixel.x}:  "
    sum_ = f"sum of products {pixel.products.sum():.4g} + bias {pixel.bias:.4g} = {pixel.value:.4g}"
    if shown < count:
        return f"{where}{sum_}\nthe {shown} of {count} input channels that contribute most"
    return where + sum_


def _numbers(
    axes: "Axes",
    values: Array,
    channel: int,
    look: _Look,
    inside: Mask | None = None,
) -> None:
    """Draw one channel of `values` (C, KH, KW) as cells with numbers of two or three digits."""
    cells = values[channel] if inside is None else np.where(inside, values[channel], np.nan)
    axes.patch.set(**HATCHED)  # shows where a cell is NaN
    image = axes.imshow(cells, look.colours, vmin=look.low, vmax=look.high)
    digits = max(0, 1 - math.floor(math.log10(largest(values) or 1.0)))
    for (y, x), value in np.ndenumerate(values[channel]):
        red, green, blue, _ = image.cmap(image.norm(value))
        colour = "black" if 0.3 * red + 0.6 * green + 0.1 * blue > 0.5 else "white"
        text = axes.text(x, y, f"{value:z.{digits}f}", ha="center", va="center", fontsize=8)
        if inside is None or inside[y, x]:
            text.set_color(colour)
        else:
            text.set_bbox({"facecolor": "white", "edgecolor": "none", "pad": 1})
    axes.set_xticks([])
    axes.set_yticks([])
