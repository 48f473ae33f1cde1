"""columns_animation: im2col copies windows into columns, col2im adds them up; a film."""

import math
from typing import NamedTuple

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from badak.arrays import Array
from badak.inspect.draw.panels.image import IMAGE, image_range
from badak.inspect.draw.panels.signed import Colours, scale_of, signed_colours
from badak.inspect.draw.save import Animation
from badak.inspect.draw.text import font_of, shorten
from badak.lessons.columns_animation import ColumnsAnimation

PAPER, INK, BOX, EMPTY = "white", "black", (217, 72, 15), (241, 243, 245)
HEIGHT, MARGIN, CAPTION = 360, 24, 44  # pixels: of the panels, around them, of the text above
MOST, TEXT = 36, 18  # pixels: a cell's side; letters
Font = ImageFont.FreeTypeFont | ImageFont.ImageFont


class _Panel(NamedTuple):
    """Where a grid of cells lies on a page: its left edge, and a cell's sides."""

    left: int
    wide: int
    high: int


def columns_animation(found: ColumnsAnimation) -> Animation:
    """Draw im2col place by place, then col2im column by column.

    On the left the input, or its gradient, with a box around each pixel of the window; on the right
    the matrix, with a box around its column. Columns not there yet are grey, padding is orange.

    Example:
        >>> from badak import lessons, models
        >>> found = lessons.columns_animation(models.SimpleConvNet(), np.ones((1, 28, 28)), 7)
        >>> film = columns_animation(found)
        >>> len(film.pages), film.captions[0]
        (32, 'im2col of conv1, channel 0: place (..., ...) becomes column 0')
    """
    name = f"{shorten(found.layer)}, channel {found.channel}"
    places = found.places.tolist()
    shown = np.where(np.isnan(found.input), 0, found.input)
    low, high = image_range(shown)
    greys, copied = _grey(found.input, low, high), _grey(found.matrix, low, high)
    scale, largest = scale_of(found.gradients), scale_of(found.sums)
    back = signed_colours(found.gradients, scale)
    pages, captions = [], []
    for number, (row, column) in enumerate(places):
        matrix = copied.copy()
        matrix[:, number + 1 :] = EMPTY
        pages.append((greys, matrix, number))
        captions.append(f"im2col of {name}: place ({row}, {column}) becomes column {number}")
    for number, _ in enumerate(places):
        pages.append((signed_colours(found.sums[number + 1], largest), back, number))
        captions.append(f"col2im of {name}: column {number} is added where it came from, +=")
    font = _font("".join(captions))
    room = math.ceil(max(font.getlength(caption) for caption in captions))
    drawn = [
        _page(found, (image, matrix), number, (caption, font, room))
        for (image, matrix, number), caption in zip(pages, captions, strict=True)
    ]
    return Animation(drawn, captions)


def _grey(values: Array, low: float, high: float) -> Colours:
    """(H, W) -> (H, W, 3) bytes; padding (NaN) in orange, as it is hatched elsewhere."""
    from matplotlib import colormaps

    shown = (np.nan_to_num(values) - low) / ((high - low) or 1)
    colours = colormaps[IMAGE](shown, bytes=True)[..., :3].copy()
    colours[np.isnan(values)] = (255, 201, 168)
    return np.asarray(colours)


def _font(words: str) -> Font:
    """Pillow's own font, or an installed one that has the characters."""
    path = None if words.isascii() else font_of(max(words))
    return ImageFont.load_default(TEXT) if path is None else ImageFont.truetype(path, TEXT)


def _page(
    found: ColumnsAnimation,
    pictures: tuple[Colours, Colours],
    number: int,
    text: tuple[str, Font, int],
) -> Image.Image:
    """Draw the input and the matrix side by side, with the window and its column boxed.

    `text` is the caption, its font, and the width of the longest caption: pages have one size.
    """
    (image, matrix), (caption, font, room) = pictures, text
    (rows, columns), (cells, count) = image.shape[:2], matrix.shape[:2]
    side = max(1, min(MOST, HEIGHT // max(rows, columns)))
    high, wide = max(1, min(MOST, HEIGHT // cells)), max(1, min(MOST, 2 * HEIGHT // count))
    left = _Panel(MARGIN, side, side)
    right = _Panel(2 * MARGIN + columns * side, wide, high)
    width = max(right.left + count * wide + MARGIN, room + 2 * MARGIN)
    height = CAPTION + max(rows * side, cells * high) + MARGIN
    page = Image.new("RGB", (width, height), PAPER)
    for panel, picture in ((left, image), (right, matrix)):
        size = picture.shape[1] * panel.wide, picture.shape[0] * panel.high
        scaled = Image.fromarray(picture).resize(size, Image.Resampling.NEAREST)
        page.paste(scaled, (panel.left, CAPTION))
    pen = ImageDraw.Draw(page)
    pen.text((MARGIN, CAPTION / 2), caption, INK, font, anchor="lm")
    down, across = found.within(found.pixels[number])
    for row, column in zip(down.tolist(), across.tolist(), strict=True):
        _box(pen, left, row, column)
    _box(pen, right, 0, number, cells)
    return page


def _box(pen: ImageDraw.ImageDraw, panel: _Panel, row: int, column: int, rows: int = 1) -> None:
    """Draw a box around a cell, or around so many rows of one column."""
    x, y = panel.left + column * panel.wide, CAPTION + row * panel.high
    pen.rectangle((x, y, x + panel.wide - 1, y + rows * panel.high - 1), outline=BOX, width=2)
