"""Names for the types of arrays that travel through badak."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

FLOATS = (np.float32, np.float64)
REAL = "biuf"  # kinds of dtypes: bool, integers and floats

Array = NDArray[np.floating[Any]]
Images = NDArray[np.floating[Any]]
Labels = NDArray[np.int64]
Indices = NDArray[np.int64]
Mask = NDArray[np.bool_]
Shape = tuple[int, ...]
