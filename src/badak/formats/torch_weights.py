"""The weights of a PyTorch state dict: a safetensors file, or an .npz of the same names."""

from collections.abc import Mapping
from pathlib import Path

from badak import storage
from badak.arrays import Array
from badak.data.npz import read_npz
from badak.formats.pairing import Group, grouped

# PyTorch's batch norm counts its batches; nothing is computed from it.
UNUSED = "num_batches_tracked"


def read_safetensors(path: Path) -> list[Group]:
    """Read a state dict that safetensors.torch.save_file wrote, which sorts it by name.

    Raises:
        BadakError: the file cannot be read.
        FormatError: it is no safetensors file, or damaged.
    """
    return _groups(storage.load_tensors(path))


def read_archive(path: Path) -> list[Group]:
    """Read a state dict that numpy.savez wrote, which keeps its order.

    Raises:
        FormatError: it is no .npz file, or damaged, or holds Python objects.
    """
    return _groups(read_npz(path))


def _groups(arrays: Mapping[str, Array]) -> list[Group]:
    """PyTorch's names of arrays and their layouts are badak's own."""
    return grouped({n: array for n, array in arrays.items() if n.rpartition(".")[2] != UNUSED})
