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
    place = int(smoothed.argmin())
    low, high = float(found.losses.min()), float(found.losses[: place + 1].max())
    room = 0.05 * (high - low) or 1.0
    axes.set_ylim(low - room, high + 5 * room)
    gone = np.flatnonzero(smoothed[place:] > high)  # beyond there the curve is out of sight
    last = min(place + int(gone[0]) + len(smoothed) // 20, len(smoothed) - 1) if len(gone) else -1
    axes.set_xlim(found.rates[0] / 1.5, found.rates[last] * 1.5)
    if found.suggestion is not None:
        fallen = 10 * found.suggestion
        height = np.interp(np.log(fallen), np.log(found.rates), smoothed)
        axes.plot(fallen, height, "o", color=SMOOTHED, label=f"end of its fall: {fallen:.2g}")
        words = f"suggested, a tenth: {found.suggestion:.2g}"
        axes.axvline(found.suggestion, color=CHOSEN, linestyle="--", label=words)
    axes.set_xscale("log")
    axes.set_xlabel("learning rate")
    axes.set_ylabel("loss")
    axes.grid(alpha=0.3)
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False)
    return figure
