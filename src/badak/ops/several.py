"""Questions about several arrays at once, such as all gradients of a network.

Arrays have any shapes, float32 or float64; ArgumentTypeError is raised for others.
"""

from collections.abc import Sequence
from types import ModuleType

import numpy as np

from badak.arrays import Array, as_floats
from badak.ops import edition


def first_not_finite(arrays: Sequence[Array]) -> int:
    """Return the index of the first array that holds NaN or infinity; -1 if all are finite.

    Example:
        >>> first_not_finite([np.ones(2), np.array([1.0, np.nan])])
        1
    """
    arrays = [as_floats(array, f"array {i}") for i, array in enumerate(arrays)]
    return int(_edition_for(arrays).first_not_finite(arrays))


def norm(arrays: Sequence[Array]) -> float:
    """Return the square root of the sum of the squares of all numbers in all arrays.

    Example:
        >>> norm([np.array([3.0]), np.array([4.0])])
        5.0
    """
    arrays = [as_floats(array, f"array {i}") for i, array in enumerate(arrays)]
    return float(_edition_for(arrays).norm(arrays))


def _edition_for(arrays: list[Array]) -> ModuleType:
    return edition.of(np.result_type(np.float32, *arrays))
