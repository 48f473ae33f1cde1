"""Where windows lie: the inputs under a place, and the places whose windows lie over an input."""

from collections.abc import Sequence

import numpy as np

from badak.arrays import Indices, Shape
from badak.inspect.follow.grid import Box, Grid
from badak.ops.window import Pair, Window


def under(window: Window, size: Pair, place: Sequence[int], channels: Indices) -> Grid:
    """The inputs of maps of a size that lie under the window at a place.

    Example:
        >>> grid = under(Window.of(3, stride=2, padding=1), (9, 9), (0, 2), np.arange(4))
        >>> grid.axes[1], grid.axes[2], grid.shape
        (array([-1,  0,  1]), array([3, 4, 5]), (4, 3, 3))
    """
    sides, kernel = window.sides(*size), [np.arange(cells) for cells in window.kernel]
    rows, columns = (
        place[axis] * window.stride[axis] - sides[axis][0] + window.dilation[axis] * kernel[axis]
        for axis in (0, 1)
    )
    return Grid((channels, rows, columns), (kernel[0], kernel[1]))


def over(window: Window, size: Pair, places: Pair, spot: Sequence[int], channels: Indices) -> Grid:
    """The places whose windows lie over one spot of maps of a size, in order.

    Example:
        >>> grid = over(Window.of(3, stride=2, padding=1), (9, 9), (5, 5), (1, 4), np.arange(1))
        >>> grid.axes[1], grid.kernel[0], grid.axes[2], grid.kernel[1]
        (array([0, 1]), array([2, 0]), array([2]), array([1]))
    """
    sides, axes, kernels = window.sides(*size), [], []
    for axis in (0, 1):
        cells = np.arange(window.kernel[axis])[::-1]
        start = spot[axis] + sides[axis][0] - window.dilation[axis] * cells
        place = start // window.stride[axis]
        there = (start % window.stride[axis] == 0) & (place >= 0) & (place < places[axis])
        axes.append(place[there])
        kernels.append(cells[there])
    return Grid((channels, *axes), (kernels[0], kernels[1]))


def box_under(window: Window, size: Pair, box: Box, channels: Pair) -> Box:
    """The box of inputs under the windows of a box of places."""
    sides, spans = window.sides(*size), []
    for axis, (first, stop) in enumerate(box[1:]):
        start, before = first * window.stride[axis], sides[axis][0]
        last = (stop - 1) * window.stride[axis] + window.covers[axis]
        spans.append((start - before, last - before))
    return (channels, *spans)


def box_over(window: Window, size: Pair, box: Box, channels: Pair) -> Box:
    """The box of places whose windows lie over a box of maps of a size.

    Example:
        >>> box_over(Window.of(3, stride=2), (9, 9), ((0, 1), (2, 3), (0, 9)), (0, 4))
        ((0, 4), (0, 2), (-1, 5))
    """
    sides, spans = window.sides(*size), []
    for axis, (first, stop) in enumerate(box[1:]):
        before, stride = sides[axis][0], window.stride[axis]
        start = -((window.covers[axis] - 1 - first - before) // stride)  # rounded up
        spans.append((start, (stop - 1 + before) // stride + 1))
    return (channels, *spans)


def size_of(shape: Shape) -> Pair:
    """(C, H, W) -> (H, W)."""
    return shape[1], shape[2]
