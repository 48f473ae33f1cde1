"""batch_norm_on_off: losses by initial weights, with and without batch normalisation."""

from typing import TYPE_CHECKING

from badak.lessons.batch_norm_on_off import BatchNormOnOff
from badak.lessons.draw.panels import BLUE, LARGE, ORANGE, WORDS, losses

if TYPE_CHECKING:
    from matplotlib.figure import Figure

HIGHEST = 4.0  # the loss of guessing one of ten classes is 2.3


def batch_norm_on_off(found: BatchNormOnOff) -> "Figure":
    r"""Draw the losses with and without batch normalisation, one panel per initial weights.

    Example:
        >>> from badak import data, lessons
        >>> train, test = data.load("digits")
        >>> found = lessons.batch_norm_on_off(train[:100], test[:50], stds=(0.01,), epochs=1)
        >>> batch_norm_on_off(found).axes[0].get_title()
        'initial weights of deviation 0.01\n... without, ... with'
    """
    from badak.inspect.draw.figure import Figure

    count = len(found.stds)
    figure = Figure(figsize=(max(5, 3.1 * count), 3.9), layout="constrained")
    panels = figure.subplots(1, count, sharey=True, squeeze=False)[0]
    for axes, std, off, on in zip(panels, found.stds, found.without, found.with_norm, strict=True):
        pair = {"without batch norm": off, "with batch norm": on}
        losses(axes, pair, (ORANGE, BLUE), HIGHEST)
        ends = [f"{each.final:.0%}" if each.stopped is None else "broke off" for each in (off, on)]
        title = f"initial weights of deviation {std:g}\n{ends[0]} without, {ends[1]} with"
        axes.set_title(title, size=WORDS)
        axes.label_outer()
    panels[0].legend(frameon=False, fontsize=WORDS)
    figure.suptitle("Training loss, and accuracy on new images at the end", size=LARGE)
    return figure
