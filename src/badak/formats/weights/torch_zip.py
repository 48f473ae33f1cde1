"""What torch.save has written since PyTorch 1.6: a zip archive of one pickle and the storages.

Below a folder of any name, or none, it holds ``data.pkl``, one ``data/KEY`` per storage, and
``byteorder``. Source: torch/serialization.py, `_save`.
"""

import io
from functools import cache
from pathlib import Path

from badak.errors import FormatError, shown
from badak.formats.weights.members import Members
from badak.formats.weights.torch_tensors import TENSORS, Saved, Tensor
from badak.pickles.machine import follow

PICKLE = "data.pkl"
SCRIPT = "constants.pkl"  # beside the pickle of a TorchScript program
LARGEST_PICKLE = 2**24  # bytes; that of a network of a thousand layers has 300,000
BYTE_ORDERS = {b"little": False, b"big": True}


def pickles_in(members: Members) -> list[str]:
    """Return the members that may be an archive's pickle: at the top, or in one folder."""
    ends = (name.rpartition("/") for name in members.sizes)
    return ["".join(parts) for parts in ends if parts[2] == PICKLE and "/" not in parts[0]]


def read_zip(members: Members, path: Path) -> Saved:
    """Read the pickle of an archive; each storage when it is asked for.

    Raises:
        FormatError: damaged, not of this form, or holding anything but tensors and plain values.
    """
    pickles = pickles_in(members)
    if len(pickles) != 1:
        raise FormatError(f"{path} holds {len(pickles)} pickles {PICKLE}; expected one")
    place, top = f"{path}: {shown(pickles[0])}", pickles[0].removesuffix(PICKLE)
    if top + SCRIPT in members.sizes:
        raise FormatError(
            f"{path} is a TorchScript program: torch.save(torch.jit.load(path).state_dict(), "
            "'weights.pth') writes its weights alone"
        )
    if members.sizes[pickles[0]] > LARGEST_PICKLE:
        raise FormatError(f"{place} is too large: at most {LARGEST_PICKLE:,} bytes are read")
    big_endian = _is_big_endian(members, top + "byteorder", path)
    value = follow(io.BytesIO(members.read(pickles[0])), TENSORS, place)
    read = cache(members.read)  # several tensors may be parts of one storage

    def content(tensor: Tensor) -> bytes:
        name = f"{top}data/{tensor.key}"
        size = members.sizes.get(name)
        if size != tensor.storage_bytes:
            raise FormatError(
                f"{path}: the storage {shown(name)} must have {tensor.storage_bytes} bytes; "
                + ("it is missing" if size is None else f"it has {size}")
            )
        return read(name)

    return Saved(value, content, big_endian)


def _is_big_endian(members: Members, name: str, path: Path) -> bool:
    """Before PyTorch 2.1 nothing told the byte order, and all files were little-endian."""
    if name not in members.sizes:
        return False
    order = members.read(name) if members.sizes[name] < 16 else b""
    if order not in BYTE_ORDERS:
        raise FormatError(f"{path}: {shown(name)} must be little or big; got {shown(order)}")
    return BYTE_ORDERS[order]
