"""Pictures of what `badak.inspect` returns; the only file that knows Matplotlib."""

import io
import math
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from badak import storage
from badak.arrays import Array
from badak.errors import BadakError
from badak.inspect.curves import LearningCurve
from badak.inspect.profile import Profile

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# A layer that reaches less of the peak computes next to nothing: only its time is told.
SMALLEST_SHARE = 0.01
# More panels than this are too small to see.
MOST_PANELS = 256
GAP = 0.1  # between panels, of a panel
TRAIN, VALIDATION = "#1f6feb", "#d9480f"
FORWARD, BACKWARD = "#1f6feb", "#9ec5fe"


def filters(weights: Array, columns: int = 8) -> "Figure":
    """Draw filters side by side, each on its own scale (the book's figure 7-24).

    Args:
        weights: (F, C, KH, KW), as `badak.inspect.filters` returns them. With C = 3 each filter is
            a colour picture; else each of its channels is a panel, dark where it is large. Of
            more than 256 panels the first 256 are drawn.
        columns: panels in a row.

    Returns:
        A Matplotlib figure; `save` writes it.

    Raises:
        BadakError: no filters.

    Example:
        >>> len(filters(np.ones((30, 1, 5, 5))).axes[0].images)
        30
    """
    from matplotlib.collections import PatchCollection
    from matplotlib.figure import Figure
    from matplotlib.patches import Rectangle

    if weights.ndim != 4 or not weights.size:
        raise BadakError(f"filters must be (F, C, KH, KW), none of them 0; got {weights.shape}")
    if weights.shape[1] == 3:
        panels = np.moveaxis(weights, 1, -1)  # (F, 3, KH, KW) -> (F, KH, KW, 3)
    else:
        panels = weights.reshape(-1, *weights.shape[2:])  # -> (F*C, KH, KW)
    shown = panels[:MOST_PANELS]
    columns = min(columns, len(shown))
    rows = math.ceil(len(shown) / columns)
    figure = Figure(figsize=(0.8 * columns, 0.8 * rows))
    # All panels in one pair of axes: thirty pairs take a second to draw.
    axes = figure.add_axes((0, 0, 1, 1))
    axes.axis("off")
    kh, kw = shown.shape[1:3]
    height, width = kh / max(kh, kw), kw / max(kh, kw)
    frames = []
    for place, panel in enumerate(shown):
        row, column = divmod(place, columns)
        left, top = column + (1 - GAP) * (1 - width) / 2, row + (1 - GAP) * (1 - height) / 2
        right, bottom = left + (1 - GAP) * width, top + (1 - GAP) * height
        low, high = float(panel.min()), float(panel.max())
        grey = (panel - low) / ((high - low) or 1)
        axes.imshow(grey, "gray_r", vmin=0, vmax=1, extent=(left, right, bottom, top))
        frames.append(Rectangle((left, top), right - left, bottom - top))
    axes.add_collection(PatchCollection(frames, facecolor="none", edgecolor="black"))
    axes.set_xlim(-GAP, columns)
    axes.set_ylim(rows, -GAP)
    return figure


def learning_curve(curve: LearningCurve) -> "Figure":
    """Draw accuracy and loss by epoch, as in the book's figure 6-20.

    Args:
        curve: as `badak.inspect.learning_curve` returns it.

    Returns:
        A Matplotlib figure; `save` writes it.

    Example:
        >>> curve = LearningCurve(*[np.array([0.5])] * 5)
        >>> [axes.get_title() for axes in learning_curve(curve).axes]
        ['Accuracy', 'Loss']
    """
    from matplotlib.figure import Figure
    from matplotlib.ticker import MaxNLocator

    figure = Figure(figsize=(9, 3.6), layout="constrained")
    axes = figure.subplots(1, 2)
    for place, name in zip(axes, ("accuracy", "loss"), strict=True):
        for part, colour, style in (("train", TRAIN, "o-"), ("validation", VALIDATION, "s--")):
            values = getattr(curve, f"{part}_{name}")
            if not np.isnan(values).all():
                label = "test" if part == "validation" else part
                place.plot(curve.epochs, values, style, color=colour, label=label, markersize=4)
        place.set_title(name.capitalize())
        place.set_xlabel("epoch")
        place.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
        place.grid(alpha=0.3)
        place.spines[["top", "right"]].set_visible(False)
        place.legend(frameon=False)
    axes[1].set_ylim(bottom=0)
    return figure


def profile(found: Profile) -> "Figure":
    """Draw a bar for each layer's time, and its share of the peak beside it.

    Args:
        found: as `badak.inspect.profile` returns it.

    Returns:
        A Matplotlib figure; `save` writes it.

    Example:
        >>> from badak.inspect.profile import Timed
        >>> row = Timed("conv1", "Conv2d", 0.002, 0.004, 600_000_000)
        >>> figure = profile(Profile((row,), row, 100, 10, peak=2e11))
        >>> [text.get_text() for text in figure.axes[0].texts]
        ['6.00 ms, 50% of peak']
    """
    from matplotlib.figure import Figure

    wholes = (found.one_by_one, found.whole)
    heights = (len(found.rows), len(wholes) + 0.5)
    figure = Figure(figsize=(8, 1.6 + 0.27 * sum(heights)), layout="constrained")
    layers, step = figure.subplots(2, 1, height_ratios=heights)
    for axes, rows in ((layers, found.rows), (step, wholes)):
        names = [row.name for row in rows]
        forward, backward = (
            np.array([1e3 * getattr(row, way) for row in rows]) for way in ("forward", "backward")
        )
        axes.barh(names, forward, color=FORWARD, label="forward")
        axes.barh(names, backward, left=forward, color=BACKWARD, label="backward")
        for place, row in enumerate(rows):
            share = found.share_of_peak(row)
            words = f"{1e3 * row.seconds:.2f} ms"
            if share is not None and share >= SMALLEST_SHARE:
                words += f", {share:.0%} of peak"
            end = (forward[place] + backward[place], place)
            axes.annotate(words, end, (4, 0), textcoords="offset points", va="center", size=8)
        axes.set_xlim(0, 1.35 * max(forward + backward))  # room for the words
        axes.set_ylim(len(rows) - 0.4, -0.6)  # the first on top
        axes.tick_params(axis="y", length=0)
        axes.spines[["top", "right", "left"]].set_visible(False)
    layers.set_title(f"Where a training step's time goes, batch {found.batch_size}", loc="left")
    layers.legend(frameon=False, ncols=2, loc="lower right", bbox_to_anchor=(1, 1))
    step.set_xlabel("milliseconds")
    return figure


def save(figure: "Figure", path: str | Path) -> None:
    """Write a figure as PNG, atomically.

    Args:
        figure: what one of the functions above returned.
        path: the file; its folder must exist.

    Raises:
        BadakError: the file cannot be written.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     save(filters(np.ones((1, 1, 2, 2))), f"{folder}/filters.png")
        ...     Path(folder, "filters.png").read_bytes()[1:4]
        b'PNG'
    """
    page = io.BytesIO()
    figure.savefig(page, format="png", dpi=120)
    storage.write_atomically(path, page.getvalue())
