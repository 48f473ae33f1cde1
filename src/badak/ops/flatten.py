"""flatten and its backward: no arithmetic, so no edition."""

import math
from collections.abc import Sequence

from badak import checks
from badak.arrays import Array, Shape, as_floats, check_shape
from badak.errors import ArgumentTypeError, BadakError


def flatten(x: Array) -> Array:
    """Lay each image's values out in a row: (N, ...) -> (N, D), in place if it is contiguous.

    Raises:
        ArgumentTypeError: no floats.
        BadakError: no axis.

    Example:
        >>> import numpy as np
        >>> flatten(np.ones((2, 3, 4, 5))).shape
        (2, 60)
    """
    x = as_floats(x, "x")
    if x.ndim < 1:
        raise BadakError("x must have at least one axis; got a single number")
    return x.reshape(len(x), math.prod(x.shape[1:]))


def flatten_backward(grad_y: Array, input_shape: Shape) -> Array:
    """The gradient in the input's shape: (N, D) -> input_shape.

    Raises:
        ArgumentTypeError: input_shape is not a shape.
        BadakError: a gradient of another size.

    Example:
        >>> import numpy as np
        >>> flatten_backward(np.ones((2, 60)), (2, 3, 4, 5)).shape
        (2, 3, 4, 5)
    """
    grad_y = as_floats(grad_y, "grad_y", 2)
    shape = checked_shape(input_shape)
    check_shape(grad_y, "grad_y", (shape[0], math.prod(shape[1:])))
    return grad_y.reshape(shape)


def checked_shape(input_shape: Shape) -> tuple[int, ...]:
    """Return the shape of a backward's input as Python ints.

    Raises:
        ArgumentTypeError: it is not a shape.

    Example:
        >>> checked_shape([2, 60])
        (2, 60)
    """
    if not isinstance(input_shape, Sequence) or not input_shape:
        raise ArgumentTypeError(f"input_shape must be the input's (N, ...); got {input_shape!r}")
    return tuple(checks.integer(size, "input_shape") for size in input_shape)
