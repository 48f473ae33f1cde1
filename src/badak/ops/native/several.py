"""Questions about several arrays at once; the kernels write the answer into an array of one."""

from collections.abc import Sequence

import numpy as np

from badak import _core
from badak.arrays import Array


def first_not_finite(arrays: Sequence[Array]) -> int:
    first = np.empty(1, np.int64)
    _core.first_not_finite(arrays, first)
    return int(first[0])


def norm(arrays: Sequence[Array]) -> float:
    result = np.empty(1)
    _core.norm(arrays, result)
    return float(result[0])
