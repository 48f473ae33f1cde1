"""PyTorch's tensors as a pickle describes them: a part of a storage, which lies elsewhere.

A tensor is a note of a call, ``_rebuild_tensor_v2(storage, offset, size, stride, ...)`` of
``torch._utils``, and the storage a persistent id, ``("storage", FloatStorage, key, location,
count)``.
Nothing is called; the numbers are checked and kept.
Source: torch/_utils.py and torch/serialization.py of PyTorch 2.13.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from badak import storage
from badak.arrays import Array, Shape
from badak.errors import shown
from badak.pickles.machine import (
    ORDERED,
    PERSISTENT,
    Call,
    Dialect,
    Known,
    Name,
    text,
)

BFLOAT16 = "bfloat16"
STORAGES = {
    "torch FloatStorage": "f4", "torch DoubleStorage": "f8", "torch HalfStorage": "f2",
    "torch BFloat16Storage": BFLOAT16, "torch LongStorage": "i8", "torch IntStorage": "i4",
    "torch ShortStorage": "i2", "torch CharStorage": "i1", "torch ByteStorage": "u1",
    "torch BoolStorage": "?",
}  # fmt: skip
# Numbers without a storage of their own lie in one of bytes, and the tensor names their type.
UNTYPED = "torch.storage UntypedStorage"
DTYPES = {"torch uint16": "u2", "torch uint32": "u4", "torch uint64": "u8"}
REBUILD = "torch._utils _rebuild_tensor_v2"
REBUILD_UNTYPED = "torch._utils _rebuild_tensor_v3"
PARAMETERS = ("torch._utils _rebuild_parameter", "torch._utils _rebuild_parameter_with_state")
SIZE = "torch Size"
MOST_AXES = 32
LARGEST_KEY = 2**31  # among larger integers a file could choose those of one hash


@dataclass(frozen=True)
class Tensor:
    """A tensor whose numbers are in a storage: which of them, and how they are laid out.

    Attributes:
        key: the storage's name.
        count: how many elements the storage must have, as the pickle counts them.
        storage_bytes: how many bytes it must have.
        dtype: NumPy's code of an element, or `BFLOAT16`.
        offset: of the first element, in elements.
        shape: of the tensor.
        strides: from one element to the next along each axis, in elements.
    """

    key: str
    count: int
    storage_bytes: int
    dtype: str
    offset: int
    shape: Shape
    strides: Shape

    def array(self, content: bytes | memoryview, big_endian: bool = False) -> Array:
        """Return the tensor's numbers; bfloat16 and float16 become float32, which is exact.

        Args:
            content: the storage, of `storage_bytes` bytes.
            big_endian: its byte order.
        """
        code = "u2" if self.dtype == BFLOAT16 else self.dtype
        whole = np.frombuffer(content, np.dtype(code).newbyteorder(">" if big_endian else "<"))
        # Only strides that lead to another element count; the others may have any length.
        strides = [
            stride * whole.itemsize if size > 1 and 0 not in self.shape else 0
            for size, stride in zip(self.shape, self.strides, strict=True)
        ]
        # `_check_inside` compared it with the storage's end.
        view = np.lib.stride_tricks.as_strided(
            whole[self.offset :], self.shape, strides, writeable=False
        )
        if self.dtype == BFLOAT16:
            return storage.widened(view)
        return view.astype(np.float32 if self.dtype == "f2" else view.dtype.newbyteorder("="))


@dataclass(frozen=True)
class Saved:
    """What torch.save wrote, with `Tensor` for each tensor.

    Attributes:
        value: the saved object.
        content: gives the storage of a tensor, of the bytes that it must have, or raises
            FormatError.
        big_endian: the storages' byte order.
    """

    value: Any
    content: Callable[[Tensor], bytes | memoryview]
    big_endian: bool = False


def _made(call: Call, _: Known) -> Any:
    """The tensor or the size that a note describes."""
    if call.state != ():
        raise ValueError(f"{call.name} is given attributes, which are not read")
    match call.arguments:
        case (Call() as data, bool(), {**hooks}, *_) if call.name in PARAMETERS and not hooks:
            return _tensor(data)
        case (tuple(),) if call.name == SIZE:
            return _counts(call, "size")
    return _tensor(call)


def _tensor(call: Call) -> Tensor:
    match call.arguments:
        # The fifth is requires_grad.
        case (Call() as stored, offset, size, stride, bool(), {**hooks}, *more) if not hooks:
            key, count, size_in_bytes, dtype = _storage(call.name, stored, more)
        case _:
            raise ValueError(f"{call.name} does not describe a tensor")
    shape, strides = _counts(size, "size"), _counts(stride, "strides")
    (begin,) = _counts((offset,), "offset")
    _check_inside(begin, shape, strides, size_in_bytes // _itemsize(dtype))
    return Tensor(key, count, size_in_bytes, dtype, begin, shape, strides)


def _storage(rebuild: str, stored: Call, more: list[Any]) -> tuple[str, int, int, str]:
    """A storage's key, element count and bytes, and the dtype of the tensor's elements."""
    match stored.arguments:
        case (("storage", Name() as kind, str(key), str(), int(count), *view),) if (
            stored.name == PERSISTENT and view in ([], [None])
        ):
            _counts((count,), "storage")
        case _:
            raise ValueError(f"a tensor's storage is described by {shown(stored.arguments)}")
    dtype = ""
    if rebuild == REBUILD:
        dtype = STORAGES.get(kind, "")
    elif rebuild == REBUILD_UNTYPED and kind == UNTYPED and more and isinstance(more[0], Name):
        dtype = DTYPES.get(more.pop(0), "")
    # What else may follow are bits that change the numbers, such as "negate".
    if not dtype or more not in ([], [None], [{}]):
        raise ValueError(f"{rebuild} of {kind} and {shown(more)} does not describe a tensor")
    return key, count, count * (1 if kind == UNTYPED else _itemsize(dtype)), dtype


def _itemsize(dtype: str) -> int:
    return 2 if dtype == BFLOAT16 else np.dtype(dtype).itemsize


def _check_inside(offset: int, shape: Shape, strides: Shape, count: int) -> None:
    """Refuse a tensor that reaches beyond its storage."""
    if len(shape) != len(strides):
        raise ValueError(f"a tensor of shape {shown(shape)} has the strides {shown(strides)}")
    steps = (stride * (size - 1) for size, stride in zip(shape, strides, strict=True))
    end = offset + sum(steps) + 1 if 0 not in shape else offset
    if end > count:
        raise ValueError(
            f"a tensor of shape {shown(shape)}, strides {shown(strides)} and offset {offset} needs "
            f"{end} elements; its storage has {count}"
        )


def _counts(values: Any, what: str) -> Shape:
    """A tuple of integers, none negative, all fit for 64 bits."""
    if isinstance(values, Call) and values.name == SIZE and values.arguments:
        values = values.arguments[0]
    if not isinstance(values, tuple) or len(values) > MOST_AXES:
        raise ValueError(f"a tensor's {what} must be a tuple; got {shown(values)}")
    if not all(type(value) is int and 0 <= value < 2**63 for value in values):
        raise ValueError(
            f"a tensor's {what} must be at least 0 and below 2^63; got {shown(values)}"
        )
    return values


def _key(value: Any) -> Any:
    """Text, or the number of a parameter in an optimizer's state."""
    return value if type(value) is int and 0 <= value < LARGEST_KEY else text(value)


TENSORS = Dialect(
    (
        *STORAGES, UNTYPED, *DTYPES, REBUILD, REBUILD_UNTYPED, *PARAMETERS, SIZE, ORDERED,
        PERSISTENT,
    ),
    "tensors",
    "only tensors are read, and no code: save the weights alone, by "
    "torch.save(model.state_dict(), 'weights.pth')",
    _made,
    _key,
)  # fmt: skip
