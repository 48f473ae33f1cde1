"""Features on disk, by content: what the same layers made of the same images is computed once."""

import hashlib
import json
import warnings
from contextlib import suppress

import numpy as np

from badak import __version__, ops, storage
from badak.arrays import Array
from badak.data import Dataset
from badak.data.download import cache_folder
from badak.errors import BadakError
from badak.network import Network, head

FORMAT = {"format": "badak features", "version": 1}
BLOCK = 64  # images read at a time


def features(net: Network, data: Dataset, *, cache: bool = True, batch_size: int = 32) -> Array:
    """Return what enters the network's head for each image, (N, F), from the cache if it can be.

    The key is a hash of the weights before the head, of the images and of the arithmetic, so that
    another head, another split of the work or another run costs nothing, and any change is noticed.

    Args:
        net: see `badak.Network.features`.
        data: the images.
        cache: whether to look in the user's cache, and to write there.
        batch_size: images at a time.
    """
    if not cache:
        return _computed(net, data, batch_size)
    path = cache_folder("features") / f"{key(net, data)}.safetensors"
    with suppress(BadakError):  # no such file, or a damaged one: it is written again
        arrays, metadata = storage.load(path)
        if metadata == FORMAT and len(arrays["features"]) == len(data):
            return np.asarray(arrays["features"])
    computed = _computed(net, data, batch_size)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        storage.save(path, {"features": computed}, FORMAT)
    except (OSError, BadakError) as fault:
        warnings.warn(f"the features are not kept for next time: {fault}", stacklevel=2)
    return computed


def _computed(net: Network, data: Dataset, batch_size: int) -> Array:
    blocks = [
        net.features(data.images[start : start + BLOCK], batch_size=batch_size)
        for start in range(0, len(data), BLOCK)
    ]
    return np.concatenate(blocks)


def key(net: Network, data: Dataset) -> str:
    """Return the SHA-256 of everything that the features depend on, in hexadecimal."""
    last = head.find(net)
    layers = {name: repr(layer) for name, layer in net.layers.items() if name != last.name}
    facts = [layers, last.source, net.input_shape, str(net.dtype), net.fuse, ops.active()]
    total = hashlib.sha256(json.dumps([*facts, __version__, len(data)]).encode())
    for name, array in net.state().items():
        if name.rpartition(".")[0] != last.name:
            total.update(f"{name} {array.shape}".encode())
            total.update(np.ascontiguousarray(array).data)
    for start in range(0, len(data), BLOCK):
        total.update(np.ascontiguousarray(data.images[start : start + BLOCK]).data)
    return total.hexdigest()
