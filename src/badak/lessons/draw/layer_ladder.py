"""layer_ladder: top patches and maximised images, one row per convolution."""

from typing import TYPE_CHECKING

import numpy as np

from badak.inspect.draw.panels.image import image_range, show_image
from badak.inspect.draw.text import plain
from badak.inspect.features.patch import patch
from badak.lessons.draw.panels import LARGE, WORDS
from badak.lessons.layer_ladder import LayerLadder, Rung

if TYPE_CHECKING:
    from matplotlib.figure import Figure, SubFigure

PATCHES = 4  # of each channel


def layer_ladder(found: LayerLadder) -> "Figure":
    """Draw one row per convolution, and in it for each channel its best patches and its own image.

    The patch at the left of each group was made to excite a unit of the channel; the others are the
    patches of the data set that the channel answers to most.

    Example:
        >>> from badak import data, lessons, models
        >>> train, _ = data.load("digits")
        >>> found = lessons.layer_ladder(models.LeNet5(), train[:20], channels=2, k=2, steps=2)
        >>> len(layer_ladder(found).axes)
        12
    """
    from badak.inspect.draw.figure import Figure

    rungs = found.rungs
    widest = max(len(rung.channels) for rung in rungs)
    figure = Figure(figsize=(max(6, 3.3 * widest), 1.1 * len(rungs) + 0.6), layout="constrained")
    figure.suptitle("of each channel: left, a patch made for it; right, what it found", size=LARGE)
    rows = figure.subfigures(len(rungs), 1, squeeze=False)[:, 0]
    for row, rung in zip(rows, rungs, strict=True):
        height, width = rung.field.size
        row.supylabel(f"{plain(rung.layer, 14)}\n{height}x{width}", size=WORDS)
        _row(row, rung, widest)
    return figure


def _row(row: "SubFigure", rung: Rung, widest: int) -> None:
    """Draw the groups of one convolution; those that other rows have more stay empty."""
    groups = row.subfigures(1, widest, squeeze=False)[0]
    for group, channel, top, made in zip(
        groups, rung.channels, rung.tops, rung.maximized, strict=False
    ):
        patches = top.patches[:PATCHES]
        cells = group.subplots(1, 1 + len(patches), squeeze=False)[0]
        span = image_range(np.concatenate([top.images, made.image[None]]))
        box = rung.field.box(*made.channel[1:]) if isinstance(made.channel, tuple) else ()
        seen, there = patch(made.image, *(np.arange(side.start, side.stop) for side in box))
        show_image(cells[0], seen, *span, there)
        cells[0].set_title(f"{channel}", size=WORDS)
        for axes, found, inside in zip(cells[1:], patches, top.inside, strict=False):
            show_image(axes, found, *span, inside)
