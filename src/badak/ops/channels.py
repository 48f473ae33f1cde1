"""concat, channel_slice and channel_shuffle: document, check, hand on.

Arrays are (N, C, ...), float32 or float64: maps, or rows of numbers. All raise ArgumentTypeError
for arrays that are not floats or dtypes that differ, and BadakError for shapes that do not match or
an argument out of range. Two need no backward of their own: the gradient of a concat is sliced, and
that of a shuffle of G groups is shuffled in C / G groups.
"""

from badak import checks
from badak.arrays import Array, Shape, as_floats, check_shape
from badak.errors import BadakError
from badak.ops import edition
from badak.ops.flatten import checked_shape


def concat(x: Array, other: Array) -> Array:
    """The channels of two arrays, one after another.

    Args:
        x: (N, C1, ...).
        other: (N, C2, ...) of the same dtype; the other axes are x's.

    Returns:
        (N, C1 + C2, ...).

    Example:
        >>> import numpy as np
        >>> concat(np.array([[1.0, 2.0]]), np.array([[3.0]]))
        array([[1., 2., 3.]])
    """
    x = _with_channels(x, "x")
    other = as_floats(other, "other", x.ndim, x.dtype)
    check_shape(other, "other", (len(x), None, *x.shape[2:]))
    checks.memory(x.nbytes + other.nbytes, "the channels together")
    y: Array = edition.of(x.dtype).concat(x, other)
    return y


def channel_slice(x: Array, start: int, stop: int) -> Array:
    """The channels from `start` up to, not with, `stop`.

    Args:
        x: (N, C, ...).
        start: the first channel, from 0.
        stop: the one after the last, up to C.

    Returns:
        (N, stop - start, ...).

    Example:
        >>> import numpy as np
        >>> channel_slice(np.array([[1.0, 2.0, 3.0]]), 1, 3)
        array([[2., 3.]])
    """
    x = _with_channels(x, "x")
    start, stop = checked_range(start, stop, x.shape[1])
    y: Array = edition.of(x.dtype).channel_slice(x, start, stop)
    return y


def channel_slice_backward(grad_y: Array, input_shape: Shape, start: int, stop: int) -> Array:
    """Gradient of `channel_slice` for its input: 0 for all other channels.

    Example:
        >>> import numpy as np
        >>> channel_slice_backward(np.array([[5.0]]), (1, 3), 1, 2)
        array([[0., 5., 0.]])
    """
    grad_y = _with_channels(grad_y, "grad_y")
    shape = checked_shape(input_shape)
    if len(shape) < 2:
        raise BadakError(f"input_shape must be (N, C, ...); got {shape}")
    start, stop = checked_range(start, stop, shape[1])
    check_shape(grad_y, "grad_y", (shape[0], stop - start, *shape[2:]))
    checks.array_memory(shape, grad_y.itemsize, "the gradient")
    grad_x: Array = edition.of(grad_y.dtype).channel_slice_backward(grad_y, shape, start, stop)
    return grad_x


def channel_shuffle(x: Array, groups: int) -> Array:
    """Channels in another order: the first of each group, then the second of each, and so on.

    So that the next grouped convolution sees channels of all groups (Zhang et al. 2017,
    *ShuffleNet*, figure 1).

    Args:
        x: (N, C, ...).
        groups: G, how many groups of neighbouring channels there are; it must divide C.

    Returns:
        Array like x.

    Example:
        >>> import numpy as np
        >>> channel_shuffle(np.array([[1.0, 2.0, 3.0, 10.0, 20.0, 30.0]]), 2)
        array([[ 1., 10.,  2., 20.,  3., 30.]])
    """
    x = _with_channels(x, "x")
    checks.integer(groups, "groups", minimum=1)
    if x.shape[1] % groups:
        raise BadakError(f"groups must divide {x.shape[1]} channels; got {groups}")
    y: Array = edition.of(x.dtype).channel_shuffle(x, groups)
    return y


def checked_range(start: int, stop: int, channels: int) -> tuple[int, int]:
    """Return the borders of a slice of at least one of `channels` channels.

    Raises:
        ArgumentTypeError: a border that is not an integer.
        BadakError: no such channels.

    Example:
        >>> checked_range(2, 9, 4)
        Traceback (most recent call last):
        badak.errors.BadakError: stop must be at most 4, the number of channels; got 9
    """
    start = checks.integer(start, "start")
    stop = checks.integer(stop, "stop")
    if stop <= start:
        raise BadakError(f"stop must be above start {start}; got {stop}")
    if stop > channels:
        raise BadakError(f"stop must be at most {channels}, the number of channels; got {stop}")
    return start, stop


def _with_channels(x: Array, name: str) -> Array:
    x = as_floats(x, name)
    if x.ndim < 2 or 0 in x.shape[1:]:
        raise BadakError(f"{name} must be (N, C, ...), empty in no axis but N; got {x.shape}")
    return x
