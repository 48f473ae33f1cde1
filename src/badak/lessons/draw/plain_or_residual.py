"""plain_or_residual: losses of a shallow, a deep plain and a deep residual network."""

import math
from typing import TYPE_CHECKING

from badak.lessons.draw.panels import BLUE, GREY, LARGE, ORANGE, WORDS, accuracy_bars, losses
from badak.lessons.plain_or_residual import PlainOrResidual

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def plain_or_residual(found: PlainOrResidual) -> "Figure":
    r"""Draw the three losses over the steps (left), and the accuracies at the end (right).

    Example:
        >>> from badak import data, lessons
        >>> train, test = data.load("digits")
        >>> found = lessons.plain_or_residual(train[:100], test[:50], blocks=2, epochs=1)
        >>> [text.get_text() for text in plain_or_residual(found).axes[1].get_xticklabels()]
        ['plain,\n4 layers', 'plain,\n6 layers', 'residual,\n6 layers']
    """
    from badak.inspect.draw.figure import Figure

    few, many = found.depths
    trainings = {
        f"plain, {few} layers": found.shallow,
        f"plain, {many} layers": found.plain,
        f"residual, {many} layers": found.residual,
    }
    colours = (GREY, ORANGE, BLUE)
    figure = Figure(figsize=(11, 4.4), layout="constrained")
    left, right = figure.subplots(1, 2)
    # The residual network may begin far above guessing; that is not what the picture is about.
    starts = [float(each.losses[0]) for each in (found.shallow, found.plain) if len(each.losses)]
    losses(left, trainings, colours, 1.5 * max([math.log(2), *starts]))
    left.legend(frameon=False, fontsize=WORDS)
    left.set_title("Deeper is worse, unless there are shortcuts", size=LARGE)
    names = [name.replace(", ", ",\n") for name in trainings]
    accuracy_bars(right, names, [each.final for each in trainings.values()], colours)
    return figure
