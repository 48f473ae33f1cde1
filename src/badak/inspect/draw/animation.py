"""growing_filters, changing_maps, changing_confusion: a training, page by page.

Pages are drawn by Pillow: a hundred of Matplotlib's take half a minute.
"""

import math
from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from badak.arrays import Array
from badak.inspect.draw.moments import Colours, convolution_of, filter_colours, signed_colours
from badak.inspect.draw.save import Animation
from badak.inspect.draw.text import font_of, short
from badak.inspect.timeline import Timeline

TILE, MARGIN, CAPTION = 56, 5, 26  # pixels: a panel's longer side, around it, above all
NARROWEST = 330  # a caption's width
FILTERS_IN_A_ROW = 8
PAPER, INK, DEEP = "#d8d8d8", "black", np.array((8, 48, 107))
CELL, SIDE = 34, 340  # a cell with its count; all cells where there are too many for counts
HEADINGS = 48  # beside the cells and above them
MOST_COUNTED = 10  # classes


def growing_filters(timeline: Timeline, layer: str | None = None) -> Animation:
    """Draw how a convolution's filters grow, a page a moment.

    Args:
        timeline: as `badak.inspect.timeline` returns it.
        layer: the convolution's name; the first where None.

    Returns:
        An animation; `save` writes it as GIF. Each filter has its own scale, the same on all pages.

    Raises:
        BadakError: no such convolution.

    Example:
        >>> from badak import Trainer, data, inspect, models
        >>> trainer = Trainer(models.SimpleConvNet(), epochs=1, snapshots=2, progress=False)
        >>> _ = trainer.fit(data.load("digits")[0][:300])
        >>> growing_filters(inspect.timeline(trainer)).captions[0]
        'conv1, step 0, accuracy ...%'
    """
    name = convolution_of(timeline, layer)
    panels = filter_colours(timeline.filters[name])
    return _animation(
        timeline, f"{short(name)}, ", [_tiles(page, FILTERS_IN_A_ROW) for page in panels]
    )


def changing_maps(timeline: Timeline, layer: str | None = None) -> Animation:
    """Draw what a convolution makes of the timeline's images, a row an image, a page a moment.

    Args:
        timeline: as `badak.inspect.timeline` returns it.
        layer: the convolution's name; the first where None.

    Returns:
        An animation; `save` writes it as GIF. Each map has its own scale, the same on all pages.

    Raises:
        BadakError: no such convolution.

    Example:
        >>> from badak import Trainer, data, inspect, models
        >>> trainer = Trainer(models.SimpleConvNet(), epochs=1, snapshots=2, progress=False)
        >>> _ = trainer.fit(data.load("digits")[0][:300])
        >>> len(changing_maps(inspect.timeline(trainer)).pages)
        2
    """
    name = convolution_of(timeline, layer)
    maps = timeline.maps[name]  # (T, I, 8, OH, OW)
    largest = np.abs(maps).max(axis=(0, 1, 3, 4), keepdims=True)
    colours = signed_colours(maps / np.where(largest > 0, largest, 1))
    images = [_picture(image) for image in timeline.images]
    pages = []
    for page in colours:
        rows = [[image, *panels] for image, panels in zip(images, page, strict=True)]
        pages.append(_tiles([panel for row in rows for panel in row], len(rows[0])))
    return _animation(timeline, f"{short(name)}, ", pages)


def changing_confusion(timeline: Timeline) -> Animation:
    """Draw which class is taken for which, a page a moment.

    Args:
        timeline: as `badak.inspect.timeline` returns it.

    Returns:
        An animation; `save` writes it as GIF. A row for each true class, a column for each class
        told; the colour is the share of the row, and up to ten classes show their counts.

    Example:
        >>> from badak import Trainer, data, inspect, models
        >>> trainer = Trainer(models.SimpleConvNet(), epochs=1, snapshots=2, progress=False)
        >>> _ = trainer.fit(data.load("digits")[0][:300])
        >>> len(changing_confusion(inspect.timeline(trainer)).pages)
        2
    """
    return _animation(timeline, "", [_confusion(page) for page in timeline.confusion])


def _animation(timeline: Timeline, before: str, bodies: Sequence[Image.Image]) -> Animation:
    """Write each page's caption above it."""
    captions = [
        f"{before}step {step}, accuracy {accuracy:.1%}"
        for step, accuracy in zip(timeline.steps, timeline.accuracy, strict=True)
    ]
    pages = []
    for body, caption in zip(bodies, captions, strict=True):
        page = Image.new("RGB", (max(body.width, NARROWEST), body.height + CAPTION), PAPER)
        page.paste(body, ((page.width - body.width) // 2, CAPTION))
        _write(page, (page.width / 2, CAPTION / 2 + 1), caption, 15)
        pages.append(page)
    return Animation(pages, captions)


def _tiles(panels: Sequence[Colours] | Colours, columns: int) -> Image.Image:
    """Panels (H, W, 3) in rows, each scaled to one size."""
    columns, step = min(columns, len(panels)), TILE + MARGIN
    rows = math.ceil(len(panels) / columns)
    page = Image.new("RGB", (columns * step + MARGIN, rows * step + MARGIN), PAPER)
    for number, panel in enumerate(panels):
        row, column = divmod(number, columns)
        h, w = panel.shape[:2]
        size = (max(1, TILE * w // max(h, w)), max(1, TILE * h // max(h, w)))
        how = Image.Resampling.NEAREST if max(h, w) < TILE else Image.Resampling.BOX
        left, top = MARGIN + column * step, MARGIN + row * step
        page.paste(Image.fromarray(panel).resize(size, how), (left, top))
    return page


def _picture(image: Array) -> Colours:
    """(C, H, W) in [0, 1] -> (H, W, 3): in colour where C is 3, else its first channel in grey."""
    shown = image if len(image) == 3 else image[:1].repeat(3, axis=0)
    return np.ascontiguousarray((np.clip(shown, 0, 1) * 255).astype(np.uint8).transpose(1, 2, 0))


def _confusion(counts: Array) -> Image.Image:
    """A square for each pair of classes, the darker the more of its row."""
    k = len(counts)
    share = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    # The square root lets a few in a hundred show beside ninety.
    colours = (255 - (255 - DEEP) * np.sqrt(share)[..., None]).astype(np.uint8)
    counted = k <= MOST_COUNTED
    cell = CELL if counted else max(1, SIDE // k)
    corner = HEADINGS if counted else HEADINGS // 2
    page = Image.new("RGB", (corner + k * cell + MARGIN,) * 2, PAPER)
    squares = Image.fromarray(colours).resize((k * cell, k * cell), Image.Resampling.NEAREST)
    page.paste(squares, (corner, corner))
    _write(page, (corner + k * cell / 2, 12), "taken for", 13)
    sideways = Image.new("RGB", (k * cell, 24), PAPER)
    _write(sideways, (k * cell / 2, 12), "true class", 13)
    page.paste(sideways.rotate(90, expand=True), (0, corner))
    if counted:
        for i in range(k):
            along = corner + (i + 0.5) * cell
            _write(page, (corner - 12, along), str(i), 13)
            _write(page, (along, corner - 12), str(i), 13)
            for j in np.flatnonzero(counts[i]):
                place = (corner + (int(j) + 0.5) * cell, along)
                _write(page, place, str(counts[i, j]), 12, "white" if share[i, j] > 0.3 else INK)
    return page


def _write(
    page: Image.Image, centre: tuple[float, float], words: str, size: int, colour: str = INK
) -> None:
    path = None if words.isascii() else font_of(max(words))
    font = ImageFont.load_default(size) if path is None else ImageFont.truetype(path, size)
    ImageDraw.Draw(page).text(centre, words, colour, font, anchor="mm")
