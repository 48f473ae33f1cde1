"""profile: one bar per layer for its time."""

from typing import TYPE_CHECKING

import numpy as np

from badak.inspect.checks.profile import Profile
from badak.inspect.draw.text import plain

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# A layer below this share of the peak computes next to nothing: only its time is written.
SMALLEST_SHARE = 0.01
FORWARD, BACKWARD = "#1f6feb", "#9ec5fe"


def profile(times: Profile) -> "Figure":
    """Draw a bar for each layer's time, and its share of the peak beside it.

    Example:
        >>> from badak.inspect.checks.profile import Timed
        >>> row = Timed("conv1", "Conv2d", 0.002, 0.004, 600_000_000)
        >>> figure = profile(Profile((row,), row, 100, 10, peak=2e11))
        >>> [text.get_text() for text in figure.axes[0].texts]
        ['6.00 ms, 50% of peak']
    """
    from badak.inspect.draw.figure import Figure

    wholes = (times.one_by_one, times.whole)
    heights = (len(times.rows), len(wholes) + 0.5)
    figure = Figure(figsize=(8, 1.6 + 0.27 * sum(heights)), layout="constrained")
    layers, step = figure.subplots(2, 1, height_ratios=heights)
    for axes, rows in ((layers, times.rows), (step, wholes)):
        places = np.arange(len(rows))
        forward, backward = (
            np.array([1e3 * getattr(row, way) for row in rows]) for way in ("forward", "backward")
        )
        axes.barh(places, forward, color=FORWARD, label="forward")
        axes.barh(places, backward, left=forward, color=BACKWARD, label="backward")
        for place, row in enumerate(rows):
            share = times.share_of_peak(row)
            words = f"{1e3 * row.seconds:.2f} ms"
            if share is not None and share >= SMALLEST_SHARE:
                words += f", {share:.0%} of peak"
                words += f" by {row.saved_by}" if share > 1 and row.saved_by else ""
            end = (forward[place] + backward[place], place)
            axes.annotate(words, end, (4, 0), textcoords="offset points", va="center", size=8)
        axes.set_xlim(0, 1.35 * max(forward + backward))  # room for the text
        axes.set_ylim(len(rows) - 0.4, -0.6)  # the first layer on top
        axes.set_yticks(places, [plain(row.name) for row in rows])
        axes.tick_params(axis="y", length=0)
        axes.spines[["top", "right", "left"]].set_visible(False)
    layers.set_title(f"Time of a training step, batch size {times.batch_size}", loc="left", pad=28)
    layers.legend(frameon=False, ncols=2, loc="lower right", bbox_to_anchor=(1, 1))
    step.set_xlabel("milliseconds")
    return figure
