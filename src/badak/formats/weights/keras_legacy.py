"""Keras's older HDF5 files: ``model.save("x.h5")``, and what Keras 2 wrote by save_weights.

The attribute ``layer_names`` gives the layers' order, and each layer's ``weight_names`` its arrays:
``conv2d/kernel:0``. Source: keras/src/legacy/saving/legacy_h5_format.py.
"""

import json
from collections.abc import Iterable, Iterator
from itertools import count
from typing import Any

import numpy as np

from badak.errors import FormatError, shown
from badak.formats.weights.groups import Group, Stored
from badak.formats.weights.hdf5 import dataset, is_own, stored, weight_turn

LAYERS, WEIGHTS, CONFIG = "layer_names", "weight_names", "model_config"
MODEL = "model_weights"  # where they are, if the file holds a whole model
NAMES = {
    "kernel": "weight", "depthwise_kernel": "weight", "alpha": "weight", "gamma": "weight",
    "beta": "bias", "moving_mean": "running_mean", "moving_variance": "running_var",
}  # fmt: skip


def is_legacy(file: Any) -> bool:
    """Whether the file is of this form, and not of Keras 3's own."""
    root = _root(file)
    return LAYERS in root.attrs or f"{LAYERS}0" in root.attrs


def legacy_layers(file: Any, place: str) -> list[Group]:
    """Read the layers in their order; see `badak.formats.weights.keras.read_keras`.

    Raises:
        FormatError: the file is damaged, or links to other files.
    """
    root, kinds = _root(file), _kinds(file)
    layers = list(_texts(root, LAYERS))
    known = set(layers)
    groups: list[Group] = []
    for layer in layers:
        inner = _weights(_member(root, [layer]), layer, kinds, place)
        # conv2d, the first of its class, is conv2d_0: so that its number can be compared.
        name = f"{layer}_0" if f"{layer}_1" in known else layer
        names = [name] if len(inner) == 1 else [f"{name}.{owner}" for owner in inner]
        groups += map(Group, names, inner.values())
    return groups


def _weights(
    group: Any, layer: str, kinds: dict[str, str], place: str
) -> dict[str, dict[str, Stored]]:
    """The arrays of a layer, under its name; a model within the model is one, with many names."""
    inner: dict[str, dict[str, Stored]] = {}
    for path in _texts(group, WEIGHTS):
        *parents, key = [part for part in path.split("/") if part]
        owner = parents[-1] if parents else layer
        found = dataset(_member(group, parents), key, "/".join([layer, *parents]))
        depthwise = "depthwise" in (kinds.get(owner, "") + owner + key).lower()
        own = NAMES.get(key.partition(":")[0], key.partition(":")[0])
        turn = weight_turn(found.shape, depthwise) if own == "weight" else None
        inner.setdefault(owner, {})[own] = stored(place, found, turn or np.asarray)
    return inner


def _root(file: Any) -> Any:
    return file[MODEL] if MODEL in file and is_own(file, MODEL) else file


def _member(group: Any, names: list[str]) -> Any:
    """The group below a group, if no link is on the way."""
    for name in names:
        if name not in group or not is_own(group, name) or not hasattr(group[name], "keys"):
            raise FormatError(f"must hold a group {shown(name)} in {group.name}")
        group = group[name]
    return group


def _texts(group: Any, name: str) -> Iterator[str]:
    """The texts of an attribute, which may be cut into numbered ones."""
    parts: Iterable[str] = [name] if name in group.attrs else (f"{name}{part}" for part in count())
    for part in parts:
        if part not in group.attrs:
            return
        for text in np.atleast_1d(group.attrs[part]):
            yield text.decode() if isinstance(text, bytes) else str(text)


def _kinds(file: Any) -> dict[str, str]:
    """Layer -> the name of its class, if the file holds the model's description."""
    if CONFIG not in file.attrs:
        return {}
    content = file.attrs[CONFIG]
    try:
        model = json.loads(content)
        return dict(_classes([model])) if isinstance(model, dict) else {}
    except (ValueError, TypeError, RecursionError) as fault:
        raise FormatError(f"has a damaged {CONFIG}: {fault}") from None


def _classes(layers: list[Any]) -> Iterator[tuple[str, str]]:
    for layer in layers:
        config = layer.get("config") if isinstance(layer, dict) else None
        if isinstance(config, dict):
            yield str(config.get("name")), str(layer.get("class_name"))
            if isinstance(config.get("layers"), list):
                yield from _classes(config["layers"])
