"""lr_find: loss by learning rate, and the suggested rate."""

from typing import TYPE_CHECKING

import numpy as np

from badak.training import LrFind

if TYPE_CHECKING:
    from matplotlib.figure import Figure

RAW, SMOOTHED, CHOSEN = "#9aa4b2", "#1f6feb", "#d9480f"


def lr_find(found: LrFind) -> "Figure":
    """Draw the loss of each step over its learning rate, smoothed, with the suggested rate.

    What `badak.training.find_lr` returned; losses far above the first one are cut off.

    Example:
        >>> found = LrFind(np.geomspace(1e-6, 1e-2, 20), np.linspace(2, 1, 20), 1e-3)
        >>> lr_find(found).axes[0].get_xlabel()
        'learning rate'
    """
    from badak.inspect.draw.figure import Figure

    figure = Figure(figsize=(7, 4), layout="constrained")
    axes = figure.subplots()
    smoothed = found.smoothed
    axes.plot(found.rates, found.losses, ".", color=RAW, markersize=4, label="loss of one batch")
    axes.plot(found.rates, smoothed, color=SMOOTHED, label="smoothed")
    lowest, highest = float(smoothed.min()), float(smoothed[: smoothed.argmin() + 1].max())
    room = 0.15 * (highest - lowest) or 1.0
    axes.set_ylim(max(0, lowest - 2 * room), highest + 2 * room)
    if found.suggestion is not None:
        fallen = 10 * found.suggestion
        place = int(abs(np.log(found.rates / fallen)).argmin())
        axes.plot(fallen, smoothed[place], "o", color=SMOOTHED, label=f"fallen, at {fallen:.2g}")
        words = f"suggested, a tenth: {found.suggestion:.2g}"
        axes.axvline(found.suggestion, color=CHOSEN, linestyle="--", label=words)
    axes.set_xscale("log")
    axes.set_xlabel("learning rate")
    axes.set_ylabel("loss")
    axes.grid(alpha=0.3)
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False)
    return figure
