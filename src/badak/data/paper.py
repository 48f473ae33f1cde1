"""Ink on paper: separate handwriting from its background in any light.

Letters: H rows, W columns.
"""

from typing import NamedTuple

import numpy as np

from badak.arrays import Array, Mask
from badak.errors import BadakError

# A mark is ink if it is darker than its paper by this share of the paper's brightness.
CONTRAST = 0.15
# Shares of the ink's full depth at which ink begins: low, since the soft rim of a stroke belongs to
# it, and higher if the paper's own grain is as deep.
RIM, CORE = 0.25, 0.5
# Parts with less ink than this share of the largest are dust, not strokes.
MIN_PART = 0.1
# Cells along the longer side of the grid that separates parts; a cell bridges small gaps.
GRID = 64
OFFSET = 0.05  # added to both sides of a ratio of brightnesses, against division by zero


class Ink(NamedTuple):
    """The ink on a paper.

    Attributes:
        strokes: (H, W) in [0, 1], bright ink on black.
        mask: (H, W), True on a stroke; one pixel beyond it `strokes` is 0.
        inverted: whether the ink was darker than its paper.
    """

    strokes: Array
    mask: Mask
    inverted: bool


def ink_of(grey: Array) -> Ink:
    """Return the ink of a picture of handwriting, without shadows and dust.

    The paper's brightness at each place is a morphological closing of the picture: it follows the
    edge of a shadow, but not a stroke. A place's ink is how much darker than its paper it is; the
    threshold is relative to the darkest place.

    Args:
        grey: (H, W) in [0, 1], dark ink on light paper or light on dark.

    Raises:
        BadakError: nothing differs from the paper.

    Example:
        >>> paper = np.linspace(0.5, 1.0, 32).repeat(32).reshape(32, 32)  # darker at the top
        >>> paper[10:20, 15] *= 0.2
        >>> ink = ink_of(paper)
        >>> int(ink.mask.sum()), ink.inverted
        (10, True)
    """
    rim = _rim(grey)
    ground = float(np.median(rim))
    # The ink differs more from the paper, as a ratio, than a shadow does.
    darker = (ground + OFFSET) / (grey.min() + OFFSET)
    lighter = (grey.max() + OFFSET) / (ground + OFFSET)
    inverted = bool(darker > lighter)
    light = grey if inverted else 1 - grey
    paper = _closing(light, max(3, max(grey.shape) // 3))
    depth = (paper - light) / np.maximum(paper, OFFSET)  # 0 on paper, up to 1
    depth = depth - np.median(_rim(depth))  # grain makes the closing brighter than the paper
    grain = float(np.quantile(_rim(depth), 0.98))
    deepest = float(np.quantile(depth, 0.9995, method="higher"))
    if not deepest > CONTRAST:
        raise BadakError(
            f"the image shows no handwriting: its strongest mark differs from the paper by "
            f"{max(deepest, 0):.0%} of the paper's brightness; expected at least {CONTRAST:.0%}: "
            "use a thicker pen, better light, or crop the picture to the digit"
        )
    full = float(np.median(depth[depth > deepest / 2]))
    depth = depth / full
    core = _without_dust(depth > CORE)
    mask = _near(core, _cell(core.shape)) & (depth > min(max(RIM, grain / full), CORE))
    # Keep a stroke's soft rim.
    strokes = np.where(_near(mask, 3), np.clip(depth, 0, 1), 0)
    return Ink(strokes, mask, inverted)


def _rim(image: Array) -> Array:
    """Return the outer twentieth of an image on each side, as one row: mostly paper."""
    h, w = image.shape
    frame = max(1, min(h, w) // 20)
    middle = np.zeros((h, w), np.bool_)
    middle[frame : h - frame, frame : w - frame] = True
    return image[~middle]


def _closing(image: Array, size: int) -> Array:
    """Take the maximum within a square, then the minimum: this fills everything narrower."""
    # Padded, since a slope would otherwise look bright at the edge.
    (h, w), margin = image.shape, size
    wide = np.pad(image, margin, mode="edge")
    closed = -_brightest(-_brightest(wide, size), size)
    return closed[margin : margin + h, margin : margin + w]


def _brightest(image: Array, size: int) -> Array:
    """(H, W) -> (H, W): the maximum over a square of `size`, made odd, around each place."""
    reach = size // 2
    padded = np.pad(image, reach, mode="constant", constant_values=-np.inf)
    for _ in ("rows", "columns"):
        span, wanted = 1, 2 * reach + 1
        while span < wanted:  # a maximum over `span` gives one over up to twice as many
            step = min(span, wanted - span)
            padded, span = np.maximum(padded[:-step], padded[step:]), span + step
        padded = padded.T
    return padded


def _near(mask: Mask, size: int) -> Mask:
    """Return where a square of about `size`, at least 3, overlaps the mask."""
    near: Mask = _brightest(mask.astype(np.float64), max(3, size)) > 0
    return near


def _without_dust(core: Mask) -> Mask:
    """Return the strokes' core without small parts; a coarse grid separates parts."""
    h, w = core.shape
    cell = _cell(core.shape)
    rows, columns = -(-h // cell), -(-w // cell)
    padded = np.pad(core, ((0, rows * cell - h), (0, columns * cell - w)))
    mass = padded.reshape(rows, cell, columns, cell).sum(axis=(1, 3))  # (H, W) -> (rows, columns)
    part = np.arange(1.0, mass.size + 1).reshape(mass.shape) * (mass > 0)
    while True:  # neighbours take the larger number, until each part has one
        grown = np.where(part > 0, _brightest(part, 3), 0)
        if np.array_equal(grown, part):
            break
        part = grown
    number = part.astype(np.int64)
    weight = np.bincount(number.ravel(), mass.ravel())
    kept: Mask = (number > 0) & (weight[number] >= MIN_PART * weight.max())
    kept = kept.repeat(cell, axis=0).repeat(cell, axis=1)[:h, :w]  # (rows, columns) -> (H, W)
    return core & kept


def _cell(shape: tuple[int, ...]) -> int:
    """Return the side of the coarse grid's cells, in pixels."""
    return -(-max(shape) // GRID)
