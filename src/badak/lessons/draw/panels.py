"""Parts that several pictures of the lessons share."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal

from badak.inspect.draw.ticks import percents
from badak.lessons.learning import Learning
from badak.training.lr_find import smooth

if TYPE_CHECKING:
    from matplotlib.axes import Axes

GREY, BLUE, ORANGE, GREEN = "#868e96", "#1f6feb", "#d9480f", "#2b8a3e"
WORDS, LARGE = 11, 13  # sizes of text, for a class room


def tidy(axes: "Axes", axis: Literal["both", "y"] = "both") -> None:
    """Draw light grid lines, and no frame above and on the right."""
    axes.grid(alpha=0.3, axis=axis)
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)


def losses(
    axes: "Axes", trainings: dict[str, Learning], colours: Sequence[Any], highest: float
) -> None:
    """Draw the losses of trainings over their steps; a cross where one broke off.

    They are averaged with their neighbours, and cut off at `highest`.
    """
    for (name, training), colour in zip(trainings.items(), colours, strict=True):
        if not len(training.losses):
            continue
        curve = smooth(training.losses.clip(None, highest))
        steps = range(1, len(curve) + 1)
        axes.plot(steps, curve, color=colour, lw=2.2, label=name)
        if training.stopped is not None:
            axes.plot(steps[-1], curve[-1], "x", color=colour, markersize=12, mew=3)
    axes.set_ylim(0, highest)
    axes.set_xlabel("step", size=WORDS)
    axes.set_ylabel("training loss, smoothed", size=WORDS)
    tidy(axes)


def accuracy_bars(
    axes: "Axes", names: Sequence[str], heights: Sequence[float], colours: Sequence[Any]
) -> None:
    """Draw a bar for each accuracy with its number; one that is NaN has a cross."""
    for place, (height, colour) in enumerate(zip(heights, colours, strict=True)):
        broken = height != height  # NaN
        axes.bar(place, 0 if broken else height, color=colour, width=0.7)
        words = "broke off" if broken else f"{height:.1%}"
        at = (place, (0 if broken else height) + 0.02)
        box = {"facecolor": "white", "edgecolor": "none", "pad": 1}  # above lines, such as guessing
        axes.text(*at, words, ha="center", size=WORDS, bbox=box, zorder=3)
    axes.set_xticks(range(len(names)), names, size=WORDS)
    axes.set_ylim(0, 1.1)
    percents(axes.yaxis)
    axes.set_yticks([0, 0.25, 0.5, 0.75, 1])
    axes.set_ylabel("accuracy on new images", size=WORDS)
    tidy(axes, "y")
