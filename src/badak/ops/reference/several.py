"""Questions about several arrays at once."""

import math
from collections.abc import Sequence

import numpy as np

from badak.arrays import Array


def first_not_finite(arrays: Sequence[Array]) -> int:
    """Which of the arrays is the first with NaN or infinity; -1 if none."""
    return next((i for i, array in enumerate(arrays) if not np.isfinite(array).all()), -1)


def norm(arrays: Sequence[Array]) -> float:
    """The square root of the sum of all squares; not finite if a number is not."""
    peaks = [float(np.abs(array).max(initial=0)) for array in arrays]  # NaN if it has one
    largest = max(peaks, default=0.0)
    if not all(math.isfinite(peak) for peak in peaks):
        return math.nan
    if not largest:
        return 0.0
    # Divide by the largest value first: float32 cannot hold the squares of 1e25 or 1e-30.
    return largest * math.sqrt(sum(float(np.square(array / largest).sum()) for array in arrays))
