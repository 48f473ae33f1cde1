"""rate_sweep: losses and accuracies at each learning rate."""

import math
from typing import TYPE_CHECKING

from badak.lessons.draw.panels import BLUE, GREY, LARGE, ORANGE, WORDS, accuracy_bars, losses
from badak.lessons.rate_sweep import RateSweep

if TYPE_CHECKING:
    from matplotlib.figure import Figure

COLOURS = {"too small": GREY, "learns": BLUE, "too large": ORANGE}


def rate_sweep(found: RateSweep) -> "Figure":
    """Draw the loss at each rate over the steps (left), and the accuracy at the end (right).

    Losses far above that of the first step are cut off.

    Example:
        >>> from badak import data, lessons
        >>> train, test = data.load("digits")
        >>> found = lessons.rate_sweep(train[:100], test[:50], rates=(1e-3, 1.0), epochs=1)
        >>> [axes.get_xlabel() for axes in rate_sweep(found).axes]
        ['step', 'learning rate']
    """
    from matplotlib import colormaps

    from badak.inspect.draw.figure import Figure

    figure = Figure(figsize=(11, 4.4), layout="constrained")
    left, right = figure.subplots(1, 2)
    names = [f"{rate:g}" for rate in found.rates]
    places = [place / max(1, len(names) - 1) for place in range(len(names))]
    first = max((float(each.losses[0]) for each in found.trainings if len(each.losses)), default=1)
    losses(
        left,
        dict(zip(names, found.trainings, strict=True)),
        [colormaps["viridis"](0.9 * place) for place in places],
        2 * max(first, math.log(2)),
    )
    left.legend(title="learning rate", frameon=False, fontsize=WORDS)
    left.set_title(f"{found.optimizer}: one network, {len(names)} rates", size=LARGE)
    finals = [each.final for each in found.trainings]
    accuracy_bars(right, names, finals, [COLOURS[word] for word in found.verdicts])
    guessing = f"guessing: {found.chance:.1%}"
    right.axhline(found.chance, color="black", ls=":", lw=1.5, label=guessing)
    right.legend(frameon=False, fontsize=WORDS, loc="upper right")
    right.set_xlabel("learning rate", size=WORDS)
    right.set_title("grey: too small   blue: learns   orange: too large", size=LARGE)
    return figure
