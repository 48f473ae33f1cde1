"""concat, channel_slice and channel_shuffle.

N images, C channels; G groups.
"""

import numpy as np

from badak.arrays import Array, Shape


def concat(x: Array, other: Array) -> Array:
    """The channels of both: (N, C1, ...) and (N, C2, ...) -> (N, C1 + C2, ...)."""
    return np.concatenate([x, other], axis=1)


def channel_slice(x: Array, start: int, stop: int) -> Array:
    """Some channels: (N, C, ...) -> (N, stop - start, ...)."""
    return x[:, start:stop].copy()


def channel_slice_backward(grad_y: Array, input_shape: Shape, start: int, stop: int) -> Array:
    """The gradient in its place among zeros: (N, stop - start, ...) -> (N, C, ...)."""
    grad_x = np.zeros(input_shape, grad_y.dtype)
    grad_x[:, start:stop] = grad_y
    return grad_x


def channel_shuffle(x: Array, groups: int) -> Array:
    """A transposed table of channels: (N, G, C/G, ...) -> (N, C/G, G, ...)."""
    n, c = x.shape[:2]
    table = x.reshape(n, groups, c // groups, *x.shape[2:])
    return np.array(table.swapaxes(1, 2), order="C").reshape(x.shape)
