"""warped: an image seen through a matrix; and the matrices that turn, shear and move it.

A matrix (3, 3) sends a place (x, y, 1) of the result to its source in the image, where x is to the
right and y down, from the upper left corner: the middle of the first pixel is (0.5, 0.5).
Letters: C channels, H rows, W columns.
"""

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from badak.arrays import Array, Indices
from badak.data.augment.base import Pixels

Matrix = NDArray[np.float64]
NEAREST, BILINEAR = Image.Resampling.NEAREST, Image.Resampling.BILINEAR


def warped(image: Pixels, matrix: Matrix, fill: float, smooth: bool = True) -> Pixels:
    """Return an image (C, H, W) whose pixels come from where a matrix sends their middles.

    With `smooth`, a pixel is the weighted mean of the four around its source, else the nearest.
    The image is surrounded by `fill`.

    Example:
        >>> square = np.array([[[1.0, 2.0], [3.0, 4.0]]])
        >>> warped(square, rotation(np.pi / 2, (2, 2)), 0.0).round(6)
        array([[[2., 4.],
                [1., 3.]]])
    """
    if image.dtype == np.float64:  # Pillow has no such images
        return _doubles(image, matrix, fill, smooth)
    if smooth:  # Pillow would repeat the edge's pixels, not mix them with the fill
        image = _framed(image, fill)
        return _pillow(image, shift(1, 1) @ matrix @ shift(-1, -1), fill, BILINEAR)[:, 1:-1, 1:-1]
    return _pillow(image, matrix, fill, NEAREST)


def shift(x: float, y: float) -> Matrix:
    """The source lies `x` to the right and `y` below."""
    return np.array([[1, 0, x], [0, 1, y], [0, 0, 1]], np.float64)


def shear(x: float, y: float) -> Matrix:
    """The source lies `x` to the right per row, and `y` below per column."""
    return np.array([[1, x, 0], [y, 1, 0], [0, 0, 1]], np.float64)


def rotation(angle: float, size: tuple[int, ...]) -> Matrix:
    """The image, of (H, W), is turned about its middle, counter-clockwise as one sees it."""
    cos, sin = np.cos(angle), np.sin(angle)
    h, w = size
    turn = np.array([[cos, -sin, 0], [sin, cos, 0], [0, 0, 1]])
    matrix: Matrix = shift(w / 2, h / 2) @ turn @ shift(-w / 2, -h / 2)
    return matrix


def quadrilateral(x: Indices, y: Indices, size: tuple[int, ...]) -> Matrix:
    """The corners of an image of (H, W) move to the places (4,), clockwise from the upper left.

    As in torchvision, the lower right corner is (W - 1, H - 1).
    """
    h, w = size
    corners = np.array([(0, 0), (w - 1, 0), (w - 1, h - 1), (0, h - 1)], np.float64)
    rows = []
    for i, j, (u, v) in zip(x, y, corners, strict=True):
        rows.append([i, j, 1, 0, 0, 0, -u * i, -u * j])
        rows.append([0, 0, 0, i, j, 1, -v * i, -v * j])
    # Corners that fall together leave no unique solution; least squares still has one.
    solution, *_ = np.linalg.lstsq(np.array(rows, np.float64), corners.ravel(), rcond=None)
    return np.append(solution, 1.0).reshape(3, 3)


def _framed(image: Pixels, fill: float) -> Pixels:
    """Return an image with a frame of one pixel of fill: (C, H + 2, W + 2)."""
    c, h, w = image.shape
    result = np.full((c, h + 2, w + 2), fill, image.dtype)  # faster than numpy.pad
    result[:, 1:-1, 1:-1] = image
    return result


def _pillow(image: Pixels, matrix: Matrix, fill: float, filter_: Image.Resampling) -> Pixels:
    """Call Pillow, whose coordinates are the same; three planes are faster together than alone."""
    c, h, w = image.shape
    planes = [Image.fromarray(plane) for plane in np.ascontiguousarray(image)]
    # A horizon through the first pixel leaves 0 there: as good as next to it.
    last = matrix[2, 2] if abs(matrix[2, 2]) > 1e-9 else 1e-9
    numbers = (matrix / last).ravel().tolist()
    plain = numbers[6] == numbers[7] == 0
    method = Image.Transform.AFFINE if plain else Image.Transform.PERSPECTIVE
    numbers = numbers[:6] if plain else numbers[:8]
    if c == 3 and image.dtype == np.uint8:
        colours = Image.merge("RGB", planes).transform(
            (w, h), method, numbers, filter_, fillcolor=(int(fill),) * 3
        )
        lines = np.frombuffer(colours.tobytes("raw", "RGB;L"), np.uint8)  # each line of R, G, B
        return lines.reshape(h, 3, w).swapaxes(0, 1)
    moved = (plane.transform((w, h), method, numbers, filter_, fillcolor=fill) for plane in planes)
    return np.stack([np.asarray(plane) for plane in moved])


def _doubles(image: Pixels, matrix: Matrix, fill: float, smooth: bool) -> Pixels:
    _, h, w = image.shape
    y, x = np.mgrid[:h, :w] + 0.5
    places = matrix @ np.stack([x.ravel(), y.ravel(), np.ones(h * w)])  # (3, H * W)
    with np.errstate(divide="ignore", invalid="ignore"):  # a place at infinity
        x, y = np.nan_to_num(places[:2] / places[2], nan=-1e9).reshape(2, h, w)
    if not smooth:
        rows, columns = np.floor(np.clip([y, x], -1, max(h, w))).astype(np.int64)
        inside = (rows >= 0) & (rows < h) & (columns >= 0) & (columns < w)
        nearest = image[:, np.clip(rows, 0, h - 1), np.clip(columns, 0, w - 1)]
        return np.where(inside, nearest, fill)
    rows, down = _between(y - 0.5, h)  # (H, W): where pixels come from
    columns, right = _between(x - 0.5, w)
    padded = _framed(image, fill)
    upper = padded[:, rows, columns] * (1 - right) + padded[:, rows, columns + 1] * right
    lower = padded[:, rows + 1, columns] * (1 - right) + padded[:, rows + 1, columns + 1] * right
    mixed: Pixels = upper * (1 - down) + lower * down
    return mixed


def _between(place: Array, length: int) -> tuple[Indices, Array]:
    """Return the pixel before a place, in an image padded by 1, and the distance from it."""
    place = np.clip(place, -1, length)
    before = np.minimum(np.floor(place).astype(np.int64), length - 1)
    return before + 1, place - before
