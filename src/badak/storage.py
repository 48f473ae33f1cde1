"""Named arrays and JSON metadata in one safetensors file, written atomically, checked when read.

The file is the plain safetensors format (8 bytes of header length, a JSON header, the data), so
any reader of the format opens it. Reading here is stricter than the safetensors library: duplicate
names, unknown keys, holes, overlaps and a wrong checksum are refused before any data is used.
"""

import contextlib
import hashlib
import json
import math
import os
import secrets
import struct
import sys
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from badak import checks, files
from badak.errors import BadakError, FormatError, shown

DTYPES = {
    "F64": np.float64,
    "F32": np.float32,
    "F16": np.float16,
    "I64": np.int64,
    "I32": np.int32,
    "U8": np.uint8,
    "BOOL": np.bool_,
}
BFLOAT16 = "BF16"  # NumPy has no such type
# The header of a badak file has a few kB; a much larger one is not ours and slow to parse.
LARGEST_HEADER = 16 * 2**20
TEMPORARY = ".badak-tmp"


def save(path: str | Path, arrays: Mapping[str, NDArray[Any]], metadata: Mapping[str, Any]) -> None:
    """Write arrays and metadata to `path`: the whole new file appears, or the old one stays.

    Args:
        path: where to write; its folder must exist.
        arrays: name -> array, of a dtype in `DTYPES`.
        metadata: what JSON can hold; stored in the file's header with a SHA-256 of everything.

    Raises:
        BadakError: the file cannot be written; nothing of it is left.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     save(f"{folder}/a.safetensors", {"w": np.ones(2)}, {"epoch": 3})
        ...     load(f"{folder}/a.safetensors")
        ({'w': array([1., 1.])}, {'epoch': 3})
    """
    from safetensors.numpy import save as to_bytes

    contiguous = {
        name: np.require(arrays[name], requirements=["C", "A"]) for name in sorted(arrays)
    }
    digest = _digest(contiguous, metadata)
    # Only one key: safetensors writes several in random order, and equal content must give equal
    # bytes.
    own = {"metadata": metadata, "sha256": digest}
    header = {"badak": json.dumps(own, sort_keys=True, allow_nan=False)}
    write_atomically(path, to_bytes(contiguous, header))


def load(path: str | Path) -> tuple[dict[str, NDArray[Any]], dict[str, Any]]:
    """Read what `save` wrote: arrays, writable and independent of the file, and metadata.

    Raises:
        FormatError: the file cannot be read, is damaged, or is not a safetensors file that badak
            wrote.
    """
    content = files.read(path)
    try:
        arrays, texts = _parse(content)
        if set(texts) != {"badak"}:
            raise FormatError("it holds no badak metadata: it was not saved by badak")
        own = _parse_json(texts["badak"], "its metadata")
        if not isinstance(own, dict) or set(own) != {"metadata", "sha256"}:
            raise FormatError("its metadata must hold exactly metadata and sha256")
        metadata = own["metadata"]
        if not isinstance(metadata, dict) or _digest(arrays, metadata) != own["sha256"]:
            raise FormatError("its checksum does not match: the file was damaged or edited")
    except BadakError as fault:
        raise FormatError(f"{path} is not a usable badak file: {fault}") from None
    return arrays, metadata


def load_tensors(path: str | Path) -> dict[str, NDArray[Any]]:
    """Read the tensors, writable and independent, of any safetensors file, such as a state dict.

    Raises:
        FormatError: the file cannot be read, is damaged or not a safetensors file, or holds a dtype
            that is not in `DTYPES`, nor BF16, which becomes float32.

    Example:
        >>> import tempfile
        >>> from safetensors.numpy import save_file
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     save_file({"w": np.ones(2)}, f"{folder}/a.safetensors")
        ...     load_tensors(f"{folder}/a.safetensors")
        {'w': array([1., 1.])}
    """
    content = files.read(path)
    try:
        return _parse(content)[0]
    except BadakError as fault:
        raise FormatError(f"{path} is not a usable safetensors file: {fault}") from None


def widened(bits: NDArray[np.uint16]) -> NDArray[np.float32]:
    """Return bfloat16 numbers, given as their bits, as float32, which has the same upper half.

    Example:
        >>> widened(np.array([0x3F80, 0xC000], np.uint16))
        array([ 1., -2.], dtype=float32)
    """
    return (bits.astype(np.uint32) << 16).view(np.float32)


def write_atomically(path: str | Path, data: bytes) -> None:
    """Write `data` to `path` so that a reader, or a crash, sees the old file or the new, whole.

    The bytes go to a temporary file in the same folder, are forced to the disk, and the file is
    renamed over `path`; an existing file's permissions are kept.

    Raises:
        BadakError: the system refused; `path` is as it was and no temporary file is left.
    """
    path = Path(os.path.realpath(files.as_path(path)))
    # Each call uses a different name: threads of one process may write the same path.
    temporary = path.with_name(f".{path.name[:100]}.{secrets.token_hex(8)}{TEMPORARY}")
    try:
        if path.exists() and not path.is_file():  # the rename would replace even /dev/null
            raise OSError(22, "it is a directory or device, not a file")
        with temporary.open("xb") as file:
            if path.exists():
                temporary.chmod(path.stat().st_mode & 0o7777)
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
        _sync_folder(path.parent)
    except OSError as fault:
        raise BadakError(f"cannot write {path}: {fault.strerror or fault}") from None
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)


def remove_temporaries(folder: str | Path) -> None:
    """Delete what a killed `write_atomically` left in `folder`: files with our own ending."""
    for stray in Path(folder).glob(f".*{TEMPORARY}"):
        stray.unlink(missing_ok=True)


def _sync_folder(folder: Path) -> None:
    """Force a rename to the disk; Windows has no such call and needs none."""
    if sys.platform == "win32":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _digest(arrays: Mapping[str, NDArray[Any]], metadata: Mapping[str, Any]) -> str:
    total = hashlib.sha256(json.dumps(metadata, sort_keys=True).encode())
    for name in sorted(arrays):
        array = arrays[name]
        total.update(f"{name!r} {array.dtype.str} {array.shape}".encode())
        total.update(array.data if array.size else b"")
    return total.hexdigest()


def _parse(content: bytes) -> tuple[dict[str, NDArray[Any]], dict[str, str]]:
    """Split a safetensors file into arrays and the metadata's texts, checking every claim."""
    # A length may begin like a pickle, but its header would still begin with a brace.
    if (content[:1] == b"\x80" and content[8:9] != b"{") or content[:4] == b"PK\x03\x04":
        raise FormatError(
            "it is a pickle or zip archive, which holds no badak network; "
            "badak.load_state_dict reads the weights of PyTorch's"
        )
    if len(content) < 8:
        raise FormatError(f"it has {len(content)} bytes, fewer than a safetensors header's 8")
    (length,) = struct.unpack("<Q", content[:8])
    if length < 2 or length > min(len(content) - 8, LARGEST_HEADER):
        raise FormatError(
            f"its header claims {length} bytes; expected 2 to "
            f"{min(len(content) - 8, LARGEST_HEADER)}: not a safetensors file, or cut short"
        )
    header = _parse_json(content[8 : 8 + length], "its header")
    if not isinstance(header, dict):
        raise FormatError("its header must be a JSON object")
    texts = header.pop("__metadata__", {})
    if not isinstance(texts, dict) or not all(isinstance(text, str) for text in texts.values()):
        raise FormatError("its metadata must be a JSON object that holds only strings")
    data = memoryview(content)[8 + length :]
    end, arrays = 0, {}
    for name, entry in sorted(header.items(), key=_start):
        arrays[name], end = _tensor(name, entry, data, end)
    if end != len(data):
        raise FormatError(f"its tensors take {end} bytes and {len(data)} follow the header")
    return arrays, texts


def _start(item: tuple[str, Any]) -> int:
    """The offset of a tensor's data, for sorting; `_tensor` reports what is wrong with it."""
    entry = item[1]
    offsets = entry.get("data_offsets") if isinstance(entry, dict) else None
    start = offsets[0] if isinstance(offsets, list) and offsets else 0
    return start if type(start) is int else 0


def _tensor(name: str, entry: Any, data: memoryview, expected: int) -> tuple[NDArray[Any], int]:
    """Read one tensor, which must begin where the one before it ended."""
    if not isinstance(entry, dict) or set(entry) != {"dtype", "shape", "data_offsets"}:
        raise FormatError(f"tensor {shown(name)} must have exactly dtype, shape and data_offsets")
    kind, shape, offsets = entry["dtype"], entry["shape"], entry["data_offsets"]
    if not isinstance(kind, str) or kind not in (*DTYPES, BFLOAT16):
        supported = ", ".join((*DTYPES, BFLOAT16))
        raise FormatError(f"tensor {shown(name)} has dtype {shown(kind)}; supported: {supported}")
    if not _is_sizes(shape) or len(shape) > 8:
        raise FormatError(f"tensor {shown(name)} has shape {shown(shape)}; expected up to 8 sizes")
    if not _is_sizes(offsets) or len(offsets) != 2:
        raise FormatError(f"tensor {shown(name)} has data_offsets {shown(offsets)}")
    dtype = np.dtype(DTYPES.get(kind, np.uint16)).newbyteorder("<")
    size = math.prod(shape) * dtype.itemsize
    begin, end = offsets
    if begin != expected or end != begin + size or end > len(data):
        raise FormatError(
            f"tensor {shown(name)} {shown(shape)} of {kind} claims bytes {shown(begin)} to "
            f"{shown(end)}; expected {expected} to {shown(expected + size)}; the file has "
            f"{len(data)}"
        )
    checks.array_memory(shape, dtype.itemsize, f"tensor {shown(name)}")
    array: NDArray[Any] = np.frombuffer(data[begin:end], dtype).reshape(shape)
    return widened(array) if kind == BFLOAT16 else array.astype(dtype.newbyteorder("=")), end


def _is_sizes(value: Any) -> bool:
    return isinstance(value, list) and all(type(size) is int and size >= 0 for size in value)


def _parse_json(text: str | bytes, what: str) -> Any:
    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        members = dict(pairs)
        if len(members) != len(pairs):
            twice, _ = Counter(name for name, _ in pairs).most_common(1)[0]
            raise FormatError(f"{what} names {shown(twice)} twice")
        return members

    def refuse(constant: str) -> None:
        raise FormatError(f"{what} holds {constant}, which is not JSON")

    try:
        if isinstance(text, bytes):
            text = text.decode("utf-8")
        return json.loads(text, object_pairs_hook=unique, parse_constant=refuse)
    except UnicodeDecodeError:
        raise FormatError(f"{what} is not UTF-8 text") from None
    except RecursionError:
        raise FormatError(f"{what} is nested too deeply") from None
    except json.JSONDecodeError as fault:
        raise FormatError(f"{what} is not JSON ({fault.msg} at character {fault.pos})") from None
    except ValueError as fault:
        if isinstance(fault, FormatError):
            raise
        raise FormatError(f"{what} is not JSON ({fault})") from None  # an integer of 5,000 digits
