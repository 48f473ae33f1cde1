"""Array type names, and the one door through which images and labels enter.

Letters: N images, C channels, H rows, W columns, K classes.
"""

import sys
import warnings
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from badak import checks
from badak.errors import ArgumentTypeError, BadakError

FLOATS = (np.float32, np.float64)
REAL = "biuf"  # kinds of dtypes: bool, integers and floats

# Beyond the usual scales of floats (0 to 1, or mean 0 and deviation 1), but well within 0..255.
FARTHEST = 32

# DLPack's numbers (dlpack.h, DLDeviceType). Host memory: the CPU's, and what CUDA and ROCm pin.
HOST_MEMORY = (1, 3, 11)
DEVICES = {2: "CUDA", 4: "OpenCL", 7: "Vulkan", 8: "Metal", 10: "ROCm", 13: "CUDA managed"}

Array = NDArray[np.floating[Any]]
Images = NDArray[np.floating[Any]]
Labels = NDArray[np.int64]
Indices = NDArray[np.int64]
Mask = NDArray[np.bool_]
Shape = tuple[int, ...]


def as_array(value: ArrayLike, name: str) -> NDArray[Any]:
    """Return any array-like (NumPy, DLPack, nested lists) as a NumPy array of native byte order.

    Args:
        value: an array, a tensor on the CPU, or nested sequences of equal lengths.
        name: what the message calls it.

    Returns:
        The array; the same memory where that is possible.

    Raises:
        ArgumentTypeError: it cannot be read as an array of numbers.

    Example:
        >>> as_array([[1, 2], [3]], "images")
        Traceback (most recent call last):
        badak.errors.ArgumentTypeError: images cannot be read as an array: ...
    """
    refuse_pictures(value, name)
    if isinstance(value, np.ma.MaskedArray):
        raise ArgumentTypeError(f"{name} is a masked array; fill it first, e.g. {name}.filled(0)")
    try:
        foreign = not isinstance(value, np.ndarray) and hasattr(value, "__dlpack__")
        array = _tensor(value, name) if foreign else np.asarray(value)
    except ArgumentTypeError:
        raise
    except Exception as fault:  # other libraries' tensors raise what they like
        raise ArgumentTypeError(f"{name} cannot be read as an array: {fault}") from None
    if array.dtype.kind not in REAL:
        raise ArgumentTypeError(f"{name} must hold real numbers; got dtype {array.dtype}")
    if not array.dtype.isnative:
        checks.memory(array.nbytes, name)
    return array.astype(array.dtype.newbyteorder("="), copy=False)


def refuse_pictures(value: object, name: str) -> None:
    """Refuse Pillow images: NumPy sees neither their orientation nor their palette or background.

    Raises:
        ArgumentTypeError: a Pillow image, or a list of them; `badak.data` makes arrays of them.

    Example:
        >>> from PIL import Image
        >>> refuse_pictures([Image.new("P", (28, 28))], "images")
        Traceback (most recent call last):
        badak.errors.ArgumentTypeError: images must be arrays; got a Pillow image: ...
    """
    pillow = sys.modules.get("PIL.Image")
    if pillow is None:
        return
    members = value if isinstance(value, (list, tuple)) else [value]
    if any(isinstance(member, pillow.Image) for member in members):
        raise ArgumentTypeError(
            f"{name} must be arrays; got a Pillow image: badak.data.read_image(image, shape) "
            "makes an array of it, as of a file"
        )


def _tensor(value: Any, name: str) -> NDArray[Any]:
    """Return another library's tensor through DLPack; its memory is shared, not copied.

    Raises:
        ArgumentTypeError: it wants a gradient, lies in a GPU, or is of a type that NumPy lacks.
    """
    if getattr(value, "requires_grad", False):
        raise ArgumentTypeError(
            f"{name} require gradients, which end where badak begins: pass {name}.detach()"
        )
    device, _ = value.__dlpack_device__()
    if device not in HOST_MEMORY:
        raise ArgumentTypeError(
            f"{name} lie in another device's memory ({DEVICES.get(device, device)}): copy them to "
            f"the CPU first, e.g. {name}.cpu() in PyTorch, {name}.get() in CuPy"
        )
    try:
        return np.from_dlpack(value)
    except Exception as fault:  # bfloat16 and its like, sparse layouts
        kind = getattr(value, "dtype", "of an unknown dtype")
        raise ArgumentTypeError(
            f"{name} ({kind}) cannot be read as an array: {fault}; pass a dense float32 tensor"
        ) from None


def as_floats(
    value: ArrayLike, name: str, ndim: int | None = None, dtype: np.dtype[Any] | None = None
) -> Array:
    """Return `value` as a C-contiguous float32 or float64 array, for an op.

    Args:
        value: the array.
        name: what the message calls it.
        ndim: how many axes it must have.
        dtype: the dtype it must have, where another array decided that.

    Returns:
        The array; a copy only where its memory is not C-contiguous or not of native byte order.

    Raises:
        ArgumentTypeError: its dtype is not float32 or float64, or not `dtype`.
        BadakError: it has another number of axes.

    Example:
        >>> as_floats(np.arange(3), "x")
        Traceback (most recent call last):
        badak.errors.ArgumentTypeError: x must be float32 or float64; got int64: ...
    """
    array = as_array(value, name)
    if array.dtype.type not in FLOATS:
        raise ArgumentTypeError(
            f"{name} must be float32 or float64; got {array.dtype}: "
            f"convert it, e.g. {name}.astype(np.float32)"
        )
    if dtype is not None and array.dtype != dtype:
        raise ArgumentTypeError(f"{name} must be {dtype} like the rest; got {array.dtype}")
    if ndim is not None and array.ndim != ndim:
        raise BadakError(f"{name} must have {ndim} axes; got shape {array.shape}")
    if not (array.flags.c_contiguous and array.flags.aligned):
        checks.memory(array.nbytes, name)  # a broadcast view can be far larger than its memory
    return np.require(array, requirements=["C", "A"])


def check_shape(array: NDArray[Any], name: str, expected: Sequence[int | None]) -> None:
    """Refuse an array whose shape is not `expected`; None allows any length.

    Raises:
        BadakError: it has another shape.

    Example:
        >>> check_shape(np.ones(3), "bias", (30,))
        Traceback (most recent call last):
        badak.errors.BadakError: bias must have shape (30,); got (3,)
    """
    fits = array.ndim == len(expected) and all(
        wanted is None or length == wanted
        for length, wanted in zip(array.shape, expected, strict=True)
    )
    if not fits:
        words = ", ".join("any" if length is None else str(length) for length in expected)
        words += "," if len(expected) == 1 else ""
        raise BadakError(f"{name} must have shape ({words}); got {array.shape}")


def not_finite(arrays: Mapping[str, NDArray[Any]]) -> list[str]:
    """Return the names of the arrays that hold NaN or infinity.

    Example:
        >>> not_finite({"a": np.ones(2), "b": np.array([1, np.nan])})
        ['b']
    """
    return [name for name, array in arrays.items() if not _is_finite(array)]


def _is_finite(array: NDArray[Any]) -> bool:
    # The sum of finite numbers is finite unless it overflows, and is far cheaper than a mask.
    with np.errstate(over="ignore", invalid="ignore"):
        suspicious = not np.isfinite(np.sum(array, dtype=np.float64))
    return not suspicious or bool(np.isfinite(array).all())


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

    Returns:
        Array (N, C, H, W), C-contiguous, of `dtype`.

    Raises:
        ArgumentTypeError: not an array of uint8 or floats.
        BadakError: another shape, an axis of length 0 (N apart), NaN or infinity.

    Example:
        >>> as_images(np.full((1, 1, 2, 2), 255, np.uint8))[0, 0, 0]
        array([1., 1.], dtype=float32)
    """
    array = as_array(value, name)
    whole = array.dtype == np.uint8
    if not whole and array.dtype.type not in FLOATS:
        raise ArgumentTypeError(
            f"{name} must be float32 or float64, or uint8 in 0..255; got {array.dtype}"
        )
    check_layout(array, name, shape)
    check_shape(array, name, (None, *shape))
    if 0 in array.shape[1:]:
        raise BadakError(f"{name} must have no empty axis; got {array.shape}")
    if array.dtype != dtype or not array.flags.c_contiguous:
        checks.array_memory(array.shape, np.dtype(dtype).itemsize, name)
    if whole:  # a 255th is always finite
        return np.ascontiguousarray(np.divide(array, 255, dtype=dtype))
    with np.errstate(over="ignore"):  # a float64 too large for float32 is caught below
        array = np.ascontiguousarray(array, dtype=dtype)
    if not _is_finite(array):
        first = int(np.argmin(np.isfinite(array).reshape(len(array), -1).all(axis=1)))
        raise BadakError(f"{name} must be finite; image {first} holds NaN or infinity")
    return array


def check_layout(array: NDArray[Any], name: str, shape: Sequence[int | None]) -> None:
    """Refuse images of the right size whose channels come last.

    Raises:
        BadakError: they come last; the message says how to move them.

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
    """Warn if images can be used but were probably meant otherwise.

    These are floats of 0..255, which learn badly; uint8 of 0 and 1, which become nearly 0 when they
    are scaled; and channels last, which are read as many channels of very narrow images.

    Args:
        value: images to learn from, an array as it was given.
        name: what the warning calls them.
        stacklevel: as `warnings.warn` takes it: 3 is who called the function that calls this.

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


def as_labels(
    value: ArrayLike,
    count: int | None = None,
    num_classes: int | None = None,
    name: str = "labels",
) -> Labels:
    """Return class labels as int64 indices (N,).

    Args:
        value: (N,) integers in [0, K), or one-hot rows (N, K).
        count: how many labels there must be.
        num_classes: K; labels must be below it.
        name: what the message calls them.

    Returns:
        Array (N,) int64.

    Raises:
        ArgumentTypeError: not integers (class names as strings, floats).
        BadakError: another length, or a label out of range.

    Example:
        >>> as_labels([3, 10], num_classes=10)
        Traceback (most recent call last):
        badak.errors.BadakError: labels must lie in 0..9; label 1 is 10
    """
    array = as_array(value, name)
    checks.array_memory(array.shape, 8, name)  # a broadcast view is far larger than its memory
    check_no_column(array, name, num_classes)
    if array.ndim == 2 and num_classes in (None, array.shape[1]):
        one_hot = (array == 1).sum(axis=1) == 1
        one_hot &= (array == 0).sum(axis=1) == array.shape[1] - 1
        if not one_hot.all():
            row = int(np.argmin(one_hot))
            raise BadakError(f"{name} as (N, K) must be one-hot rows; row {row} is {array[row]}")
        array = array.argmax(axis=1)
    if array.ndim != 1 or (count is not None and len(array) != count):
        wanted = f"({count},)" if count is not None else "(N,)"
        raise BadakError(f"{name} must have shape {wanted}, one per image; got {array.shape}")
    if array.dtype.kind not in "iu" and array.size:  # an empty list reads as floats
        raise ArgumentTypeError(f"{name} must be integers, class indices; got {array.dtype}")
    if array.size and num_classes is not None:
        if array.min() < 0 or array.max() >= num_classes:
            first = int(np.argmax((array < 0) | (array >= num_classes)))
            raise BadakError(
                f"{name} must lie in 0..{num_classes - 1}; label {first} is {array[first]}"
            )
    elif array.size and array.min() < 0:
        raise BadakError(f"{name} must not be negative; the smallest is {array.min()}")
    return np.ascontiguousarray(array, dtype=np.int64)


def check_no_column(array: NDArray[Any], name: str, num_classes: int | None) -> None:
    """Refuse labels (N, 1), which are neither (N,) nor one-hot rows of several classes.

    Raises:
        BadakError: it is such a column.

    Example:
        >>> check_no_column(np.ones((5, 1), int), "labels", 10)
        Traceback (most recent call last):
        badak.errors.BadakError: labels must have shape (N,), one per image; got (5, 1): ...
    """
    if array.ndim == 2 and array.shape[1] == 1 != num_classes:
        raise BadakError(
            f"{name} must have shape (N,), one per image; got {array.shape}: pass {name}.ravel()"
        )
