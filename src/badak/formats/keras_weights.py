"""The weights of a Keras 3 model, from the file that ``model.save_weights("x.weights.h5")`` writes.

Such a file holds a group ``vars`` a layer, with the layer's arrays under "0", "1", ...:
``layers/conv2d/vars/0``. Layers are numbered by class: conv2d, conv2d_1, conv2d_2.
Source: keras/src/saving/saving_lib.py, H5IOStore.

Letters: H rows, W columns, I and O channels in and out, D features in, M out.
"""

import math
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from badak import checks
from badak.arrays import Array, Shape
from badak.errors import FormatError
from badak.formats.pairing import Group
from badak.layers import Flatten, Linear
from badak.network import Network

VARS = "vars"
BATCH_NORM = ("weight", "bias", "running_mean", "running_var")
# What a file may hold beside weights.
OTHERS = ("optimizer", "metrics", "seed_generator", "seed_generators")
# Models within models: more than anyone nests.
DEEPEST = 16


def read_keras(path: Path) -> list[Group]:
    """Read the layers of a ``.weights.h5`` file, of a model whose images are (N, H, W, C).

    Args:
        path: the file.

    Returns:
        A group a layer, its arrays in badak's layout. What stands behind a Flatten has still
        Keras's order of inputs; see `as_channels_first`.

    Raises:
        ImportError: h5py is missing.
        FormatError: no HDF5 file, or not of this form, or one that links to other files.
    """
    try:
        import h5py
    except ImportError:
        raise ImportError("Keras's weights need h5py: pip install 'badak[keras]'") from None
    try:
        with h5py.File(path, "r") as file:
            found = [Group(name, _arrays(name, own)) for name, own in _layers(file, "", set())]
    except (OSError, RuntimeError, KeyError, ValueError) as fault:
        if isinstance(fault, FormatError):
            raise FormatError(f"{path} {fault}") from None
        raise FormatError(f"{path} cannot be read as HDF5: {fault}") from None
    if not found:
        raise FormatError(
            f"{path} holds no layers of Keras 3: save them by model.save_weights('x.weights.h5')"
        )
    return found


def as_channels_first(net: Network, name: str, weight: Array) -> Array:
    """Return a Dense layer's weight (M, D) for inputs that badak's Flatten laid out.

    Keras flattens (H, W, C), badak (C, H, W).

    Args:
        net: the network.
        name: of the layer; where it is not the first Linear behind a Flatten nothing changes.
        weight: as read.

    Returns:
        The weight.
    """
    shape = _flattened(net, name)
    if shape is None:
        return weight
    channels, height, width = shape
    apart = weight.reshape(-1, height, width, channels)
    return apart.transpose(0, 3, 1, 2).reshape(weight.shape)


def _flattened(net: Network, wanted: str) -> Shape | None:
    """The shape of the images that the Flatten before a Linear lays flat; else None."""
    shape, flattened = net.input_shape, None
    for name, layer in net.layers.items():
        if name == wanted:
            return flattened
        if isinstance(layer, Flatten) and len(shape) == 3:
            flattened = shape
        elif isinstance(layer, Linear):
            flattened = None
        shape = layer.output_shape(shape)
    return None


def _layers(group: Any, name: str, seen: set[int]) -> Iterator[tuple[str, list[Array]]]:
    """Every layer's name and arrays, found by its group `vars`; `seen` is where groups lie."""
    import h5py

    address = h5py.h5o.get_info(group.id).addr
    if address in seen or name.count("/") > DEEPEST:
        raise FormatError(f"has a group within itself, or twice, or too deep, at {name}")
    seen.add(address)
    for key in group:
        place = f"{name}/{key}" if name else key
        if not isinstance(group.get(key, getlink=True), h5py.HardLink):
            raise FormatError(f"holds a link at {place}, which may lead to another file")
        member = group[key]
        if not isinstance(member, h5py.Group) or key in OTHERS:
            continue
        if key != VARS:
            yield from _layers(member, place, seen)
        elif len(member):
            # "0", "1", ... "10": h5py lists them as text.
            yield _named(name), [_array(member, k, place) for k in sorted(member, key=_number)]


def _named(path: str) -> str:
    """conv2d, the first of its class, is conv2d_0: so that its number can be compared."""
    parts = [part for part in path.split("/") if part not in ("layers", "functions")]
    return ".".join(part if re.search(r"_\d+$", part) else f"{part}_0" for part in parts)


def _number(key: str) -> int:
    return int(key) if key.isdecimal() else -1


def _array(group: Any, key: str, place: str) -> Array:
    """One dataset as an array, when its numbers are in this very file."""
    import h5py

    dataset = group[key]
    if not isinstance(group.get(key, getlink=True), h5py.HardLink) or not isinstance(
        dataset, h5py.Dataset
    ):
        raise FormatError(f"must hold an array at {place}/{key}")
    if dataset.external or dataset.is_virtual:
        raise FormatError(f"keeps {place}/{key} in another file")
    if dataset.dtype.kind not in "fiub":  # a seed generator's state is of integers
        raise FormatError(f"holds {dataset.dtype} at {place}/{key}; expected floats")
    checks.memory(math.prod(dataset.shape) * dataset.dtype.itemsize, f"{place}/{key}")
    return np.asarray(dataset[()])


def _arrays(name: str, arrays: list[Array]) -> dict[str, Array]:
    """Keras's arrays of a layer under badak's names and in its layout."""
    first, *others = arrays
    if first.ndim == 1 and len(arrays) == 4:
        return dict(zip(BATCH_NORM, arrays, strict=True))  # gamma, beta, mean, variance
    if first.ndim == 4 and "depthwise" in name:
        height, width, channels, count = first.shape
        kernel = first.transpose(2, 3, 0, 1).reshape(channels * count, 1, height, width)
    elif first.ndim == 4:
        kernel = first.transpose(3, 2, 0, 1)  # (H, W, I, O) -> (O, I, H, W)
    elif first.ndim == 2:
        kernel = first.T  # (D, M) -> (M, D)
    else:
        return {str(number): array for number, array in enumerate(arrays)}
    if len(others) > 1:
        return {str(number): array for number, array in enumerate(arrays)}
    return {"weight": kernel} | ({"bias": others[0]} if others else {})
