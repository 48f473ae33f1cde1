"""per_class_accuracy: a point and an interval for each class."""

from typing import TYPE_CHECKING, Any

import numpy as np

from badak.inspect.draw.panels.classes import class_label
from badak.inspect.draw.ticks import percents
from badak.inspect.evaluation.class_accuracy import ClassAccuracy

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# Of more classes, the least accurate are drawn.
MAX_ROWS = 50
POINT = "#1f6feb"


def per_class_accuracy(classes: ClassAccuracy) -> "Figure":
    """Draw each class's accuracy with its 95 % interval, and the counts beside it.

    Of more than 50 classes, the 50 least accurate are drawn.

    Example:
        >>> from badak.inspect import Predictions
        >>> from badak.inspect import per_class_accuracy as accuracy
        >>> guesses = Predictions([0, 1, 1], [[0.9, 0.1], [0.4, 0.6], [0.8, 0.2]], ["cat", "dog"])
        >>> [text.get_text() for text in per_class_accuracy(accuracy(guesses)).axes[0].texts]
        ['1 of 1', '1 of 2']
    """
    from badak.inspect.draw.figure import Figure

    k = len(classes.class_names)
    # argsort puts NaN, the classes without images, last.
    rows = np.sort(np.argsort(classes.accuracy, kind="stable")[:MAX_ROWS])
    figure = Figure(figsize=(7.5, 1.6 + 0.3 * len(rows)), layout="constrained")
    axes = figure.subplots()
    places = np.arange(len(rows))
    known = classes.counts[rows] > 0
    seen = rows[known]
    style: dict[str, Any] = {"color": POINT, "clip_on": False}  # a point at 100 % is not cut off
    axes.hlines(places[known], classes.low[seen], classes.high[seen], lw=5, alpha=0.25, **style)
    axes.plot(classes.accuracy[seen], places[known], "o", markersize=5, **style)
    axes.axvline(classes.overall, color="0.4", lw=1, ls="--")
    for place, row in enumerate(rows):
        words = f"{classes.right[row]:,} of {classes.counts[row]:,}"
        axes.annotate(
            words if classes.counts[row] else "no images",
            (1, place),
            (10, 0),
            xycoords=("axes fraction", "data"),
            textcoords="offset points",
            va="center",
            size=9,
        )
    left = max(0, classes.low[seen].min() - 0.02)
    axes.set_xlim(left, 1)
    axes.set_yticks(places, [class_label(row, classes.class_names) for row in rows.tolist()])
    axes.set_ylim(len(rows) - 0.4, -0.6)  # the first class on top
    percents(axes.xaxis)
    axes.grid(axis="x", alpha=0.3)
    axes.tick_params(axis="y", length=0, pad=8)  # room for a point at 0 %
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.set_xlabel("accuracy and its 95% interval")
    which = "each class" if len(rows) == k else f"the {len(rows)} least accurate of {k} classes"
    axes.set_title(f"Accuracy of {which}; dashed: all images, {classes.overall:.1%}")
    return figure
