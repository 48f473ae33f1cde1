"""The weights of a Keras 3 model, from the file that ``model.save_weights("x.weights.h5")`` writes.

Such a file holds a group ``vars`` a layer, with the layer's arrays under "0", "1", ...:
``layers/conv2d/vars/0``. Layers are numbered by class: conv2d, conv2d_1, conv2d_2.
Source: keras/src/saving/saving_lib.py, H5IOStore.

Letters: H rows, W columns, I and O channels in and out, D features in, M out.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from badak import checks, files
from badak.arrays import REAL, Array, Shape
from badak.errors import BadakError, FormatError, needs
from badak.formats.weights.pairing import Group, Stored, by_size
from badak.layers import Flatten, Linear
from badak.network import Network

Turn = Callable[[Array], Array]

VARS = "vars"
BATCH_NORM = ("weight", "bias", "running_mean", "running_var")
# What a file may hold beside weights.
OTHERS = ("optimizer", "metrics", "seed_generator", "seed_generators")
# Models within models: more than anyone nests.
DEEPEST = 16


def read_keras(path: Path) -> list[Group]:
    """Read the layers of a ``.weights.h5`` file, of a model whose images are (N, H, W, C).

    Returns:
        One group per layer, its arrays in badak's layout. What comes after a Flatten still has
        Keras's order of inputs; see `as_channels_first`.

    Raises:
        MissingExtra: h5py is not installed.
        FormatError: no HDF5 file, or not of this form, or one that links to other files.
    """
    with needs("Keras's weights need h5py", extra="keras"):
        import h5py  # noqa: F401
    with _opened(path) as file:
        groups = [
            Group(name, _arrays(name, path, datasets))
            for name, datasets in _layers(file, "", set())
        ]
    if not groups:
        raise FormatError(
            f"{path} holds no layers of Keras 3: save them with model.save_weights('x.weights.h5')"
        )
    return groups


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    """Open an HDF5 file; any fault of it becomes a FormatError."""
    import h5py

    with files.opened(path) as plain:
        try:
            with h5py.File(plain, "r") as file:
                yield file
        except BadakError as fault:
            raise FormatError(f"{path} {fault}") from None
        except (OSError, RuntimeError, KeyError, ValueError) as fault:
            raise FormatError(f"{path} cannot be read as HDF5: {fault}") from None


def as_channels_first(net: Network, name: str, weight: Array) -> Array:
    """Return a Dense layer's weight (M, D) for inputs that badak's Flatten laid out.

    Keras flattens (H, W, C), badak (C, H, W); only the first Linear after a Flatten changes.
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


def _layers(group: Any, name: str, seen: set[int]) -> Iterator[tuple[str, list[Any]]]:
    """Every layer's name and datasets, found by its group `vars`; `seen` is where groups lie."""
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
            yield _named(name), [_dataset(member, k, place) for k in sorted(member, key=_number)]


def _named(path: str) -> str:
    """conv2d, the first of its class, is conv2d_0: so that its number can be compared."""
    parts = [part for part in path.split("/") if part not in ("layers", "functions")]
    return ".".join(part if re.search(r"_\d+$", part) else f"{part}_0" for part in parts)


def _number(key: str) -> tuple[int, str]:
    return by_size(key) if key.isdecimal() else (-1, key)


def _dataset(group: Any, key: str, place: str) -> Any:
    """One dataset, if it is of numbers that are in this very file."""
    import h5py

    # The link first: to follow one may open another file.
    plain = isinstance(group.get(key, getlink=True), h5py.HardLink)
    dataset = group[key] if plain else None
    if not isinstance(dataset, h5py.Dataset) or dataset.shape is None:
        raise FormatError(f"must hold an array at {place}/{key}")
    if dataset.external or dataset.is_virtual:
        raise FormatError(f"keeps {place}/{key} in another file")
    if dataset.dtype.kind not in REAL:  # a seed generator's state is of integers
        raise FormatError(f"holds {dataset.dtype} at {place}/{key}; expected floats")
    checks.array_memory(dataset.shape, dataset.dtype.itemsize, f"{place}/{key}")
    return dataset


def _arrays(name: str, path: Path, datasets: list[Any]) -> dict[str, Stored]:
    """Keras's arrays of a layer under badak's names and in its layout."""
    first = datasets[0]
    turns: dict[int, Turn] = {4: _depthwise if "depthwise" in name else _kernel, 2: np.transpose}
    if first.ndim in turns and len(datasets) <= 2:
        weight = {"weight": _stored(path, first, turns[first.ndim])}  # flat: (D, M) -> (M, D)
        return weight | ({"bias": _stored(path, datasets[1])} if len(datasets) == 2 else {})
    batch_norm = first.ndim == 1 and len(datasets) == len(BATCH_NORM)  # gamma, beta, mean, variance
    keys = BATCH_NORM if batch_norm else map(str, range(len(datasets)))
    return {key: _stored(path, dataset) for key, dataset in zip(keys, datasets, strict=True)}


def _depthwise(kernel: Array) -> Array:
    """(H, W, C, M) -> (C * M, 1, H, W): M filters for each channel."""
    height, width, channels, count = kernel.shape
    return kernel.transpose(2, 3, 0, 1).reshape(channels * count, 1, height, width)


def _kernel(kernel: Array) -> Array:
    """(H, W, I, O) -> (O, I, H, W)."""
    return kernel.transpose(3, 2, 0, 1)


def _stored(path: Path, dataset: Any, turn: Turn = np.asarray) -> Stored:
    """What the dataset will be once it is turned; a view of one number has its shape."""
    shape = turn(np.broadcast_to(np.float32(0), dataset.shape)).shape
    return Stored(shape, partial(_read, path, dataset.name, turn))


def _read(path: Path, place: str, turn: Turn) -> Array:
    with _opened(path) as file:
        return turn(file[place][()])
