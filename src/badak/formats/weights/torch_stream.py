"""What torch.save wrote before PyTorch 1.6: pickles one after another, then the raw storages.

The pickles are a magic number, the version, facts about the machine, the saved object, and the list
of the storages' keys. Each storage is its element count, in 8 bytes, and its elements.
Source: torch/serialization.py, `_legacy_save`.
"""

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from badak import files
from badak.errors import FormatError, shown
from badak.formats.weights.torch_tensors import TENSORS, Saved, Tensor
from badak.pickles.machine import follow

MAGIC = 0x1950A86A20F9469CFC6C
VERSION = 1001
COUNT_BYTES = 8


def read_stream(path: Path) -> Saved:
    """Read a file that torch.save wrote in the old form.

    Raises:
        FormatError: damaged, not of this form, or holding anything but tensors and plain values.
    """
    data = files.read(path)
    stream = io.BytesIO(data)

    def pickle(what: str) -> Any:
        return follow(stream, TENSORS, f"{path}: {what}")

    if pickle("its first pickle") != MAGIC:
        raise FormatError(f"{path} is a pickle, but not one that torch.save wrote")
    if (version := pickle("its version")) != VERSION:
        raise FormatError(f"{path} must be of version {VERSION}; got {shown(version)}")
    machine = pickle("its machine")
    if not isinstance(machine, dict) or machine.get("little_endian") is not True:
        raise FormatError(
            f"{path} must be written on a little-endian machine; got {shown(machine)}"
        )
    value = pickle("its object")
    storages = _storages(memoryview(data), stream, pickle("its list of storages"), value, path)
    return Saved(value, lambda tensor: storages[tensor.key])


def _storages(
    data: memoryview, stream: io.BytesIO, keys: Any, value: Any, path: Path
) -> dict[str, memoryview]:
    """Key -> the bytes of each storage; what the tensors say of its size must be true."""
    if not isinstance(keys, list) or not all(isinstance(key, str) for key in keys):
        raise FormatError(f"{path}: the storages' keys must be a list of text; got {shown(keys)}")
    users: dict[str, list[Tensor]] = {}
    for tensor in _tensors(value, set()):
        users.setdefault(tensor.key, []).append(tensor)
    if len(set(keys)) != len(keys) or set(keys) != users.keys():
        raise FormatError(
            f"{path} lists {len(keys)} storages, {len(set(keys))} different ones; its tensors are "
            f"in {len(users)}, and each must be listed once"
        )
    storages = {}
    begin = stream.tell()
    for key in keys:
        count = int.from_bytes(data[begin : begin + COUNT_BYTES], "little")
        begin += COUNT_BYTES
        end = begin + users[key][0].storage_bytes
        for tensor in users[key]:
            if (tensor.count, begin + tensor.storage_bytes) != (count, end) or end > len(data):
                raise FormatError(
                    f"{path}: a tensor's storage {shown(key)} must have {tensor.count} elements, "
                    f"{tensor.storage_bytes} bytes; it declares {count} elements, and "
                    f"{max(len(data) - begin, 0)} bytes follow"
                )
        storages[key] = data[begin:end]
        begin = end
    if begin != len(data):
        raise FormatError(f"{path} is damaged: {len(data) - begin} bytes follow its last storage")
    return storages


def _tensors(value: Any, seen: set[int]) -> Iterator[Tensor]:
    """Every tensor in nested dictionaries, lists and tuples, once."""
    if id(value) in seen:
        return
    seen.add(id(value))
    match value:
        case Tensor():
            yield value
        case dict():
            for member in value.values():
                yield from _tensors(member, seen)
        case list() | tuple():
            for member in value:
                yield from _tensors(member, seen)
