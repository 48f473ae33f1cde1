"""What a look at one image measures: a perceptual hash, light, sharpness and simple features.

Letters: H rows, W columns of a small picture, neither above a few hundred.
"""

from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from badak.data.glance import shrunk

Plane = NDArray[np.float32]

GRADIENTS, CELLS, DIRECTIONS = 64, 4, 8  # side of the square; cells in a row; their directions
HASHED, KEPT = 32, 8  # the hash: a cosine transform of 32 x 32, of which 8 x 8 are kept
TINY = 16  # side of the picture that confirms a match of hashes
COLOURS, PATCHES = 4, 4  # steps of each channel in the histogram; patches of mean colour in a row


class Measures(NamedTuple):
    """What was measured of one image.

    Attributes:
        hash: 64 bits, alike for images that look alike.
        tiny: (16, 16) uint8, grey.
        brightness: mean of the grey values, 0 to 1.
        contrast: their standard deviation.
        sharpness: variance of their Laplacian, of values 0 to 255.
        features: (240,) float32: gradients, a histogram of colours, and their layout.
    """

    hash: int
    tiny: NDArray[np.uint8]
    brightness: float
    contrast: float
    sharpness: float
    features: NDArray[np.float32]


def measure(pixels: NDArray[np.uint8]) -> Measures:
    """Measure an image, (3, H, W) uint8."""
    grey = _grey(pixels)  # (H, W)
    square = shrunk(pixels, GRADIENTS)  # (3, 64, 64)
    grey_square = _grey(square)
    return Measures(
        perceptual_hash(_coarser(grey_square, HASHED)),
        _coarser(grey_square, TINY).round().astype(np.uint8),
        float(grey.mean() / 255),
        float(grey.std() / 255),
        sharpness(grey),
        np.concatenate([_gradients(grey_square), _histogram(square), _layout(square)]),
    )


def _grey(pixels: NDArray[np.uint8]) -> Plane:
    red, green, blue = pixels.astype(np.float32)
    grey: Plane = 0.299 * red + 0.587 * green + 0.114 * blue  # ITU-R 601
    return grey


def _coarser(planes: Plane, side: int) -> Plane:
    """Average squares (..., 64, 64) to (..., side, side), a divisor of 64."""
    step = planes.shape[-1] // side
    blocks = planes.reshape(*planes.shape[:-2], side, step, side, step)
    averaged: Plane = blocks.mean(axis=(-3, -1))
    return averaged


def perceptual_hash(grey: Plane) -> int:
    """Hash the coarse structure of a grey image, (32, 32), to 64 bits.

    It is transformed to cosines. Of the 8 x 8 lowest frequencies, each gives one bit: whether it is
    above their median (Zauner 2010, section 3.2.1). A scaled, compressed or slightly brighter copy
    of an image differs in few bits.

    Example:
        >>> image = np.random.default_rng(0).random((32, 32), np.float32)
        >>> perceptual_hash(image) == perceptual_hash(image / 2)
        True
    """
    # Sums and no matrix products: many threads call this, and a BLAS would start its own in each.
    across = np.einsum("hw,kw->hk", grey, _cosines())  # (32, 8)
    low = np.einsum("hk,jh->jk", across, _cosines())  # (8, 8)
    bits = low.ravel() > np.median(low.ravel()[1:])
    return int.from_bytes(np.packbits(bits).tobytes())


@cache
def _cosines() -> Plane:
    """The first rows of the discrete cosine transform, type II: (8, 32)."""
    frequency, place = np.arange(KEPT)[:, None], np.arange(HASHED)
    return np.cos(np.pi * frequency * (2 * place + 1) / (2 * HASHED)).astype(np.float32)


def sharpness(grey: Plane) -> float:
    """Return the variance of the Laplacian of (H, W); 0 if the image is too small for one."""
    if min(grey.shape) < 3:
        return 0.0
    around = grey[:-2, 1:-1] + grey[2:, 1:-1] + grey[1:-1, :-2] + grey[1:-1, 2:]
    return float((around - 4 * grey[1:-1, 1:-1]).var())


def _gradients(grey: Plane) -> Plane:
    """Directions of the gradients in 4 x 4 cells, weighted by length (Dalal and Triggs 2005)."""
    down, right = np.gradient(grey)
    angle = np.arctan2(down, right) % np.pi
    direction = (angle * (DIRECTIONS / np.pi)).astype(np.int64) % DIRECTIONS
    row = np.arange(GRADIENTS) * CELLS // GRADIENTS
    cell = row[:, None] * CELLS + row
    count = CELLS * CELLS * DIRECTIONS
    lengths = np.hypot(down, right)
    sums = np.bincount((cell * DIRECTIONS + direction).ravel(), lengths.ravel(), count)
    shares: Plane = np.sqrt(sums / (sums.sum() + 1e-6)).astype(np.float32)
    return shares


def _histogram(pixels: NDArray[np.uint8]) -> Plane:
    """The root of each colour's share, of 4 x 4 x 4 colours."""
    red, green, blue = (pixels >> 6).astype(np.intp)
    counts = np.bincount(((red * COLOURS + green) * COLOURS + blue).ravel(), minlength=COLOURS**3)
    shares: Plane = np.sqrt(counts / counts.sum()).astype(np.float32)
    return shares


def _layout(pixels: NDArray[np.uint8]) -> Plane:
    """The mean colours of 4 x 4 patches."""
    colours: Plane = np.float32(1 / 255) * _coarser(pixels.astype(np.float32), PATCHES)
    return colours.ravel()
