"""scaling: how much of its time each of many workers computes."""

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from badak.arrays import Array
from badak.errors import BadakError
from badak.inspect.draw.text import plain

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

COLOURS = ("#d9480f", "#1f6feb", "#2b8a3e", "#7048e8", "#868e96")
WIDTHS = (2.8, 2.1, 1.4)  # thinner from link to link: where lines meet, each is seen
STYLES = ("-", "--", ":", "-.")
COLUMNS = 4  # panels in a row
ENTRY = 1.5  # inches that an entry of the legend may take

ENTRY = 1.4  # inches of one in the legend


def scaling(
    workers: ArrayLike, efficiencies: Mapping[str, Mapping[str, Mapping[str, Array]]]
) -> "Figure":
    """Draw efficiency by the number of workers, one panel per network.

    What `badak.distributed.simulate` returned; a colour for each link, a style of line for each
    way of working.

    Args:
        workers: how many, (N,).
        efficiencies: network -> link -> way -> shares, (N,).

    Raises:
        BadakError: nothing to draw, or shares that do not fit the numbers of workers.

    Example:
        >>> shares = {"1 Gbit/s": {"every step": [0.5, 0.4], "every 8 steps": [0.9, 0.8]}}
        >>> [axes.get_title() for axes in scaling([8, 16], {"LeNet5": shares}).axes]
        ['LeNet5']
    """
    from badak.inspect.draw.figure import Figure

    count = np.asarray(workers)
    if not efficiencies:
        raise BadakError("efficiencies must have at least one network; it is empty")
    columns = min(COLUMNS, len(efficiencies))
    rows = math.ceil(len(efficiencies) / columns)
    figure = Figure(figsize=(1.0 + 2.5 * columns, 0.9 + 2.5 * rows), layout="constrained")
    grid = figure.subplots(rows, columns, sharex=True, sharey=True, squeeze=False)
    links: dict[str, str] = {}
    ways: dict[str, Any] = {}  # Matplotlib lists its styles as literals
    for place, (network, lines) in zip(grid.flat, efficiencies.items(), strict=False):
        for link, shares_of in lines.items():
            colour = links.setdefault(link, COLOURS[len(links) % len(COLOURS)])
            for way, shares in shares_of.items():
                style = ways.setdefault(way, STYLES[len(ways) % len(STYLES)])
                if np.shape(shares) != count.shape:
                    raise BadakError(
                        f"{network}, {link}, {way}: there must be one share for each of "
                        f"{count.size} numbers of workers; got shape {np.shape(shares)}"
                    )
                width = WIDTHS[list(links).index(link) % len(WIDTHS)]
                place.plot(count, shares, style, color=colour, linewidth=width)
        place.set_title(plain(network), fontsize=11)
        _finish(place, count)
    for place in list(grid.flat)[len(efficiencies) :]:
        place.set_visible(False)
    figure.supxlabel("workers", fontsize=10)
    figure.supylabel("efficiency", fontsize=10)
    _explain(figure, links, ways)
    return figure


def _finish(axes: "Axes", count: Array) -> None:
    """Powers of two along, percent up."""
    axes.set_xscale("log", base=2)
    ticks = count[:: math.ceil(len(count) / 8)]  # more would touch
    axes.set_xticks(ticks, [f"{number:,}" for number in ticks], fontsize=7.5)
    axes.minorticks_off()
    axes.set_ylim(0, 1.04)
    axes.set_yticks(np.linspace(0, 1, 6), [f"{20 * number}%" for number in range(6)])
    axes.grid(alpha=0.3)
    axes.spines[["top", "right"]].set_visible(False)


def _explain(figure: "Figure", links: Mapping[str, str], ways: Mapping[str, Any]) -> None:
    """Say above the panels what colours and styles mean: no line is hidden."""
    from matplotlib.lines import Line2D

    entries: list[tuple[Line2D, str]] = [
        (Line2D([], [], color=colour, linewidth=WIDTHS[place % len(WIDTHS)]), plain(link))
        for place, (link, colour) in enumerate(links.items())
    ]
    if len(ways) > 1:
        entries += [
            (Line2D([], [], color="0.25", linestyle=style), plain(way))
            for way, style in ways.items()
        ]
    handles, words = zip(*entries, strict=True)
    columns = min(len(entries), int(figure.get_figwidth() / ENTRY))
    figure.legend(
        handles, words, loc="outside upper center", ncols=columns, frameon=False, fontsize=10
    )
