"""filters_over_time, maps_over_time, health_over_time, growing_filters: a network as it learns."""

import io
import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from badak import checks, storage
from badak.arrays import Array
from badak.errors import BadakError
from badak.inspect.timeline import Timeline

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOMENTS, FILTERS = 8, 16  # rows and columns of a picture
LOW, MIDDLE, HIGH = np.array([(33, 102, 172), (255, 255, 255), (178, 24, 43)])  # blue to red
ZOOM, MARGIN, CAPTION = 40, 4, 22  # pixels of the animation: a filter, around it, below all
FRAME_MS, LAST_MS = 250, 2000


def filters_over_time(timeline: Timeline, layer: str | None = None) -> "Figure":
    """Draw the first filters of a convolution, a row for each of up to eight moments.

    Args:
        timeline: as `badak.inspect.timeline` returns it.
        layer: the convolution's name; the first where None.

    Returns:
        A Matplotlib figure; `save` writes it. All panels share one scale, red above 0 and blue
        below; filters over colours are shown in colour, others by their first channel.

    Raises:
        BadakError: no such convolution.

    Example:
        >>> from badak import Trainer, data, inspect, models
        >>> trainer = Trainer(models.SimpleConvNet(), epochs=1, snapshots=2, progress=False)
        >>> _ = trainer.fit(data.load("digits")[0][:500])
        >>> figure = filters_over_time(inspect.timeline(trainer))
        >>> [axes.get_ylabel() for axes in figure.axes if axes.get_ylabel()]
        ['step 0', 'step 2', 'step 4']
    """
    name = _layer(timeline, layer)
    panels = _panels(timeline.filters[name])[:, :FILTERS]  # (T, F, KH, KW, 3)
    rows = _spread(len(timeline))
    figure, axes = _grid(len(rows), panels.shape[1], f"{name}: filters as they grow")
    for row, t in enumerate(rows):
        for column in range(panels.shape[1]):
            axes[row, column].imshow(panels[t, column])
        axes[row, 0].set_ylabel(f"step {timeline.steps[t]}", rotation=0, ha="right", va="center")
    return figure


def maps_over_time(timeline: Timeline, layer: str | None = None, image: int = 0) -> "Figure":
    """Draw what a convolution makes of one image, a row for each of up to eight moments.

    Args:
        timeline: as `badak.inspect.timeline` returns it.
        layer: the convolution's name; the first where None.
        image: which of the timeline's images.

    Returns:
        A Matplotlib figure; `save` writes it. All panels share one scale.

    Raises:
        BadakError: no such convolution or image.

    Example:
        >>> from badak import Trainer, data, inspect, models
        >>> trainer = Trainer(models.SimpleConvNet(), epochs=1, snapshots=2, progress=False)
        >>> _ = trainer.fit(data.load("digits")[0][:300])
        >>> maps_over_time(inspect.timeline(trainer)).axes[1].get_title()
        'map 0'
    """
    name = _layer(timeline, layer)
    image = checks.integer(image, "image", maximum=len(timeline.images) - 1)
    maps = timeline.maps[name][:, image]  # (T, 8, OH, OW)
    rows = _spread(len(timeline))
    high = float(np.abs(maps[rows]).max()) or 1.0
    title = f"{name}: its maps of one image as it learns"
    figure, axes = _grid(len(rows), 1 + maps.shape[1], title)
    own = timeline.images[image]
    for row, t in enumerate(rows):
        axes[row, 0].imshow(own[0] if len(own) == 1 else own.transpose(1, 2, 0), "gray")
        axes[row, 0].set_ylabel(f"step {timeline.steps[t]}", rotation=0, ha="right", va="center")
        for column, panel in enumerate(maps[t]):
            place = axes[row, 1 + column]
            shown = place.imshow(panel, "RdBu_r", vmin=-high, vmax=high)
    for column in range(maps.shape[1]):
        axes[0, 1 + column].set_title(f"map {column}", fontsize=9)
    figure.colorbar(shown, ax=axes, shrink=0.6, label="output")
    return figure


def health_over_time(timeline: Timeline) -> "Figure":
    """Draw accuracy, dead units and the size of updates by step.

    Args:
        timeline: as `badak.inspect.timeline` returns it.

    Returns:
        A Matplotlib figure; `save` writes it.

    Example:
        >>> from badak import Trainer, data, inspect, models
        >>> trainer = Trainer(models.SimpleConvNet(), epochs=1, snapshots=2, progress=False)
        >>> _ = trainer.fit(data.load("digits")[0][:300])
        >>> [axes.get_title() for axes in health_over_time(inspect.timeline(trainer)).axes]
        ['Accuracy', 'Dead units', 'Update by weight']
    """
    from matplotlib.figure import Figure
    from matplotlib.ticker import PercentFormatter

    figure = Figure(figsize=(11, 3.4), layout="constrained")
    accuracy, dead, ratio = figure.subplots(1, 3)
    _curves(accuracy, timeline, {"": timeline.accuracy}, "Accuracy")
    accuracy.set_ylabel("of the sample")
    _curves(dead, timeline, timeline.dead, "Dead units")
    dead.set_ylabel("of the layer's units")
    for axes in (accuracy, dead):
        axes.set_ylim(-0.02, 1.02)
        axes.yaxis.set_major_formatter(PercentFormatter(1))
    _curves(ratio, timeline, timeline.ratios, "Update by weight")
    ratio.set_ylabel("length of an update / of the weight")
    if any((values > 0).any() for values in timeline.ratios.values()):
        ratio.set_yscale("log")
        ratio.axhline(1e-3, color="gray", linewidth=0.8, linestyle=":")  # a usual rule of thumb
    return figure


def growing_filters(timeline: Timeline, path: str | Path, layer: str | None = None) -> None:
    """Write how a convolution's filters grow as an animated GIF.

    Args:
        timeline: as `badak.inspect.timeline` returns it.
        path: the file; its folder must exist.
        layer: the convolution's name; the first where None.

    Raises:
        BadakError: no such convolution, or the file cannot be written.

    Example:
        >>> import tempfile
        >>> from PIL import Image
        >>> from badak import Trainer, data, inspect, models
        >>> trainer = Trainer(models.SimpleConvNet(), epochs=1, snapshots=2, progress=False)
        >>> _ = trainer.fit(data.load("digits")[0][:300])
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     growing_filters(inspect.timeline(trainer), f"{folder}/filters.gif")
        ...     with Image.open(f"{folder}/filters.gif") as image:
        ...         image.n_frames
        2
    """
    name = _layer(timeline, layer)
    panels = _panels(timeline.filters[name])
    pages = [
        _page(shown, f"{name}  step {step}  accuracy {accuracy:.1%}")
        for shown, step, accuracy in zip(panels, timeline.steps, timeline.accuracy, strict=True)
    ]
    file = io.BytesIO()
    times = [FRAME_MS] * (len(pages) - 1) + [LAST_MS]
    pages[0].save(file, "GIF", save_all=True, append_images=pages[1:], duration=times, loop=0)
    storage.write_atomically(path, file.getvalue())


def _page(panels: NDArray[np.uint8], caption: str) -> Any:
    """One frame: filters (F, KH, KW, 3) in rows of eight, and what they reached."""
    from PIL import Image, ImageDraw

    columns = min(8, len(panels))
    step = ZOOM + MARGIN
    size = (max(columns * step, 230) + MARGIN, math.ceil(len(panels) / columns) * step + CAPTION)
    page = Image.new("RGB", size, "#d8d8d8")
    kh, kw = panels.shape[1:3]
    shape = (max(1, ZOOM * kw // max(kh, kw)), max(1, ZOOM * kh // max(kh, kw)))
    for number, panel in enumerate(panels):
        row, column = divmod(number, columns)
        place = (MARGIN + column * step, MARGIN + row * step)
        page.paste(Image.fromarray(panel).resize(shape, Image.Resampling.NEAREST), place)
    ImageDraw.Draw(page).text((MARGIN, size[1] - CAPTION + 6), caption, "black")
    return page


def _layer(timeline: Timeline, layer: str | None) -> str:
    names = list(timeline.filters)
    if not names:
        raise BadakError("the network has no convolution layer, and so no filters")
    if layer is not None and layer not in names:
        raise BadakError(f"layer must be one of {', '.join(map(repr, names))}; got {layer!r}")
    return layer or names[0]


def _panels(filters: Array) -> NDArray[np.uint8]:
    """(T, F, C, KH, KW) -> colours (T, F, KH, KW, 3), on one scale for all moments."""
    scaled = filters / (np.abs(filters).max() or 1)  # in -1..1
    if filters.shape[2] == 3:
        return np.asarray(np.moveaxis(scaled * 127.5 + 127.5, 2, -1), np.uint8)
    first = scaled[:, :, 0, ..., None]  # (T, F, KH, KW, 1)
    mixed = np.where(first < 0, MIDDLE + (MIDDLE - LOW) * first, MIDDLE + (HIGH - MIDDLE) * first)
    colours: NDArray[np.uint8] = mixed.astype(np.uint8)
    return colours


def _spread(count: int) -> Sequence[int]:
    """Up to eight of the moments, the first and the last included."""
    chosen: list[int] = np.unique(np.linspace(0, count - 1, MOMENTS).round().astype(int)).tolist()
    return chosen


def _grid(rows: int, columns: int, title: str) -> tuple["Figure", Any]:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(1.2 + 0.62 * columns, 0.5 + 0.66 * rows), layout="constrained")
    axes = figure.subplots(rows, columns, squeeze=False)
    for place in axes.flat:
        place.set_xticks([])
        place.set_yticks([])
    figure.suptitle(title, fontsize=11)
    return figure, axes


def _curves(axes: "Axes", timeline: Timeline, curves: dict[str, Array], title: str) -> None:
    for label, values in curves.items():
        axes.plot(timeline.steps, values, "o-", markersize=3, label=label)
    axes.set_title(title)
    axes.set_xlabel("step")
    axes.grid(alpha=0.3)
    axes.spines[["top", "right"]].set_visible(False)
    if any(curves):
        axes.legend(frameon=False, fontsize=8)
