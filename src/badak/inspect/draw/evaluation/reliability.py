"""reliability: accuracy by confidence, and how many images have each confidence."""

from typing import TYPE_CHECKING

import numpy as np

from badak.inspect.draw.ticks import counts, percents
from badak.inspect.evaluation.reliability import Reliability

if TYPE_CHECKING:
    from matplotlib.figure import Figure

ACCURACY, CONFIDENCE = "#9ec5fe", "#d9480f"
# With more bins than this, a bin is too narrow for the number of its images.
MAX_NUMBERED = 12


def reliability(bins: Reliability) -> "Figure":
    """Draw the accuracy of each bin of confidence beside the diagonal, and the bin's images below.

    Example:
        >>> from badak.inspect import Predictions
        >>> from badak.inspect import reliability as of
        >>> guesses = Predictions([0, 1, 1], [[0.9, 0.1], [0.2, 0.8], [0.8, 0.2]], ["cat", "dog"])
        >>> reliability(of(guesses)).axes[0].get_title().splitlines()
        ['Reliability: calibration error 23.3%', 'mean confidence 83.3%, accuracy 66.7%']
    """
    from badak.inspect.draw.figure import Figure

    figure = Figure(figsize=(5.5, 6.5), layout="constrained")
    upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=(3, 1))
    left, width = bins.edges[:-1], np.diff(bins.edges)
    upper.bar(
        left, bins.accuracy, width, align="edge", color=ACCURACY, ec="white", label="accuracy"
    )
    upper.hlines(
        bins.confidence, left, left + width, color=CONFIDENCE, lw=2.5, label="mean confidence"
    )
    upper.plot([0, 1], [0, 1], "--", color="0.4", lw=1, label="perfect calibration")
    upper.set_title(
        f"Reliability: calibration error {bins.error:.1%}\n"
        f"mean confidence {bins.mean_confidence:.1%}, accuracy {bins.mean_accuracy:.1%}",
        size=11,
    )
    upper.set_ylabel("accuracy")
    upper.set_ylim(0, 1)
    lower.bar(left, bins.counts, width, align="edge", color="0.6", ec="white")
    if len(width) <= MAX_NUMBERED:
        for place, count in zip(left + width / 2, bins.counts, strict=True):
            lower.annotate(
                f"{count:,}",
                (place, count),
                (0, 2),
                textcoords="offset points",
                ha="center",
                size=8,
            )
    lower.set_ylabel("images")
    lower.set_xlabel("confidence: probability of the predicted class")
    lower.set_xlim(0, 1)
    for axes in (upper, lower):
        axes.spines[["top", "right"]].set_visible(False)
        percents(axes.xaxis)
    percents(upper.yaxis)
    counts(lower.yaxis)
    # Outside, since bars may fill the axes.
    handles = upper.get_legend_handles_labels()
    figure.legend(*handles, frameon=False, ncols=3, loc="outside lower center")
    return figure
