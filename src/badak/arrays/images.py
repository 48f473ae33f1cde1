"""The one door through which images enter badak.

Letters: N images, C channels, H rows, W columns.
"""

import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from badak import checks
from badak.arrays.convert import InBlocks, as_array
from badak.arrays.floats import check_shape, is_finite
from badak.arrays.types import FLOATS, Images
from badak.errors import ArgumentTypeError, BadakError

# Beyond the usual scales of floats (0 to 1, or mean 0 and deviation 1), but well within 0..255.
FARTHEST = 32


def as_images(
    value: ArrayLike,
    shape: Sequence[int | None] = (None, None, None),
    dtype: np.dtype[Any] | type[Any] = np.float32,
    name: str = "images",
) -> Images:
    """Return images as finite floats (N, C, H, W): the one door through which they enter badak.

    Args:
        value: (N, C, H, W) float32 or float64, or uint8 in 0..255, which is scaled to [0, 1].
            NumPy, anything with ``__array__`` or ``__dlpack__``, or nested lists.
        shape: the (C, H, W) they must have; None allows any length.
        dtype: the float dtype to return.
        name: what the message calls them.

    Raises:
        ArgumentTypeError: not an array of uint8 or floats.
        BadakError: a different shape, an axis of length 0 (other than N), NaN or infinity.

    Example:
        >>> as_images(np.full((1, 1, 2, 2), 255, np.uint8))[0, 0, 0]
        array([1., 1.], dtype=float32)
    """
    array = as_array(value, name)
    is_bytes = array.dtype == np.uint8
    if not is_bytes and array.dtype.type not in FLOATS:
        raise ArgumentTypeError(
            f"{name} must be float32 or float64, or uint8 in 0..255; got {array.dtype}"
        )
    check_layout(array, name, shape)
    check_shape(array, name, (None, *shape))
    if 0 in array.shape[1:]:
        raise BadakError(f"{name} must have no empty axis; got {array.shape}")
    if array.dtype != dtype or not array.flags.c_contiguous:
        checks.array_memory(array.shape, np.dtype(dtype).itemsize, name)
    if is_bytes:  # a 255th is always finite
        return scaled(array, np.empty(array.shape, dtype))
    with np.errstate(over="ignore"):  # a float64 too large for float32 is caught below
        array = np.ascontiguousarray(array, dtype=dtype)
    if not is_finite(array):
        first = int(np.argmin(np.isfinite(array).reshape(len(array), -1).all(axis=1)))
        raise BadakError(f"{name} must be finite; image {first} holds NaN or infinity")
    return array


def scaled(images: NDArray[Any], out: NDArray[Any]) -> Images:
    """Write images to `out` as floats: uint8 in 0..255 scaled to [0, 1], floats as they are.

    Example:
        >>> scaled(np.array([0, 255], np.uint8), np.empty(2))
        array([0., 1.])
    """
    if images.dtype == np.uint8:
        np.divide(images, 255, out=out, dtype=out.dtype)
    else:
        with np.errstate(over="ignore"):  # too large for float32: infinite, which callers refuse
            out[...] = images
    return out


def check_layout(array: NDArray[Any] | InBlocks, name: str, shape: Sequence[int | None]) -> None:
    """Refuse images of the right size whose channels come last.

    Example:
        >>> check_layout(np.zeros((5, 28, 24, 1)), "images", (1, 28, 24))
        Traceback (most recent call last):
        badak.errors.BadakError: images must be (N, C, H, W), here (N, 1, 28, 24); got ...
    """
    fits = array.shape[1:] == tuple(shape)
    if array.ndim == 4 and not fits and (*array.shape[3:], *array.shape[1:3]) == tuple(shape):
        raise BadakError(
            f"{name} must be (N, C, H, W), here (N, {', '.join(map(str, shape))}); got "
            f"{array.shape}, channels last as in Keras: pass {name}.transpose(0, 3, 1, 2)"
        )


def warn_of_odd_images(value: ArrayLike, name: str = "images", stacklevel: int = 3) -> None:
    """Warn if images can be used but probably mean something else.

    These are floats of 0..255, which learn badly; uint8 of 0 and 1, which become nearly 0 when they
    are scaled; and channels last, which are read as many channels of very narrow images.

    Args:
        value: the images as the caller passed them.
        name: what the warning calls them.
        stacklevel: as for `warnings.warn`; 3 is the caller of the function that calls this one.

    Example:
        >>> import warnings
        >>> with warnings.catch_warnings(record=True) as caught:
        ...     warnings.simplefilter("always")
        ...     warn_of_odd_images(np.full((2, 1, 4, 4), 200.0))
        >>> print(caught[0].message)
        images reach 200; networks learn best from about 0 to 1: pass images / 255
    """
    array = as_array(value, name)
    if array.ndim == 4 and array.shape[3] in (1, 3, 4) and min(array.shape[1:3]) > 4:
        c, h, w = array.shape[1:]
        warnings.warn(
            f"{name} {array.shape} are read as (N, C, H, W): {c} channels of {h}x{w} pixels; if "
            f"channels are last, as in Keras, pass {name}.transpose(0, 3, 1, 2)",
            stacklevel=stacklevel,
        )
    if array.size == 0:
        return
    if array.dtype == np.uint8:
        if array.max() == 1:
            warnings.warn(
                f"{name} are uint8 of 0 and 1, and uint8 is divided by 255: pass "
                f"{name}.astype(np.float32)",
                stacklevel=stacklevel,
            )
    elif (farthest := max(abs(float(array.max())), abs(float(array.min())))) > FARTHEST:
        warnings.warn(
            f"{name} reach {farthest:g}; networks learn best from about 0 to 1: pass {name} / 255",
            stacklevel=stacklevel,
        )
