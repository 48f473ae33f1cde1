"""add and scale: document, check, hand on.

x may have any shape, float32 or float64; the result is like it. Neither needs a backward of its
own: the gradient of a sum is the gradient of both its terms, and the gradient of a scaled array is
scaled alike. Both raise ArgumentTypeError for arrays that are not floats, or dtypes that differ,
and BadakError for shapes that differ, or a factor that is not a finite number.
"""

import numpy as np

from badak import checks
from badak.arrays import Array, as_floats, check_shape
from badak.ops import edition


def add(x: Array, other: Array) -> Array:
    """The sum of two arrays, value by value (He et al. 2016, equation 1).

    Example:
        >>> add(np.array([1.0, 2.0]), np.array([3.0, -2.0]))
        array([4., 0.])
    """
    x = as_floats(x, "x")
    other = as_floats(other, "other", dtype=x.dtype)
    check_shape(other, "other", x.shape)
    return np.asarray(edition.of(x.dtype).add(x, other))


def scale(x: Array, factor: float) -> Array:
    """Every value times one number.

    Example:
        >>> scale(np.array([1.0, -2.0]), 0.5)
        array([ 0.5, -1. ])
    """
    x = as_floats(x, "x")
    factor = checks.real(factor, "factor")
    return np.asarray(edition.of(x.dtype).scale(x, factor))
