"""Between: where the rows or columns of enlarged maps lie in those that they are made from."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray


class Between(NamedTuple):
    """For each row, or each column, of the output: where it lies in the input.

    Attributes:
        first: the row before it, int64.
        second: the row after it, int64; may be the same.
        share: how near the second is, from 0 to 1; float64.
    """

    first: NDArray[np.int64]
    second: NDArray[np.int64]
    share: NDArray[np.float64]

    @classmethod
    def of(cls, size: int, factor: int, mode: str, align_corners: bool) -> "Between":
        """Where the rows of an output lie that is `factor` times as large.

        Example:
            >>> Between.of(2, 2, "bilinear", align_corners=False).share
            array([0.  , 0.25, 0.75, 0.  ])
        """
        rows = np.arange(size * factor)
        place: Any
        if mode == "nearest":
            place = np.floor(rows / factor)
        elif align_corners:
            place = rows * ((size - 1) / max(size * factor - 1, 1))
        else:  # the middles of rows lie apart as in the input; none before the first
            place = np.clip((rows + 0.5) / factor - 0.5, 0, size - 1)
        first = np.minimum(place.astype(np.int64), size - 1)
        second = np.minimum(first + (mode == "bilinear"), size - 1)
        return cls(first, second, np.asarray(place - first, np.float64))
