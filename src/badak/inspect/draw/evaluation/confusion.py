"""confusion_matrix: a square of cells, one row per true class."""

from typing import TYPE_CHECKING, Any

import numpy as np

from badak.inspect.draw.panels.classes import MAX_DISTINCT, class_label, spread
from badak.inspect.draw.text import width_of
from badak.inspect.draw.ticks import percents
from badak.inspect.evaluation.confusion import ConfusionMatrix

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# Of more classes, only some are named, evenly spread: there is no room for all.
MAX_NAMED = 50
# Cells darker than this, on the colour scale, have white numbers.
DARK = 0.55


def confusion_matrix(matrix: ConfusionMatrix) -> "Figure":
    """Draw which class is mistaken for which, with the count in each cell for up to 20 classes.

    The colour is the square root of the share of the row's images, so that a few in a hundred are
    visible beside ninety. The row of a class without images is hatched.

    Example:
        >>> counts = np.array([[8, 2], [0, 5]])
        >>> rates = np.array([[0.8, 0.2], [0.0, 1.0]])
        >>> figure = confusion_matrix(ConfusionMatrix(counts, rates, ("cat", "dog")))
        >>> [text.get_text() for text in figure.axes[0].texts]
        ['8', '2', '5']
    """
    from matplotlib.colors import PowerNorm
    from matplotlib.patches import Rectangle

    from badak.inspect.draw.figure import Figure

    k = len(matrix.class_names)
    numbered = k <= MAX_DISTINCT
    side = 0.55 * k + 2 if numbered else 9
    side = max(side, 5.5)
    figure = Figure(figsize=(side + 0.6, side), layout="constrained")
    axes = figure.subplots()
    scale = PowerNorm(0.5, vmin=0, vmax=1)
    cells = axes.imshow(matrix.rates, "Blues", norm=scale)
    for row in np.flatnonzero(np.isnan(matrix.rates[:, 0])):
        place = (-0.5, row - 0.5)
        axes.add_patch(Rectangle(place, k, 1, facecolor="none", edgecolor="0.7", hatch="///", lw=0))
    if numbered:
        for row, column in zip(*np.nonzero(matrix.counts), strict=True):
            colour = "white" if scale(matrix.rates[row, column]) > DARK else "black"
            count = f"{matrix.counts[row, column]:,}"
            axes.text(column, row, count, color=colour, ha="center", va="center", size=9)
    named = spread(k, MAX_NAMED)
    names = [class_label(label, matrix.class_names) for label in named]
    size = 10 if numbered else 7
    slant: dict[str, Any] = {}
    if max(map(width_of, names)) > 3 and numbered:
        slant = {"rotation": 45, "ha": "right", "rotation_mode": "anchor"}
    elif not numbered:
        slant = {"rotation": 90}
    axes.set_xticks(named, names, size=size, **slant)
    axes.set_yticks(named, names, size=size)
    axes.tick_params(length=0)
    axes.set_xlabel("predicted class")
    axes.set_ylabel("true class")
    figure.suptitle(  # the axes' title would run into the colour bar if names are long
        f"Confusion matrix: {matrix.accuracy:.1%} of {matrix.counts.sum():,} images correct"
    )
    bar = figure.colorbar(cells, ax=axes, label="share of the true class's images", shrink=0.8)
    percents(bar.ax.yaxis)
    bar.set_ticks([0, 0.01, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1])
    return figure
