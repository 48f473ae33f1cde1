"""Anything that holds numbers (NumPy, DLPack, nested lists) becomes a NumPy array here."""

import sys
from typing import Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from badak import checks
from badak.arrays.types import REAL, Shape
from badak.errors import ArgumentTypeError

# DLPack's numbers (dlpack.h, DLDeviceType). Host memory: the CPU's, and what CUDA and ROCm pin.
HOST_MEMORY = (1, 3, 11)
DEVICES = {2: "CUDA", 4: "OpenCL", 7: "Vulkan", 8: "Metal", 10: "ROCm", 13: "CUDA managed"}


def as_array(value: ArrayLike, name: str) -> NDArray[Any]:
    """Return any array-like (NumPy, DLPack, nested lists) as a NumPy array of native byte order.

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


@runtime_checkable
class InBlocks(Protocol):
    """Images that are read only where they are indexed, because they may not fit in memory."""

    @property
    def shape(self) -> Shape: ...  # noqa: D102

    @property
    def ndim(self) -> int: ...  # noqa: D102

    def raw(self, index: Any) -> NDArray[Any]: ...  # noqa: D102

    def part(self, index: Any) -> "InBlocks": ...  # noqa: D102

    def __array__(self, dtype: Any = None, copy: Any = None) -> NDArray[Any]: ...

    def __len__(self) -> int: ...

    def __getitem__(self, index: Any) -> NDArray[Any]: ...


def as_blocks(value: ArrayLike, name: str) -> NDArray[Any] | InBlocks:
    """Return images that are read where they are indexed as they are, all others as an array.

    Example:
        >>> as_blocks([[1, 2]], "images").shape
        (1, 2)
    """
    return value if isinstance(value, InBlocks) else as_array(value, name)


def selected(images: NDArray[Any] | InBlocks, index: Any) -> NDArray[Any] | InBlocks:
    """Return the images at some places: a slice, integers or a mask; stored ones are not read.

    Example:
        >>> selected(np.arange(3), np.array([True, False, True]))
        array([0, 2])
    """
    return images.part(index) if isinstance(images, InBlocks) else images[index]


def refuse_pictures(value: object, name: str) -> None:
    """Refuse Pillow images: NumPy ignores their orientation, palette and background.

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
            "makes an array of it"
        )


def _tensor(value: Any, name: str) -> NDArray[Any]:
    """Return another library's tensor through DLPack; its memory is shared, not copied.

    Raises:
        ArgumentTypeError: it requires a gradient, lies on a GPU, or has a type that NumPy lacks.
    """
    if getattr(value, "requires_grad", False):
        raise ArgumentTypeError(
            f"{name} must not require gradients, which badak does not track: pass {name}.detach()"
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
