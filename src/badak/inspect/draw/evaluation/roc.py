"""roc: each class's curve against the rest, and the average."""

from typing import TYPE_CHECKING

import numpy as np

from badak.inspect.draw.panels.classes import MAX_DISTINCT, class_labels, colours
from badak.inspect.evaluation.roc import Roc

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# Sides of the enlarged corner; the smallest one in which the average bends is drawn.
CORNERS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5)


def roc(rates: Roc) -> "Figure":
    """Draw the curves twice: whole, and the upper left corner, where those of a good network lie.

    Up to 20 classes have their own colour, and their area in the legend, which also lists the
    classes without images; more classes are grey.

    Example:
        >>> from badak.inspect import Predictions
        >>> from badak.inspect import roc as of
        >>> guesses = Predictions([0, 1], [[0.9, 0.1, 0], [0.2, 0.8, 0]], ["cat", "dog", "cow"])
        >>> [text.get_text() for text in roc(of(guesses)).legends[0].get_texts()]
        ['cat: 1.0000', 'dog: 1.0000', 'cow: no images', 'macro average: 1.0000', 'chance: 0.5']
    """
    from badak.inspect.draw.figure import Figure

    names = class_labels(rates.class_names)
    k = len(names)
    told_apart = k <= MAX_DISTINCT
    figure = Figure(figsize=(11, 4.6 if k <= 10 or not told_apart else 6.4), layout="constrained")
    whole, corner = figure.subplots(1, 2)
    for axes in (whole, corner):
        for name, curve, colour in zip(names, rates.curves, colours(k), strict=True):
            style = {"color": colour, "lw": 1.2} if told_apart else {"color": "0.8", "lw": 0.8}
            if curve is not None:
                label = f"{name}: {curve.auc:.4f}" if told_apart else None
                axes.plot(curve.false_positive_rate, curve.true_positive_rate, label=label, **style)
            elif told_apart:
                axes.plot([], [], label=f"{name}: no images", **style)
        axes.plot(
            rates.macro_false_positive_rate,
            rates.macro_true_positive_rate,
            color="black",
            lw=2,
            label=f"macro average: {rates.macro_auc:.4f}",
        )
        axes.plot([0, 1], [0, 1], ":", color="0.5", lw=1, label="chance: 0.5")
        axes.set_xlabel("false-positive rate")
        axes.grid(alpha=0.3)
        axes.spines[["top", "right"]].set_visible(False)
    whole.set_ylabel("true-positive rate")
    whole.set_title("ROC curves, each class against the rest")
    whole.set_xlim(-0.01, 1)
    whole.set_ylim(0, 1.01)
    edge = _corner(rates)
    corner.set_title("Upper left corner")
    corner.set_xlim(-0.01 * edge, edge)
    corner.set_ylim(1 - edge, 1 + 0.01 * edge)
    figure.legend(
        *whole.get_legend_handles_labels(),
        title="area under the curve",
        loc="outside right upper",
        frameon=False,
    )
    return figure


def _corner(rates: Roc) -> float:
    """The smallest side in whose first half the average rises by three quarters of it."""
    x, y = rates.macro_false_positive_rate, rates.macro_true_positive_rate
    fits = (side for side in CORNERS if np.interp(side / 2, x, y) >= 1 - side / 4)
    return next(fits, CORNERS[-1])
