"""Geometry for augmentation: crop padded images, and rotate images.

Letters: N images, C channels, H rows, W columns.
"""

import numpy as np

from badak.arrays import Array, Images, Indices
from badak.errors import BadakError


def cut(images: Images, top: Indices, left: Indices, margin: int, mode: str, fill: float) -> Images:
    """Pad each image on all sides and crop it to its size.

    `top` and `left` (N,) are the first row and column to cut, in 0..2 * margin; `mode` is
    "constant", with the value `fill`, "edge" or "reflect", as in `numpy.pad`.

    Example:
        >>> row = np.array([1.0, 2.0, 3.0]).reshape(1, 1, 1, 3)
        >>> cut(row, np.array([1]), np.array([0]), 1, "constant", 0.0)
        array([[[[0., 1., 2.]]]])
    """
    n, _, h, w = images.shape
    sides = ((0, 0), (0, 0), (margin, margin), (margin, margin))
    if mode == "constant":
        padded = np.pad(images, sides, constant_values=fill)
    else:
        padded = np.pad(images, sides, mode=mode)  # type: ignore[call-overload]  # see Crop
    # (N, C, H + 2m, W + 2m) -> (N, C, 2m + 1, 2m + 1, H, W), a view of every place to cut
    windows = np.lib.stride_tricks.sliding_window_view(padded, (h, w), (2, 3))
    return np.ascontiguousarray(windows[np.arange(n), :, top, left])


def cut_at_random(
    images: Images, generator: np.random.Generator, margin: int, mode: str, fill: float, name: str
) -> Images:
    """Call `cut` with a random place for each image."""
    n, _, h, w = images.shape
    if margin >= min(h, w):
        raise BadakError(f"{name} must be below {min(h, w)} for images of {h}x{w}; got {margin}")
    top, left = generator.integers(0, 2 * margin + 1, (2, n))
    return cut(images, top, left, margin, mode, fill)


def rotated(images: Images, angles: Array, fill: float) -> Images:
    """Rotate each image about its centre, with bilinear interpolation.

    Angles (N,) are in radians, counter-clockwise as one sees the image; `fill` surrounds it.

    Example:
        >>> square = np.array([[1.0, 2.0], [3.0, 4.0]]).reshape(1, 1, 2, 2)
        >>> rotated(square, np.array([np.pi / 2]), 0.0).round(6)
        array([[[[2., 4.],
                 [1., 3.]]]])
    """
    n, _, h, w = images.shape
    y, x = np.mgrid[:h, :w] - np.array([h - 1, w - 1]).reshape(2, 1, 1) / 2  # from the middle
    cos, sin = np.cos(angles)[:, None, None], np.sin(angles)[:, None, None]
    rows, down = _between(cos * y + sin * x + (h - 1) / 2, h)  # (N, H, W): where pixels come from
    columns, right = _between(cos * x - sin * y + (w - 1) / 2, w)
    padded = np.pad(images, ((0, 0), (0, 0), (1, 1), (1, 1)), constant_values=fill)
    padded = padded.transpose(0, 2, 3, 1)  # channels last: one place, all channels
    pixel = np.arange(n)[:, None, None]

    def corner(below: int, beside: int) -> Images:
        return padded[pixel, rows + below, columns + beside]  # (N, H, W, C)

    down, right = down.astype(images.dtype)[..., None], right.astype(images.dtype)[..., None]
    upper = corner(0, 0) * (1 - right) + corner(0, 1) * right
    lower = corner(1, 0) * (1 - right) + corner(1, 1) * right
    mixed = upper * (1 - down) + lower * down
    return np.ascontiguousarray(mixed.transpose(0, 3, 1, 2))  # (N, H, W, C) -> (N, C, H, W)


def _between(place: Array, length: int) -> tuple[Indices, Array]:
    """Return the pixel before a place, in an image padded by 1, and the distance from it."""
    place = np.clip(place, -1, length)
    before = np.minimum(np.floor(place).astype(np.int64), length - 1)
    return before + 1, place - before
