"""Half-width numbers: float32 as bfloat16 and back, to halve what travels.

bfloat16 has float32's range and 8 bits of precision: a gradient does not vanish, overflows only
above 3.38e38, and is rounded by at most 1 part in 256.
"""

import numpy as np
from numpy.typing import NDArray

from badak.arrays import Array


def to_half(array: Array) -> NDArray[np.uint16]:
    """Round float32 numbers to bfloat16, to nearest, ties to even; NaN and infinity stay.

    Returns:
        The upper halves of the numbers' bits, of the same shape.

    Example:
        >>> from_half(to_half(np.array([1.0, 0.1], np.float32)))
        array([1.        , 0.10009766], dtype=float32)
    """
    bits = array.view(np.uint32)
    rounded = ((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16).astype(np.uint16)
    # Rounding would turn a NaN with low bits alone into an infinity.
    odd = np.isnan(array)
    if odd.any():
        rounded[odd] = 0x7FC0
    return rounded


def from_half(half: NDArray[np.uint16]) -> Array:
    """Return bfloat16 numbers as float32, which is exact."""
    return (half.astype(np.uint32) << 16).view(np.float32)
