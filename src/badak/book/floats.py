"""One float dtype for all arguments of a layer of the book."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from badak.arrays import Array


def floats(*values: ArrayLike) -> list[Array]:
    """Return arrays of one dtype, as NumPy's own arithmetic would: float64 beside float32.

    The ops take float32 and float64, so integers become float64 and half floats float32. Python's
    own numbers take the dtype of the arrays beside them.

    Example:
        >>> x, weight = floats(np.ones(2, np.float32), np.ones(3))
        >>> x.dtype, weight.dtype
        (dtype('float64'), dtype('float64'))
    """
    arrays = [value if isinstance(value, (int, float)) else np.asarray(value) for value in values]
    common = np.result_type(*arrays)
    dtype: Any = np.float32 if common in (np.float16, np.float32) else np.float64
    return [np.asarray(array).astype(dtype, copy=False) for array in arrays]
