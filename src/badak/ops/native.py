"""The compiled edition, for float32: each op allocates its results and calls one kernel.

Same names and arguments as `badak.ops.reference`; arguments arrive checked and C-contiguous.
"""

import numpy as np

from badak import _core
from badak.arrays import Array
from badak.ops.reference import *  # noqa: F403  # until each has its kernel


def relu(x: Array) -> Array:
    """See the reference."""
    y = np.empty_like(x)
    _core.relu(x, y)
    return y


def relu_backward(grad_y: Array, y: Array) -> Array:
    """See the reference."""
    grad_x = np.empty_like(y)
    _core.relu_backward(grad_y, y, grad_x)
    return grad_x
