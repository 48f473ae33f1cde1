"""learning_curve: accuracy and loss by epoch."""

from typing import TYPE_CHECKING

import numpy as np

from badak.inspect.curves import LearningCurve

if TYPE_CHECKING:
    from matplotlib.figure import Figure

TRAIN, VALIDATION = "#1f6feb", "#d9480f"


def learning_curve(curve: LearningCurve) -> "Figure":
    """Draw accuracy and loss by epoch, as in the book's figure 6-20.

    Args:
        curve: as `badak.inspect.learning_curve` returns it.

    Returns:
        A Matplotlib figure; `save` writes it.

    Example:
        >>> curve = LearningCurve(*[np.array([0.5])] * 5)
        >>> [axes.get_title() for axes in learning_curve(curve).axes]
        ['Accuracy', 'Loss']
    """
    from matplotlib.ticker import MaxNLocator

    from badak.inspect.draw.figure import Figure

    figure = Figure(figsize=(9, 3.6), layout="constrained")
    axes = figure.subplots(1, 2)
    for place, name in zip(axes, ("accuracy", "loss"), strict=True):
        for part, colour, style in (("train", TRAIN, "o-"), ("validation", VALIDATION, "s--")):
            values = getattr(curve, f"{part}_{name}")
            if not np.isnan(values).all():
                label = "test" if part == "validation" else part
                place.plot(curve.epochs, values, style, color=colour, label=label, markersize=4)
        place.set_title(name.capitalize())
        place.set_xlabel("epoch")
        place.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
        place.grid(alpha=0.3)
        place.spines[["top", "right"]].set_visible(False)
        place.legend(frameon=False)
    axes[1].set_ylim(bottom=0)
    return figure
