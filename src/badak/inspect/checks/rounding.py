"""Round float32 to float16, bfloat16 or int8 and back: what a number becomes when stored so."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from badak.arrays import Array


def round_float16(x: Array) -> Array:
    """Round to the nearest float16: 11 binary digits, magnitudes 6e-8 to 65504, infinite beyond.

    Example:
        >>> round_float16(np.float32([1.0004, 1.0006, 65520])).tolist()
        [1.0, 1.0009765625, inf]
    """
    with np.errstate(over="ignore"):
        return np.asarray(x, np.float32).astype(np.float16).astype(np.float32)


def round_bfloat16(x: Array) -> Array:
    """Round to the nearest bfloat16: 8 binary digits, and float32's range.

    A bfloat16 is the upper half of a float32's bits. Adding 0x7FFF, just below half of the lower
    half's range, carries into the upper half if the lower half is above its middle. One more is
    added if the upper half is odd, so that a number in the middle goes to the even neighbour.

    What rounds beyond 3.39e38 becomes infinite, and NaN stays NaN.

    Example:
        >>> round_bfloat16(np.float32([1.003, 1.00390625, 1.01171875])).tolist()  # two are halfway
        [1.0, 1.0, 1.015625]
    """
    bits = np.asarray(x, np.float32).view(np.uint32)
    odd = (bits >> 16) & 1
    # uint32 wraps around only for NaN, which is restored below.
    rounded = ((bits + (0x7FFF + odd)) & 0xFFFF0000).astype(np.uint32)
    return np.where(np.isnan(x), np.float32(np.nan), rounded.view(np.float32))


def int8_scale(x: Array) -> float:
    """Return the step for which -127..127 covers an array: its largest value / 127; 1 for zeros.

    Example:
        >>> int8_scale(np.array([-254.0, 3.0]))
        2.0
    """
    return float(np.abs(x).max(initial=0.0)) / 127 or 1.0


def to_int8(x: Array, scale: float) -> NDArray[np.int8]:
    """Return the nearest multiples of `scale`, -127..127, as int8; halves are rounded to even.

    Example:
        >>> to_int8(np.array([-999.0, 5.0, 7.0]), 2.0)
        array([-127,    2,    4], dtype=int8)
    """
    steps: Any = np.clip(np.rint(np.asarray(x, np.float64) / scale), -127, 127)
    return np.asarray(steps, np.int8)


def round_int8(x: Array, scale: float) -> Array:
    """Round to the nearest step and back to float32.

    NaN stays NaN, though int8 has none: 0 would hide it.

    Example:
        >>> round_int8(np.float32([-999.0, 5.0, 7.0]), 2.0).tolist()
        [-254.0, 4.0, 8.0]
    """
    missing = np.isnan(x)
    rounded = to_int8(np.where(missing, 0, x), scale) * np.float64(scale)
    return np.where(missing, np.nan, rounded).astype(np.float32)
