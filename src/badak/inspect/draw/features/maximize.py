"""maximize_activation: the images made by gradient ascent, and how their activations rose."""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from badak.inspect.draw.panels.classes import class_label
from badak.inspect.draw.panels.image import show_image
from badak.inspect.draw.text import plain
from badak.inspect.draw.ticks import counts
from badak.inspect.features.maximize import MaximizedActivation

if TYPE_CHECKING:
    from matplotlib.figure import Figure

COLUMNS, ROW = 5, 2.1  # images per row; a row's height in inches
LONGEST_NAME = 18


def maximize_activation(
    *results: MaximizedActivation, class_names: Sequence[str] | None = None
) -> "Figure":
    """Draw the images side by side, and their activations at each step below them.

    Args:
        results: as `badak.inspect.maximize_activation` returns them, one or several.
        class_names: names of the channels, if they are classes.

    Example:
        >>> from badak import inspect, models
        >>> net = models.SimpleConvNet()
        >>> results = [inspect.maximize_activation(net, "linear2", k, steps=2) for k in range(3)]
        >>> len(maximize_activation(*results).axes)  # three images and their curves
        4
    """
    from badak.inspect.draw.figure import Figure

    columns = min(COLUMNS, len(results))
    rows = math.ceil(len(results) / columns)
    above = ROW * rows
    figure = Figure(figsize=(8, above + 2.6), layout="constrained")
    parts: Any = figure.subfigures(2, 1, height_ratios=(above, 2.6))
    top, bottom = parts
    curves = bottom.subplots()
    for place, result in enumerate(results):
        what = plain(f"{result.layer} {result.channel}", LONGEST_NAME)
        if class_names is not None and isinstance(result.channel, int):
            what = class_label(result.channel, class_names, LONGEST_NAME)
        axes = top.add_subplot(rows, columns, place + 1)
        show_image(axes, result.image, 0, 1)
        axes.set_title(f"{what}\nactivation {result.activations[-1]:.3g}", fontsize=10)
        curves.plot(result.activations, label=what, linewidth=1)
    curves.set_xlabel("step")
    counts(curves.xaxis)
    curves.set_ylabel("activation")
    curves.grid(alpha=0.3)
    curves.spines[["top", "right"]].set_visible(False)
    if len(results) > 1:
        curves.legend(frameon=False, fontsize=8, loc="center left", bbox_to_anchor=(1, 0.5))
    return figure
