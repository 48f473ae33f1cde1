"""Exact tick labels: percentages and whole numbers, never rounded."""

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from matplotlib.axis import Axis

# Distances between ticks. Not 2.5: every second tick would need one more decimal.
STEPS = [1, 2, 5, 10]
MAX_DECIMALS = 4


def percents(axis: "Axis") -> None:
    """Label an axis of shares in percent, with as many decimals as its ticks need.

    Args:
        axis: of shares, 1 the whole; it gets round ticks, which `set_ticks` may replace.

    Example:
        >>> from matplotlib.figure import Figure
        >>> axis = Figure().subplots().yaxis
        >>> percents(axis)
        >>> axis.set_ticks([0.825, 0.85])
        [...]
        >>> [label.get_text() for label in axis.get_ticklabels()]
        ['82.5%', '85.0%']
    """
    from matplotlib.ticker import MaxNLocator

    def words(share: float, _: float) -> str:
        ticks = 100 * np.array([*axis.get_majorticklocs(), share])
        exact = (
            decimals
            for decimals in range(MAX_DECIMALS)
            if np.allclose(ticks.round(decimals), ticks, rtol=0, atol=1e-6)
        )
        return f"{100 * share:.{next(exact, MAX_DECIMALS)}f}%"

    axis.set_major_locator(MaxNLocator("auto", steps=STEPS))
    axis.set_major_formatter(words)


def counts(axis: "Axis") -> None:
    """Put an axis's ticks at whole numbers only.

    Example:
        >>> from matplotlib.figure import Figure
        >>> axes = Figure().subplots()
        >>> axes.set_ylim(0, 2_500)
        (0.0, 2500.0)
        >>> counts(axes.yaxis)
        >>> [label.get_text() for label in axes.get_yticklabels()]
        ['0', '500', '1,000', '1,500', '2,000', '2,500']
    """
    from matplotlib.ticker import MaxNLocator

    axis.set_major_locator(MaxNLocator("auto", steps=STEPS, integer=True, min_n_ticks=1))
    axis.set_major_formatter("{x:,.0f}")
