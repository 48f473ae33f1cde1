"""precision: accuracy and error of several dtypes, side by side."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from badak.errors import BadakError
from badak.inspect.checks.precision import Precision
from badak.inspect.draw.text import plain

if TYPE_CHECKING:
    from matplotlib.figure import Figure

COLOURS = {"float32": "#868e96", "float16": "#1f6feb", "bfloat16": "#2b8a3e", "int8": "#d9480f"}
MARKERS = {"float32": "o", "float16": "s", "bfloat16": "^", "int8": "D"}


def precision(results: Sequence[Precision]) -> "Figure":
    """Draw the accuracy of each dtype, and how its error grows from layer to layer.

    Args:
        results: one per dtype, all of one network, as `badak.inspect.precision` returns them.

    Raises:
        BadakError: nothing to draw, or networks with different layers.

    Example:
        >>> from badak.inspect.checks.precision import LayerError
        >>> layers = (LayerError("linear1", "Linear", 0.01),)
        >>> figure = precision([Precision("int8", 0.97, 0.98, layers, {})])
        >>> [text.get_text() for text in figure.axes[0].texts]
        ['97.00%']
    """
    from badak.inspect.draw.figure import Figure

    if not results:
        raise BadakError("results must hold at least one Precision; it is empty")
    names = [layer.name for layer in results[0].layers]
    if any([layer.name for layer in result.layers] != names for result in results):
        raise BadakError("results must be of one network; their layers differ")
    figure = Figure(figsize=(6.4 + 0.3 * len(names), 4.2), layout="constrained")
    left, right = figure.subplots(1, 2, width_ratios=(1, 1 + 0.12 * len(names)))
    dtypes = [result.dtype for result in results]
    accuracies = np.array([result.accuracy for result in results])
    bars = left.bar(dtypes, 100 * accuracies, color=[COLOURS[dtype] for dtype in dtypes])
    left.bar_label(bars, [f"{accuracy:.2%}" for accuracy in accuracies], padding=6, size=8)
    exact = results[0].accuracy64
    left.axhline(100 * exact, color="black", lw=1, ls="--", label=f"float64: {exact:.2%}")
    left.set_ylim(0, 118)
    left.tick_params(axis="x", labelsize=8)
    left.set_yticks(range(0, 101, 20))
    left.set_ylabel("images classified correctly, %")
    left.set_title("Accuracy")
    left.legend(frameon=False, loc="upper left", fontsize=8)
    places = range(len(names))
    for result in results:
        errors = np.array([layer.error for layer in result.layers])
        shown = np.where(np.isfinite(errors) & (errors > 0), errors, np.nan)
        style = {"color": COLOURS[result.dtype], "marker": MARKERS[result.dtype], "markersize": 4}
        right.plot(places, shown, label=result.dtype, **style)
    right.set_yscale("log")
    right.set_xticks(places, [plain(name) for name in names], rotation=90)
    right.set_ylabel("error relative to float64's output")
    right.set_title("Error after each layer")
    right.grid(alpha=0.3)
    right.legend(frameon=False, fontsize=8)
    for axes in (left, right):
        axes.spines[["top", "right"]].set_visible(False)
    return figure
