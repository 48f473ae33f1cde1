"""growing_filters, changing_maps, changing_confusion: a network during training, page by page.

Each takes what `badak.inspect.timeline` returns. A layer is a convolution's name, the first one if
None; another name raises BadakError. Pillow draws the pages: Matplotlib would take half a minute
for a hundred.
"""

import math
from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from badak.arrays import Array
from badak.inspect.draw.history.timeline import convolution_of
from badak.inspect.draw.panels.image import image_range
from badak.inspect.draw.panels.signed import Colours, filter_colours, scale_of, signed_colours
from badak.inspect.draw.save import Animation
from badak.inspect.draw.text import font_of, shorten
from badak.inspect.history.timeline import Timeline

TILE, MARGIN, CAPTION = (
    56,
    5,
    26,
)  # pixels: a panel's longer side, the gap around it, the caption's height
LABEL = 14  # above a panel
MIN_WIDTH = 330  # a page's minimum width, for its caption
FILTERS_IN_A_ROW = 8
PAPER, INK, DEEP = "#d8d8d8", "black", np.array((8, 48, 107))
CELL, SIDE = 34, 340  # pixels: a cell with its count; all cells together, if too many for counts
AXIS, GAP = 24, 8  # pixels: for an axis's title; between names and cells
MAX_COUNTED = 10  # classes
LONGEST_NAME = 14


def growing_filters(timeline: Timeline, layer: str | None = None) -> Animation:
    """Draw a convolution's filters during training, one page per moment.

    All filters share one scale, on all pages, and each has its number above it.

    Example:
        >>> from badak import Trainer, data, inspect, models
        >>> trainer = Trainer(models.SimpleConvNet(), epochs=1, snapshots=2, progress=False)
        >>> _ = trainer.fit(data.load("digits")[0][:300])
        >>> growing_filters(inspect.timeline(trainer)).captions[0]
        'conv1, step 0, accuracy ...%'
    """
    name = convolution_of(timeline, layer)
    weights = timeline.filters[name]
    panels = filter_colours(weights, scale_of(weights))  # (T, F, KH, KW, 3)
    numbers = [str(number) for number in range(panels.shape[1])]
    pages = [_tiles(page, numbers, FILTERS_IN_A_ROW) for page in panels]
    return _animation(timeline, f"{shorten(name)}, ", pages)


def changing_maps(timeline: Timeline, layer: str | None = None) -> Animation:
    """Draw a convolution's output, one row per image of the timeline, one page per moment.

    All maps share one scale, on all pages, and each has its number above it.

    Example:
        >>> from badak import Trainer, data, inspect, models
        >>> trainer = Trainer(models.SimpleConvNet(), epochs=1, snapshots=2, progress=False)
        >>> _ = trainer.fit(data.load("digits")[0][:300])
        >>> len(changing_maps(inspect.timeline(trainer)).pages)
        2
    """
    name = convolution_of(timeline, layer)
    maps = timeline.maps[name]  # (T, I, 8, OH, OW)
    colours = signed_colours(maps, scale_of(maps))
    images = [_picture(image) for image in timeline.images]
    headings = ["image", *map(str, range(maps.shape[2]))]
    pages = []
    for page in colours:
        rows = [[image, *panels] for image, panels in zip(images, page, strict=True)]
        tiles = [panel for row in rows for panel in row]
        pages.append(_tiles(tiles, headings * len(rows), len(headings)))
    return _animation(timeline, f"{shorten(name)}, ", pages)


def changing_confusion(timeline: Timeline, class_names: Sequence[str] | None = None) -> Animation:
    """Draw which class is mistaken for which, one page per moment.

    One row per true class, one column per predicted class; the colour is the share of the row.
    Names and counts are shown for up to ten classes.

    Example:
        >>> from badak import Trainer, data, inspect, models
        >>> trainer = Trainer(models.SimpleConvNet(), epochs=1, snapshots=2, progress=False)
        >>> _ = trainer.fit(data.load("digits")[0][:300])
        >>> len(changing_confusion(inspect.timeline(trainer)).pages)
        2
    """
    count = timeline.confusion.shape[1]
    names = [str(k) for k in range(count)] if class_names is None else class_names
    return _animation(timeline, "", [_confusion(page, names) for page in timeline.confusion])


def _animation(timeline: Timeline, before: str, bodies: Sequence[Image.Image]) -> Animation:
    """Write each page's caption above it."""
    captions = [
        f"{before}step {step}, accuracy {accuracy:.1%}"
        for step, accuracy in zip(timeline.steps, timeline.accuracy, strict=True)
    ]
    pages = []
    for body, caption in zip(bodies, captions, strict=True):
        page = Image.new("RGB", (max(body.width, MIN_WIDTH), body.height + CAPTION), PAPER)
        page.paste(body, ((page.width - body.width) // 2, CAPTION))
        _write(page, (page.width / 2, CAPTION / 2 + 1), caption, 15)
        pages.append(page)
    return Animation(pages, captions)


def _tiles(panels: Sequence[Colours] | Colours, labels: Sequence[str], columns: int) -> Image.Image:
    """Lay out panels (H, W, 3) in rows, scaled to one size, each with its label above it."""
    columns, step = min(columns, len(panels)), TILE + MARGIN
    rows = math.ceil(len(panels) / columns)
    size = columns * step + MARGIN, rows * (LABEL + step) + MARGIN
    page = Image.new("RGB", size, PAPER)
    for place, (panel, label) in enumerate(zip(panels, labels, strict=True)):
        row, column = divmod(place, columns)
        h, w = panel.shape[:2]
        size = (max(1, TILE * w // max(h, w)), max(1, TILE * h // max(h, w)))
        how = Image.Resampling.NEAREST if max(h, w) < TILE else Image.Resampling.BOX
        left, top = MARGIN + column * step, MARGIN + LABEL + row * (LABEL + step)
        page.paste(Image.fromarray(panel).resize(size, how), (left, top))
        _write(page, (left + size[0] / 2, top - LABEL / 2), label, 11)
    return page


def _picture(image: Array) -> Colours:
    """(C, H, W) -> (H, W, 3): in colour if C is 3, else the channels' mean in grey."""
    low, high = image_range(image)
    shown = image if len(image) == 3 else image.mean(axis=0, keepdims=True).repeat(3, axis=0)
    scaled = ((shown - low) / (high - low) * 255).astype(np.uint8)
    return np.ascontiguousarray(scaled.transpose(1, 2, 0))


def _confusion(counts: Array, names: Sequence[str]) -> Image.Image:
    """Draw a square for each pair of classes, darker for a larger share of its row."""
    k = len(counts)
    share = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    # The square root makes a few in a hundred visible beside ninety.
    colours = (255 - (255 - DEEP) * np.sqrt(share)[..., None]).astype(np.uint8)
    counted = k <= MAX_COUNTED
    cell = CELL if counted else max(1, SIDE // k)
    headings = [_text(shorten(name, LONGEST_NAME), 13) for name in names] if counted else []
    longest = max((heading.width for heading in headings), default=-GAP)
    corner = AXIS + longest + GAP
    page = Image.new("RGB", (corner + k * cell + MARGIN,) * 2, PAPER)
    squares = Image.fromarray(colours).resize((k * cell, k * cell), Image.Resampling.NEAREST)
    page.paste(squares, (corner, corner))
    _write(page, (corner + k * cell / 2, AXIS / 2), "predicted class", 13)
    sideways = Image.new("RGB", (k * cell, AXIS), PAPER)
    _write(sideways, (k * cell / 2, AXIS / 2), "true class", 13)
    page.paste(sideways.rotate(90, expand=True), (0, corner))
    for i, heading in enumerate(headings):
        along = corner + round((i + 0.5) * cell)
        page.paste(heading, (corner - GAP - heading.width, along - heading.height // 2))
        above = heading.rotate(90, expand=True) if longest > cell else heading
        page.paste(above, (along - above.width // 2, corner - GAP - above.height))
        for j in np.flatnonzero(counts[i]):
            place = (corner + (int(j) + 0.5) * cell, along)
            _write(page, place, str(counts[i, j]), 12, "white" if share[i, j] > 0.3 else INK)
    return page


def _text(words: str, size: int) -> Image.Image:
    """Return a picture of some text."""
    left, top, right, bottom = _font(words, size).getbbox(words)
    picture = Image.new("RGB", (math.ceil(right - left) + 2, math.ceil(bottom - top) + 2), PAPER)
    _write(picture, (picture.width / 2, picture.height / 2), words, size)
    return picture


def _write(
    page: Image.Image, centre: tuple[float, float], words: str, size: int, colour: str = INK
) -> None:
    ImageDraw.Draw(page).text(centre, words, colour, _font(words, size), anchor="mm")


def _font(words: str, size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """Return Pillow's own font, or an installed one that has the characters."""
    path = None if words.isascii() else font_of(max(words))
    return ImageFont.load_default(size) if path is None else ImageFont.truetype(path, size)
