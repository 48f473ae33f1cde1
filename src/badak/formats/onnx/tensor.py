"""The numbers of an ONNX tensor: in the file itself, or in one beside it."""

import math
import os
import stat
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnx import TensorProto

from badak import checks
from badak.errors import FormatError

# element type -> NumPy's, and the list that holds its numbers if they are not raw bytes
TYPES: dict[int, tuple[Any, str]] = {
    TensorProto.FLOAT: (np.float32, "float_data"),
    TensorProto.DOUBLE: (np.float64, "double_data"),
    TensorProto.FLOAT16: (np.uint16, "int32_data"),  # as bits
    TensorProto.BFLOAT16: (np.uint16, "int32_data"),
    TensorProto.INT8: (np.int8, "int32_data"),
    TensorProto.UINT8: (np.uint8, "int32_data"),
    TensorProto.INT32: (np.int32, "int32_data"),
    TensorProto.INT64: (np.int64, "int64_data"),
    TensorProto.BOOL: (np.bool_, "int32_data"),
}
FLOATS = (TensorProto.FLOAT, TensorProto.DOUBLE, TensorProto.FLOAT16, TensorProto.BFLOAT16)
FIELDS = (
    "float_data", "int32_data", "string_data", "int64_data", "raw_data", "double_data",
    "uint64_data",
)  # fmt: skip
MAXIMUM_AXES = 8
EXTERNAL_KEYS = {"location", "offset", "length", "checksum"}


def tensor_array(tensor: TensorProto, folder: Path | None) -> NDArray[Any]:
    """A tensor's numbers, its claims checked; float16 and bfloat16 as float32.

    External data may lie in `folder`; there must be none if that is None.
    """
    if tensor.data_type not in TYPES:
        known = ", ".join(TensorProto.DataType.Name(kind) for kind in TYPES)
        raise FormatError(f"its element type is number {tensor.data_type}; supported: {known}")
    dtype, field = np.dtype(TYPES[tensor.data_type][0]), TYPES[tensor.data_type][1]
    shape = tuple(int(size) for size in tensor.dims)
    if len(shape) > MAXIMUM_AXES or any(size < 0 for size in shape):
        raise FormatError(f"its shape must be up to {MAXIMUM_AXES} sizes; got {str(shape)[:80]}")
    if tensor.HasField("segment"):
        raise FormatError("it is a segment of a tensor, which badak does not read")
    count = math.prod(shape)
    size = count * dtype.itemsize
    raw = tensor.raw_data  # once: each time it is a copy
    filled = [
        name for name in FIELDS if (raw if name == "raw_data" else len(getattr(tensor, name)))
    ]
    if tensor.data_location == TensorProto.EXTERNAL:
        if filled or folder is None:
            raise FormatError("its data must be either in the file or external, for initializers")
        return _numbers(tensor, _array(_external(tensor, size, folder), dtype, shape))
    if tensor.data_location != TensorProto.DEFAULT or tensor.external_data:
        raise FormatError("its data must be either in the file or external")
    if filled == ["raw_data"] or not (filled or count):
        if len(raw) != size:
            raise FormatError(f"its shape {shape} of {dtype} takes {size} bytes; it has {len(raw)}")
        return _numbers(tensor, _array(raw, dtype, shape))
    values = getattr(tensor, field)
    if filled != [field] or len(values) != count:
        others = ", ".join(name for name in filled if name != field)
        raise FormatError(
            f"its shape {shape} takes {count} numbers, all in {field}; it has {len(values)} there"
            + (f", and other data in {others}" if others else "")
        )
    try:
        return _numbers(tensor, np.array(list(values), dtype).reshape(shape))
    except OverflowError:
        raise FormatError(f"its {field} holds numbers that {dtype} does not have") from None


def _numbers(tensor: TensorProto, array: NDArray[Any]) -> NDArray[Any]:
    """The array itself; floats of half the size as float32, which has all their values."""
    if tensor.data_type == TensorProto.FLOAT16:
        return array.view(np.float16).astype(np.float32)
    if tensor.data_type == TensorProto.BFLOAT16:  # the upper half of a float32
        return (array.astype(np.uint32) << 16).view(np.float32)
    return array


def _array(data: bytes, dtype: np.dtype[Any], shape: tuple[int, ...]) -> NDArray[Any]:
    if dtype == np.bool_:  # a byte that is neither 0 nor 1 would stay as it is
        return np.asarray(np.frombuffer(data, np.uint8).reshape(shape) != 0)
    return np.frombuffer(data, dtype.newbyteorder("<")).astype(dtype, copy=False).reshape(shape)


def _external(tensor: TensorProto, size: int, folder: Path) -> bytes:
    """Read the bytes of a separate file, if it is a plain file in the folder."""
    entries = {entry.key: entry.value for entry in tensor.external_data}
    if len(entries) < len(tensor.external_data) or not entries.keys() <= EXTERNAL_KEYS:
        keys = [entry.key for entry in tensor.external_data]
        raise FormatError(
            f"its external data must have keys of {sorted(EXTERNAL_KEYS)}, each once; "
            f"got {str(keys)[:120]}"
        )
    name = entries.get("location", "")
    # Only a bare name: no way of writing a path can then lead out of the folder.
    if (
        name in ("", ".", "..")
        or any(character in name for character in "/\\:\0")
        or not name.isprintable()
    ):
        raise FormatError(
            f"its external data must lie in the model's own folder, under a plain file name; "
            f"got {name[:120]!r}"
        )
    offset = _number(entries.get("offset", "0"), "offset")
    length = _number(entries.get("length", str(size)), "length")
    if length != size:
        raise FormatError(f"its external data must have {size} bytes; its length is {length}")
    checks.memory(size, "its external data")
    try:
        return _read_plain(folder / name, offset, size)
    except OSError as fault:
        reason = fault.strerror or fault
        raise FormatError(f"its external data {name!r} cannot be read: {reason}") from None


def _number(text: str, what: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 18:
        raise FormatError(f"the {what} of its external data must be a number; got {text[:40]!r}")
    return int(text)


def _read_plain(path: Path, offset: int, size: int) -> bytes:
    """Read from a regular file that has this one name: no link, pipe or device."""
    if path.is_symlink():  # O_NOFOLLOW says so too, if the system has it
        raise FormatError(f"its external data {path.name!r} is a link, which could lead anywhere")
    flags = os.O_RDONLY
    for name in ("O_NOFOLLOW", "O_NONBLOCK", "O_CLOEXEC", "O_BINARY"):
        flags |= getattr(os, name, 0)
    descriptor = os.open(path, flags)
    with open(descriptor, "rb") as file:  # noqa: PTH123  # the descriptor, not the path
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode) or status.st_nlink > 1:
            raise FormatError(
                f"its external data {path.name!r} must be a plain file that has no other name"
            )
        if offset + size > status.st_size:
            raise FormatError(
                f"its external data claims bytes {offset} to {offset + size} of {path.name!r}, "
                f"which has {status.st_size}"
            )
        file.seek(offset)
        return file.read(size)
