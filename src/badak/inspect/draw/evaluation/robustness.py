"""shift_robustness: accuracy by the distance that images were shifted."""

from typing import TYPE_CHECKING

from badak.inspect.draw.panels.classes import colours
from badak.inspect.draw.text import plain
from badak.inspect.draw.ticks import counts, percents
from badak.inspect.evaluation.robustness import ShiftRobustness

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def shift_robustness(shifts: ShiftRobustness) -> "Figure":
    """Draw a curve for each network, with a band from its worst to its best direction.

    Example:
        >>> import numpy as np
        >>> accuracy = np.full((1, 3, 8), 0.5)
        >>> shifts = ShiftRobustness(("pooled",), np.arange(3), ("up",) * 8, accuracy, images=10)
        >>> [text.get_text() for text in shift_robustness(shifts).axes[0].get_legend().get_texts()]
        ['pooled']
    """
    from badak.inspect.draw.figure import Figure

    figure = Figure(figsize=(6.5, 4.2), layout="constrained")
    axes = figure.subplots()
    several = zip(
        shifts.names,
        shifts.accuracy,
        shifts.by_direction,
        colours(len(shifts.names)),
        strict=True,
    )
    for name, mean, each, colour in several:
        worst, best = each.min(axis=1), each.max(axis=1)
        axes.fill_between(shifts.pixels, worst, best, color=colour, alpha=0.1, lw=0)
        for end in (worst, best):
            axes.plot(shifts.pixels, end, ":", color=colour, lw=1)
        axes.plot(shifts.pixels, mean, "o-", color=colour, markersize=4, label=plain(name))
    axes.set_ylim(0, 1.02)
    percents(axes.yaxis)
    counts(axes.xaxis)
    axes.set_xlabel("shift in pixels")
    axes.set_ylabel("accuracy")
    axes.set_title(
        f"Accuracy on {shifts.images:,} shifted images\n"
        "solid: mean of eight directions; dotted: best and worst direction",
        size=11,
    )
    axes.grid(alpha=0.3)
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False)
    return figure
