"""Dropout: document, check, hand on.

Both raise ArgumentTypeError for arguments of another type, and BadakError for p outside [0, 1] or
shapes that differ. The generator's type stands in quotes, since reading it imports numpy.random,
which takes time.
"""

import numpy as np

from badak import checks
from badak.arrays import Array, Mask, as_array, as_floats, check_shape
from badak.errors import ArgumentTypeError
from badak.ops import edition


def dropout(x: Array, p: float, generator: "np.random.Generator") -> tuple[Array, Mask]:
    """Zero each value with probability p and scale the rest by 1 / (1 - p), for training.

    Args:
        x: any shape, float32 or float64.
        p: share of values dropped, in [0, 1].
        generator: the source of random numbers; the only argument that changes.

    Returns:
        y like x, and the mask of what was kept, bool.

    Source: Srivastava et al. 2014, section 10 (inverted dropout); the book's chapter 6.4.

    Example:
        >>> y, mask = dropout(np.ones(4), 0.5, np.random.default_rng(1))
        >>> y, mask
        (array([2., 2., 0., 2.]), array([ True,  True, False,  True]))
    """
    x = as_floats(x, "x")
    p = checks.real(p, "p", minimum=0, maximum=1)
    if not isinstance(generator, np.random.Generator):
        raise ArgumentTypeError(f"generator must be a numpy.random.Generator; got {generator!r}")
    y, mask = edition.of(x.dtype).dropout(x, p, generator)
    return np.asarray(y), np.asarray(mask)  # arrays, even if x has no axes


def dropout_backward(grad_y: Array, mask: Mask, p: float) -> Array:
    """Gradient of `dropout` for its input, given its mask and p: ``grad_y / (1 - p)`` where kept.

    Example:
        >>> dropout_backward(np.ones(2), np.array([True, False]), 0.5)
        array([2., 0.])
    """
    grad_y = as_floats(grad_y, "grad_y")
    p = checks.real(p, "p", minimum=0, maximum=1)
    mask = as_array(mask, "mask")
    if mask.dtype != bool:
        raise ArgumentTypeError(f"mask must be bool; got {mask.dtype}")
    check_shape(mask, "mask", grad_y.shape)
    mask = np.require(mask, requirements=["C"])
    grad_x: Array = edition.of(grad_y.dtype).dropout_backward(grad_y, mask, p)
    return grad_x
