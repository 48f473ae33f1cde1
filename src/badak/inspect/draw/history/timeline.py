"""filters_over_time, maps_over_time, health_over_time: a network during training.

A layer is a convolution's name, the first one if None; another name raises BadakError.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from badak import checks
from badak.arrays import Array
from badak.errors import BadakError
from badak.inspect.draw import ticks
from badak.inspect.draw.panels.image import draw_image, image_range
from badak.inspect.draw.panels.signed import filter_panels, scale_of, show_signed
from badak.inspect.draw.text import plain
from badak.inspect.history.timeline import Timeline

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.image import AxesImage

MOMENTS, FILTERS = 8, 16  # maximum rows and columns of a picture
PANEL = 0.92  # a panel's share of the distance between panels


def filters_over_time(timeline: Timeline, layer: str | None = None) -> "Figure":
    """Draw the first filters of a convolution, one row per moment, at most eight rows.

    All filters share one scale, red above 0 and blue below; filters of three channels are shown in
    colour, others by their first channel.

    Example:
        >>> from badak import Trainer, data, inspect, models
        >>> trainer = Trainer(models.SimpleConvNet(), epochs=1, snapshots=2, progress=False)
        >>> _ = trainer.fit(data.load("digits")[0][:500])
        >>> axes, bar = filters_over_time(inspect.timeline(trainer)).axes
        >>> [label.get_text() for label in axes.get_yticklabels()]
        ['step 0', 'step 2', 'step 4']
    """
    name = convolution_of(timeline, layer)
    weights = timeline.filters[name][:, :FILTERS]  # (T, F, C, KH, KW)
    scale = scale_of(weights)
    panels = filter_panels(weights, scale)
    table = _Table(timeline, [str(column) for column in range(panels.shape[1])])
    for row, t in enumerate(table.moments):
        for column, panel in enumerate(panels[t]):
            shown = table.show(row, column, panel, scale)
    if panels.ndim < weights.ndim:
        table.add_scale(shown, "weight")
    table.figure.suptitle(f"{plain(name)}: filters during training", fontsize=11)
    return table.figure


def maps_over_time(timeline: Timeline, layer: str | None = None, image: int = 0) -> "Figure":
    """Draw a convolution's output for one image, one row per moment, at most eight rows.

    `image` is the index of one of the timeline's images. All panels share one scale.

    Example:
        >>> from badak import Trainer, data, inspect, models
        >>> trainer = Trainer(models.SimpleConvNet(), epochs=1, snapshots=2, progress=False)
        >>> _ = trainer.fit(data.load("digits")[0][:300])
        >>> len(maps_over_time(inspect.timeline(trainer)).axes[0].images)  # two rows
        18
    """
    name = convolution_of(timeline, layer)
    image = checks.integer(image, "image", maximum=len(timeline.images) - 1)
    maps = timeline.maps[name][:, image]  # (T, 8, OH, OW)
    table = _Table(timeline, ["image", *(f"map {column}" for column in range(maps.shape[1]))])
    scale = scale_of(maps[table.moments])
    own = timeline.images[image]
    for row, t in enumerate(table.moments):
        table.show_image(row, 0, own)
        for column, panel in enumerate(maps[t], 1):
            shown = table.show(row, column, panel, scale)
    table.add_scale(shown, "output")
    table.figure.suptitle(f"{plain(name)}: maps of one image during training", fontsize=11)
    return table.figure


def health_over_time(timeline: Timeline) -> "Figure":
    """Draw accuracy, dead units and the size of updates by step.

    Example:
        >>> from badak import Trainer, data, inspect, models
        >>> trainer = Trainer(models.SimpleConvNet(), epochs=1, snapshots=2, progress=False)
        >>> _ = trainer.fit(data.load("digits")[0][:300])
        >>> [axes.get_title() for axes in health_over_time(inspect.timeline(trainer)).axes]
        ['Accuracy', 'Dead units', 'Update relative to weight']
    """
    from badak.inspect.draw.figure import Figure

    figure = Figure(figsize=(11, 3.4), layout="constrained")
    accuracy, dead, ratio = figure.subplots(1, 3)
    _curves(accuracy, timeline, {"": timeline.accuracy}, "Accuracy")
    accuracy.set_ylabel("share of the sample")
    _curves(dead, timeline, timeline.dead, "Dead units")
    dead.set_ylabel("share of the layer's units")
    for axes in (accuracy, dead):
        axes.set_ylim(-0.02, 1.02)
        ticks.percents(axes.yaxis)
    _curves(ratio, timeline, timeline.ratios, "Update relative to weight")
    ratio.set_ylabel("norm of update / norm of weight")
    if any((values > 0).any() for values in timeline.ratios.values()):
        ratio.set_yscale("log")
        ratio.axhline(1e-3, color="gray", linewidth=0.8, linestyle=":")  # a rule of thumb
    return figure


def convolution_of(timeline: Timeline, layer: str | None) -> str:
    """Return the name of a convolution, of the first one if None."""
    names = list(timeline.filters)
    if not names:
        raise BadakError("the network has no convolution layer, and so no filters")
    if layer is not None and layer not in names:
        raise BadakError(f"layer must be one of {', '.join(map(repr, names))}; got {layer!r}")
    return layer or names[0]


class _Table:
    """Panels in one Axes, one row per moment: an Axes for each would take seconds to draw."""

    def __init__(self, timeline: Timeline, headings: Sequence[str]) -> None:
        from badak.inspect.draw.figure import Figure

        every = np.linspace(0, len(timeline) - 1, MOMENTS).round().astype(int)
        self.moments: list[int] = np.unique(every).tolist()  # the first and the last included
        rows, columns = len(self.moments), len(headings)
        size = (1.4 + 0.64 * columns, 0.8 + 0.64 * rows)
        self.figure = Figure(figsize=size, layout="constrained")
        self.axes = self.figure.subplots()
        self.axes.set_xticks(np.arange(columns) + PANEL / 2, headings, fontsize=9)
        steps = [f"step {timeline.steps[t]}" for t in self.moments]
        self.axes.set_yticks(np.arange(rows) + PANEL / 2, steps)
        self.axes.tick_params(length=0, labeltop=True, labelbottom=False)
        self.axes.spines[:].set_visible(False)

    def show(self, row: int, column: int, panel: Array, scale: float) -> "AxesImage":
        """Draw a panel at its position: numbers from -scale to scale, or colours as they are."""
        if panel.ndim == 3:
            image = self.axes.imshow(panel, interpolation="nearest")
        else:
            image = show_signed(self.axes, panel, scale)
        self._put(image, row, column)
        return image

    def show_image(self, row: int, column: int, image: Array) -> None:
        """Draw an image (C, H, W) at its position."""
        self._put(draw_image(self.axes, image, *image_range(image)), row, column)

    def add_scale(self, image: "AxesImage", label: str) -> None:
        """Draw a colour bar beside the panels."""
        self.figure.set_figwidth(self.figure.get_figwidth() + 1.5)
        self.figure.colorbar(image, ax=self.axes, shrink=0.6, aspect=30, label=label)

    def _put(self, image: "AxesImage", row: int, column: int) -> None:
        from matplotlib.patches import Rectangle

        h, w = image.get_size()
        height, width = PANEL * h / max(h, w), PANEL * w / max(h, w)
        image.set_extent((column, column + width, row + height, row))
        frame = Rectangle((column, row), width, height, fill=False, lw=0.8, ec="0.4")
        self.axes.add_patch(frame)
        self.axes.set_xlim(-0.05, len(self.axes.get_xticks()))
        self.axes.set_ylim(len(self.moments), -0.05)


def _curves(axes: "Axes", timeline: Timeline, curves: dict[str, Array], title: str) -> None:
    for label, values in curves.items():
        axes.plot(timeline.steps, values, "o-", markersize=3, label=plain(label))
    axes.set_title(title)
    axes.set_xlabel("step")
    ticks.counts(axes.xaxis)
    axes.grid(alpha=0.3)
    axes.spines[["top", "right"]].set_visible(False)
    if any(curves):
        axes.legend(frameon=False, fontsize=8)
