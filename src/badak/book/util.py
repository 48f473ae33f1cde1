"""smooth_curve, shuffle_dataset and conv_output_size as in the book's common/util.py."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from badak.arrays import Array
from badak.errors import BadakError

# Steps that each point of a smooth curve averages, weighted by a Kaiser window.
WINDOW = 11
BETA = 2


def smooth_curve(x: ArrayLike) -> Array:
    """Return the weighted mean of 11 neighbours at each of n values, for plots (chapter 6.1.8).

    (n,) -> (n,), n at least 11. The curve is mirrored at its ends.

    Raises:
        BadakError: fewer than 11 values.

    Example:
        >>> round(float(smooth_curve([1.0] * 5 + [2.0] + [1.0] * 5).max()), 2)
        1.12
    """
    curve = np.asarray(x)
    if curve.ndim != 1 or len(curve) < WINDOW:
        raise BadakError(f"x must be a list of at least {WINDOW} values; got {curve.shape}")
    # The book mirrors the end with the last value twice, the start with the first value once.
    mirrored = np.concatenate([curve[WINDOW - 1 : 0 : -1], curve, curve[:-WINDOW:-1]])
    weights = np.kaiser(WINDOW, BETA)
    smooth = np.convolve(weights / weights.sum(), mirrored, mode="valid")  # (n + 10,)
    half = WINDOW // 2
    return smooth[half:-half]


def shuffle_dataset(x: Array, t: Array) -> tuple[Array, Any]:
    """Return images and labels in one new random order, from NumPy's generator (chapter 6.5).

    x is (N, ...), t (N, ...). Both results are copies. `np.random.seed` determines the order.

    Raises:
        BadakError: there are not as many labels as images.

    Example:
        >>> np.random.seed(0)
        >>> shuffle_dataset(np.array([[1.0], [2.0], [3.0]]), np.array([1, 2, 3]))[1]
        array([3, 2, 1])
    """
    if len(x) != len(t):
        raise BadakError(f"x and t must have one length; got {len(x)} and {len(t)}")
    order = np.random.permutation(len(x))
    return x[order], t[order]


def conv_output_size(input_size: int, filter_size: int, stride: int = 1, pad: int = 0) -> float:
    """Return (input_size + 2 * pad - filter_size) / stride + 1 (chapter 7.2.4).

    A fraction says that the last window does not fit; the layers round down.

    Example:
        >>> conv_output_size(28, 5, pad=2), conv_output_size(7, 2, stride=2)
        (28.0, 3.5)
    """
    return (input_size + 2 * pad - filter_size) / stride + 1
