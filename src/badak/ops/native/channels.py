"""concat, channel_slice and channel_shuffle: rows copied, some numbers of each image at a time."""

import math

import numpy as np

from badak import _core
from badak.arrays import Array, Shape


def concat(x: Array, other: Array) -> Array:
    y = np.empty((len(x), x.shape[1] + other.shape[1], *x.shape[2:]), np.float32)
    first, second = (math.prod(part.shape[1:]) for part in (x, other))
    whole = first + second
    _core.copy_rows(x, y, (0, 0, len(x), 1, first, first, 0, whole, 0))
    _core.copy_rows(other, y, (0, first, len(x), 1, second, second, 0, whole, 0))
    return y


def channel_slice(x: Array, start: int, stop: int) -> Array:
    y = np.empty((len(x), stop - start, *x.shape[2:]), np.float32)
    each = math.prod(x.shape[2:])
    whole, part = x.shape[1] * each, (stop - start) * each
    _core.copy_rows(x, y, (start * each, 0, len(x), 1, part, whole, 0, part, 0))
    return y


def channel_slice_backward(grad_y: Array, input_shape: Shape, start: int, stop: int) -> Array:
    """The zeros are written once: a recorded call leaves them as they are."""
    grad_x = np.zeros(input_shape, np.float32)
    each = math.prod(input_shape[2:])
    whole, part = input_shape[1] * each, (stop - start) * each
    _core.copy_rows(grad_y, grad_x, (0, start * each, len(grad_y), 1, part, part, 0, whole, 0))
    return grad_x


def channel_shuffle(x: Array, groups: int) -> Array:
    """One call for each group: its channels go to every `groups`-th place."""
    y = np.empty_like(x)
    each, members = math.prod(x.shape[2:]), x.shape[1] // groups
    whole = x.shape[1] * each
    for group in range(groups):
        begin = group * members * each, group * each
        rows = (len(x), members, each, whole, each, whole, groups * each)
        _core.copy_rows(x, y, (*begin, *rows))
    return y
