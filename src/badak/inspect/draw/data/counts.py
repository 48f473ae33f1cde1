"""class_counts: how many images each class has, in each part."""

from typing import TYPE_CHECKING

import numpy as np

from badak.inspect.data.survey import Survey
from badak.inspect.draw.panels.classes import class_label
from badak.inspect.draw.ticks import counts

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MAX_ROWS = 50  # classes
COLOURS = ("#1f6feb", "#e3a008", "#8250df")  # of the parts, in their order


def class_counts(seen: Survey) -> "Figure":
    """Draw a bar for each class: its images, by part.

    Of more than 50 classes, the 25 largest and the 25 smallest are drawn.

    Example:
        >>> from badak.data import load
        >>> from badak.inspect import survey
        >>> train, test = load("digits")
        >>> figure = class_counts(survey([train[:20], test[:10]]))
        >>> [text.get_text() for text in figure.legends[0].get_texts()]
        ['training', 'test']
    """
    from badak.inspect.draw.figure import Figure

    totals = seen.counts.sum(axis=0)
    rows = np.argsort(-totals, kind="stable")
    if len(rows) > MAX_ROWS:
        rows = np.concatenate([rows[: MAX_ROWS // 2], rows[-(MAX_ROWS - MAX_ROWS // 2) :]])
    figure = Figure(figsize=(7.5, 1.4 + 0.3 * len(rows)), layout="constrained")
    axes = figure.subplots()
    places, left = np.arange(len(rows)), np.zeros(len(rows))
    for name, colour, own in zip(seen.part_names, COLOURS, seen.counts[:, rows], strict=False):
        axes.barh(places, own, 0.7, left, color=colour, label=name)
        left += own
    for place, total in enumerate(totals[rows]):
        axes.annotate(
            f"{total:,}", (total, place), (4, 0), textcoords="offset points", va="center", size=9
        )
    axes.set_yticks(places, [class_label(row, seen.class_names) for row in rows.tolist()])
    axes.set_ylim(len(rows) - 0.4, -0.6)  # the largest on top
    axes.set_xlim(0, 1.08 * max(1, totals.max()))
    counts(axes.xaxis)
    axes.grid(axis="x", alpha=0.3)
    axes.set_axisbelow(True)
    axes.tick_params(axis="y", length=0)
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.set_xlabel("images")
    figure.legend(loc="outside upper right", ncols=len(seen.part_names), frameon=False)
    return figure
