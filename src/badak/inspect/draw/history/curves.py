"""learning_curve: accuracy and loss by epoch."""

from typing import TYPE_CHECKING

import numpy as np

from badak.inspect.draw.ticks import counts, percents
from badak.inspect.history.curves import LearningCurve

if TYPE_CHECKING:
    from matplotlib.figure import Figure

TRAIN, VALIDATION = "#1f6feb", "#d9480f"


def learning_curve(curve: LearningCurve) -> "Figure":
    """Draw accuracy and loss by epoch, as in the book's figure 6-20.

    A ring marks the best epoch, if there was a validation set; the legend gives its values.

    Example:
        >>> curve = LearningCurve(*[np.array([0.5])] * 5)
        >>> [axes.get_title() for axes in learning_curve(curve).axes]
        ['Accuracy', 'Loss']
    """
    from badak.inspect.draw.figure import Figure

    figure = Figure(figsize=(9, 3.6), layout="constrained")
    axes = figure.subplots(1, 2)
    for place, name in zip(axes, ("accuracy", "loss"), strict=True):
        for part, colour, style in (("train", TRAIN, "o-"), ("validation", VALIDATION, "s--")):
            values = getattr(curve, f"{part}_{name}")
            if not np.isnan(values).all():
                label = "test" if part == "validation" else part
                place.plot(curve.epochs, values, style, color=colour, label=label, markersize=4)
        if curve.best is not None:
            epoch = curve.epochs[curve.best]
            value = getattr(curve, f"validation_{name}")[curve.best]
            words = f"{value:.2%}" if name == "accuracy" else f"{value:.4f}"
            ring = {"facecolor": "none", "edgecolor": VALIDATION, "linewidth": 1.5, "zorder": 3}
            place.scatter(epoch, value, 120, label=f"best epoch {epoch}: {words}", **ring)
        place.set_title(name.capitalize())
        place.set_xlabel("epoch")
        counts(place.xaxis)
        place.grid(alpha=0.3)
        place.spines[["top", "right"]].set_visible(False)
        place.legend(frameon=False)
    percents(axes[0].yaxis)
    # Leave room above: with 0 in view, Matplotlib leaves none for losses that hardly change.
    axes[1].set_ylim(0, 1.05 * axes[1].get_ylim()[1])
    return figure
