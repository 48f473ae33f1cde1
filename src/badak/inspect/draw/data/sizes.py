"""image_sizes: how wide and how high the images are."""

from typing import TYPE_CHECKING

import numpy as np

from badak.inspect.data.survey import Survey

if TYPE_CHECKING:
    from matplotlib.figure import Figure

POINT = "#1f6feb"
RATIOS = ((1, "1:1"), (4 / 3, "4:3"), (3 / 4, "3:4"))
# Points of one size lie on each other: the area grows with their number, up to this.
SMALLEST, LARGEST = 12, 400


def image_sizes(seen: Survey) -> "Figure":
    """Draw a point for each size that images have; its area shows how many have it.

    Example:
        >>> from badak.data import load
        >>> from badak.inspect import survey
        >>> train, _ = load("digits")
        >>> image_sizes(survey([train[:20]])).axes[0].get_xlabel()
        'width, pixels'
    """
    from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

    from badak.inspect.draw.figure import Figure

    sizes, number = np.unique(seen.sizes, axis=0, return_counts=True)
    figure = Figure(figsize=(7.5, 5), layout="constrained")
    axes = figure.subplots()
    area = np.clip(SMALLEST * np.sqrt(number), SMALLEST, LARGEST)
    axes.scatter(sizes[:, 0], sizes[:, 1], area, POINT, alpha=0.5, linewidths=0)
    low, high = 0.8 * sizes.min(), 1.25 * sizes.max()
    axes.set(xscale="log", yscale="log", xlim=(low, high), ylim=(low, high))
    for ratio, words in RATIOS:
        axes.plot([low, high], [low / ratio, high / ratio], color="0.6", lw=0.8, ls=":")
        end = min(high, high * ratio) / 1.04
        axes.annotate(words, (end, end / ratio), color="0.4", size=8, ha="right", va="top")
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_locator(LogLocator(10, (1, 2, 5)))
        axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
        axis.set_minor_formatter(NullFormatter())
    axes.grid(alpha=0.3)
    axes.spines[["top", "right"]].set_visible(False)
    axes.set_xlabel("width, pixels")
    axes.set_ylabel("height, pixels")
    return figure
