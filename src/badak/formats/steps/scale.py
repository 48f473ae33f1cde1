"""Real numbers as 8-bit integers: real = step * (q - zero), q in -128..127.

Sums are 32-bit integers, brought to the output's scale by a 31-bit factor and a shift: Jacob et al.
2018, *Quantization and training of neural networks for efficient integer-arithmetic-only
inference*, sections 2.1 to 2.4.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from badak.arrays import Array

Integers = NDArray[np.integer[Any]]
LOW, HIGH = -128, 127


class Scale(NamedTuple):
    """real = step * (q - zero)."""

    step: float
    zero: int

    def real(self, q: Integers) -> Array:
        """The float32 numbers that integers represent, computed as C computes them."""
        return (q.astype(np.float32) - np.float32(self.zero)) * np.float32(self.step)


class Scales(NamedTuple):
    """What must be known to turn a step into integers.

    Attributes:
        inputs: the scale of each value it reads.
        range: the smallest and the largest number of its output.
        last: whether its output is the network's, which may stay float.
    """

    inputs: tuple[Scale, ...]
    range: tuple[float, float]
    last: bool

    @property
    def output(self) -> Scale:
        """The scale for the output's range."""
        return scale_of(*self.range)


def scale_of(low: float, high: float) -> Scale:
    """The scale whose 256 steps span low to high, 0 among them.

    Example:
        >>> scale_of(0.0, 2.55).zero, round(scale_of(-1.0, 1.55).step, 4)
        (-128, 0.01)
    """
    low, high = min(low, 0.0), max(high, 0.0)
    step = (high - low) / (HIGH - LOW) or 1.0
    return Scale(step, int(np.clip(round(LOW - low / step), LOW, HIGH)))


def single(value: float) -> float:
    """The value rounded to float32, with which C computes."""
    return float(np.float32(value))


def factor_of(ratio: NDArray[np.float64]) -> tuple[NDArray[np.int32], NDArray[np.uint8]]:
    """Write ratios above 0 as factor / 2^shift, the factor below 2^31, the shift in 1..62.

    Example:
        >>> factor, shift = factor_of(np.array([0.75]))
        >>> (factor / 2.0**shift).tolist()
        [0.75]
    """
    _, exponent = np.frexp(ratio)  # ratio = m * 2^exponent, m in [0.5, 1)
    shift = np.clip(31 - exponent, 1, 62)
    factor = np.clip(np.rint(np.ldexp(ratio, shift)), 0, 2**31 - 1)
    return factor.astype(np.int32), shift.astype(np.uint8)


def clipped(values: Any) -> Integers:
    """The values as 8-bit integers, limited to their range."""
    q: Integers = np.clip(values, LOW, HIGH).astype(np.int8)
    return q


def rounded(values: Integers, shift: Any) -> Integers:
    """Values / 2^shift, rounded to the nearest integer, halves away from zero.

    Example:
        >>> rounded(np.array([5, 6, -6]), 2).tolist()
        [1, 2, -2]
    """
    half = np.int64(1) << (np.int64(shift) - 1)
    quotients: Integers = np.sign(values) * ((np.abs(values) + half) >> np.int64(shift))
    return quotients
