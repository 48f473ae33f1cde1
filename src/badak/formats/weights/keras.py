"""The weights of a Keras model, from a ``.weights.h5``, ``.keras`` or legacy ``.h5`` file.

A file of ``model.save_weights("x.weights.h5")`` holds a group ``vars`` for each layer, with the
layer's arrays under "0", "1", ...: ``layers/conv2d/vars/0``. Layers are numbered by class: conv2d,
conv2d_1, conv2d_2. A ``.keras`` archive has such a file as a member.
Source: keras/src/saving/saving_lib.py, H5IOStore.
"""

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from badak import files
from badak.arrays import Array, Shape
from badak.errors import FormatError
from badak.formats.weights.groups import Group, Source, Stored
from badak.formats.weights.hdf5 import dataset, faults_of, is_own, opened_hdf5, stored, weight_turn
from badak.formats.weights.keras_legacy import is_legacy, legacy_layers
from badak.formats.weights.members import Members
from badak.formats.weights.pairing import by_size
from badak.layers import Flatten, Linear
from badak.network import Network

ARCHIVED = "model.weights.h5"  # in a .keras archive
VARS = "vars"
NORM = ("weight", "bias", "running_mean", "running_var")
# What a file may hold beside weights.
OTHERS = ("optimizer", "metrics", "seed_generator", "seed_generators")
# Models within models: more than anyone nests.
DEEPEST = 16


@contextmanager
def read_keras(path: Path) -> Iterator[Source]:
    """Lend the layers of a ``.weights.h5`` or ``.h5`` file, of a model of images (N, H, W, C).

    What comes after a Flatten still has Keras's order of inputs; see `as_channels_first`.

    Raises:
        MissingExtra: h5py is not installed.
        FormatError: no HDF5 file, or not of these forms, or one that links to other files.
    """
    with files.opened(path) as plain, _read(plain, str(path)) as source:
        yield source


@contextmanager
def read_keras_archive(members: Members, path: Path) -> Iterator[Source]:
    """Lend the layers of a ``.keras`` archive; see `read_keras`."""
    content = io.BytesIO(members.read(ARCHIVED))
    with _read(content, f"{path}: {ARCHIVED}") as source:
        yield source


@contextmanager
def _read(content: IO[bytes], place: str) -> Iterator[Source]:
    with opened_hdf5(content, place) as file:
        with faults_of(place):
            legacy = is_legacy(file)
            groups = legacy_layers(file, place) if legacy else _groups(file, place)
        if not groups:
            raise FormatError(
                f"{place} holds no layers of Keras: save them with "
                "model.save_weights('x.weights.h5')"
            )
        yield Source(groups, in_order=legacy, channels_last=True)


def _groups(file: Any, place: str) -> list[Group]:
    return [Group(name, _arrays(name, place, own)) for name, own in _layers(file, "", set())]


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
        if not is_own(group, key):
            raise FormatError(f"holds a link at {place}, which may lead to another file")
        member = group[key]
        if not isinstance(member, h5py.Group) or key in OTHERS:
            continue
        if key != VARS:
            yield from _layers(member, place, seen)
        elif len(member):
            # "0", "1", ... "10": h5py lists them as text.
            yield _named(name), [dataset(member, k, place) for k in sorted(member, key=_number)]


def _named(path: str) -> str:
    """conv2d, the first of its class, is conv2d_0: so that its number can be compared."""
    parts = [part for part in path.split("/") if part not in ("layers", "functions")]
    return ".".join(part if re.search(r"_\d+$", part) else f"{part}_0" for part in parts)


def _number(key: str) -> tuple[int, str]:
    return by_size(key) if key.isdecimal() else (-1, key)


def _arrays(name: str, place: str, datasets: list[Any]) -> dict[str, Stored]:
    """Keras's arrays of a layer under badak's names and in its layout."""
    first = datasets[0]
    turn = weight_turn(first.shape, "depthwise" in name)
    if turn and len(datasets) <= 2:
        weight = {"weight": stored(place, first, turn)}
        return weight | ({"bias": stored(place, datasets[1])} if len(datasets) == 2 else {})
    # gamma and beta, then mean and variance: a batch norm's two arrays may be the latter.
    norm = first.ndim == 1 and len(datasets) in ((4,) if "batch" in name else (2, 4))
    keys = NORM[: len(datasets)] if norm else map(str, range(len(datasets)))
    return {key: stored(place, each) for key, each in zip(keys, datasets, strict=True)}
