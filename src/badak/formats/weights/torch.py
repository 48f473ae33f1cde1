"""The weights of a PyTorch state dict: a safetensors file, an .npz, or a dictionary of arrays."""

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from badak import storage
from badak.arrays import REAL, Array, as_array
from badak.data.npz import npz_headers, read_npz
from badak.errors import ArgumentTypeError, FormatError, shown
from badak.formats.weights.groups import Source, Stored


def read_safetensors(path: Path) -> Source:
    """Read a state dict that safetensors.torch.save_file wrote, which sorts it by name.

    Raises:
        FormatError: the file cannot be read, is not a safetensors file, or is damaged.
    """
    return read_arrays(storage.load_tensors(path), in_order=False)


def read_archive(path: Path) -> Source:
    """Read a state dict that numpy.savez wrote, which keeps its order.

    Raises:
        FormatError: it is not an .npz file, or damaged, or holds anything but real numbers.
    """
    arrays = {}
    for name, (shape, dtype) in npz_headers(path).items():
        if dtype.kind not in REAL:
            raise FormatError(f"{path}: {shown(name)} must hold real numbers; got {shown(dtype)}")
        arrays[name] = Stored(shape, partial(_member, path, name))
    return Source.of(arrays, in_order=True)


def read_arrays(state: Mapping[Any, Any], *, in_order: bool = True) -> Source:
    """Take a state dict in memory: PyTorch's tensors, or anything that NumPy reads.

    Raises:
        ArgumentTypeError: a name that is not a string, or a value that is no array of real numbers.
    """
    arrays = {}
    for name, value in state.items():
        if not isinstance(name, str):
            raise ArgumentTypeError(f"a state dict's names must be strings; got {shown(name)}")
        if isinstance(value, Mapping):
            raise ArgumentTypeError(
                f"a state dict must hold arrays by name; {shown(name)} is a dictionary itself: "
                "pass the one that holds the weights"
            )
        array = as_array(value, shown(name))
        arrays[name] = Stored(array.shape, partial(np.asarray, array))
    return Source.of(arrays, in_order=in_order)


def _member(path: Path, name: str) -> Array:
    return read_npz(path, [name])[name]
