"""What every op of one array does: check, and hand on to the edition that runs."""

import numpy as np

from badak.arrays import Array, as_floats, check_shape
from badak.ops import edition


def pointwise(name: str, x: Array, *options: float | str) -> Array:
    """Return what the op of this name makes of x; see `badak.ops.activation`."""
    x = as_floats(x, "x")
    return np.asarray(getattr(edition.of(x.dtype), name)(x, *options))


def pointwise_backward(
    name: str, grad_y: Array, array: Array, *options: float | str, saved: str = "x"
) -> Array:
    """Return what the backward of this name makes of grad_y and what forward saved: x or y."""
    grad_y, array = saved_pair(grad_y, array, saved)
    return np.asarray(getattr(edition.of(grad_y.dtype), name)(grad_y, array, *options))


def saved_pair(grad_y: Array, saved: Array, name: str) -> tuple[Array, Array]:
    """Return a gradient and the array that forward saved, both of one shape and dtype."""
    saved = as_floats(saved, name)
    grad_y = as_floats(grad_y, "grad_y", dtype=saved.dtype)
    check_shape(grad_y, "grad_y", saved.shape)
    return grad_y, saved
