"""What a look at one image measures: a perceptual hash, light, sharpness and simple features.

Letters: H rows, W columns of a small picture, neither above a few hundred.
"""

from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Plane = NDArray[np.float32]

HASHED, KEPT = 32, 8  # the hash: a cosine transform of 32 x 32, of which 8 x 8 are kept
TINY = 16  # side of the picture that confirms a match of hashes
GRADIENTS, CELLS, DIRECTIONS = 64, 4, 8  # side; cells in a row; directions of a cell
COLOURS, PATCHES = 4, 4  # steps of each channel in the histogram; patches of mean colour in a row
LUMINANCE = np.array([0.299, 0.587, 0.114], np.float32)  # ITU-R 601


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
    colours = pixels.astype(np.float32)
    grey = np.tensordot(LUMINANCE, colours, 1)  # (H, W)
    return Measures(
        perceptual_hash(grey),
        resized(grey, TINY).round().astype(np.uint8),
        float(grey.mean() / 255),
        float(grey.std() / 255),
        sharpness(grey),
        np.concatenate([_gradients(grey), _histogram(pixels), _layout(colours)]),
    )


def perceptual_hash(grey: Plane) -> int:
    """Hash the coarse structure of a grey image, (H, W), to 64 bits.

    The image is averaged to 32 x 32 and transformed to cosines. Of the 8 x 8 lowest frequencies,
    each gives one bit: whether it is above their median (Zauner 2010, section 3.2.1). A scaled,
    compressed or slightly brighter copy differs in few bits.

    Example:
        >>> patches = np.random.default_rng(0).random((8, 8), np.float32)
        >>> image = np.kron(patches, np.ones((9, 12), np.float32))  # (72, 96)
        >>> (perceptual_hash(image) ^ perceptual_hash(image[::3, ::3] / 2)).bit_count()
        0
    """
    cosines = _cosines()
    low = cosines @ resized(grey, HASHED) @ cosines.T  # (8, 8)
    bits = low.ravel() > np.median(low.ravel()[1:])
    return int.from_bytes(np.packbits(bits).tobytes())


@cache
def _cosines() -> Plane:
    """The first rows of the discrete cosine transform, type II: (8, 32)."""
    frequency, place = np.arange(KEPT)[:, None], np.arange(HASHED)
    return np.cos(np.pi * frequency * (2 * place + 1) / (2 * HASHED)).astype(np.float32)


def resized(plane: Plane, side: int) -> Plane:
    """Average (..., H, W) over areas to (..., side, side).

    Example:
        >>> resized(np.arange(6, dtype=np.float32).reshape(1, 6), 2)
        array([[1., 4.],
               [1., 4.]], dtype=float32)
    """
    height, width = plane.shape[-2:]
    averaged: Plane = _areas(height, side) @ plane @ _areas(width, side).T
    return averaged


@cache
def _areas(length: int, side: int) -> Plane:
    """How much each of `length` pixels belongs to each of `side` equal areas: (side, length)."""
    edges = np.arange(side + 1) * (length / side)
    starts = np.maximum(edges[:-1, None], np.arange(length))
    ends = np.minimum(edges[1:, None], np.arange(length) + 1)
    return (np.maximum(0, ends - starts) * (side / length)).astype(np.float32)


def sharpness(grey: Plane) -> float:
    """Return the variance of the Laplacian of (H, W); 0 if the image is too small for one."""
    if min(grey.shape) < 3:
        return 0.0
    around = grey[:-2, 1:-1] + grey[2:, 1:-1] + grey[1:-1, :-2] + grey[1:-1, 2:]
    return float((around - 4 * grey[1:-1, 1:-1]).var())


def _gradients(grey: Plane) -> Plane:
    """Directions of the gradients in 4 x 4 cells, weighted by length (Dalal and Triggs 2005)."""
    down, right = np.gradient(resized(grey, GRADIENTS))
    angle = np.arctan2(down, right) % np.pi
    direction = (angle * (DIRECTIONS / np.pi)).astype(np.int64) % DIRECTIONS
    row = np.arange(GRADIENTS) * CELLS // GRADIENTS
    cell = row[:, None] * CELLS + row
    count = CELLS * CELLS * DIRECTIONS
    lengths = np.hypot(down, right)
    sums = np.bincount((cell * DIRECTIONS + direction).ravel(), lengths.ravel(), count)
    return np.sqrt(sums / (sums.sum() + 1e-6)).astype(np.float32)


def _histogram(pixels: NDArray[np.uint8]) -> Plane:
    """The root of each colour's share, of 4 x 4 x 4 colours."""
    red, green, blue = (pixels >> 6).astype(np.intp)
    counts = np.bincount(((red * COLOURS + green) * COLOURS + blue).ravel(), minlength=COLOURS**3)
    return np.sqrt(counts / counts.sum()).astype(np.float32)


def _layout(colours: Plane) -> Plane:
    return (resized(colours, PATCHES) / 255).ravel()
