"""Features on disk, by content: what the same layers make of the same image is computed once."""

import hashlib
import json
import warnings
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from badak import __version__, ops, storage
from badak.arrays import Array
from badak.data import Dataset
from badak.data.download import cache_folder
from badak.errors import BadakError
from badak.network import Network, head

FORMAT = {"format": "badak features", "version": 1}
BLOCK = 64  # images read at a time
# Of one network's features on disk; what is older makes room.
MAX_BYTES = 2**29

Known = dict[bytes, Array]  # the digest of an image -> its features


def features(net: Network, data: Dataset, *, cache: bool = True, batch_size: int = 32) -> Array:
    """Return what enters the network's head for each image, (N, F), from the cache if it can be.

    The cache's file belongs to the layers before the head, their weights and the arithmetic; its
    rows, to the images' content. So another head, another run and other folds of the same images
    cost nothing, and any change is noticed. Within rounding it makes no difference: batches of
    another size may add up in another order.

    Args:
        net: see `badak.Network.features`.
        data: the images.
        cache: whether to look in the user's cache, and to write there.
        batch_size: images at a time.

    Warns:
        UserWarning: the cache cannot be written.

    Example:
        >>> from badak import data, models
        >>> train, _ = data.load("digits")
        >>> features(models.SimpleConvNet(), train[:5], cache=False).shape
        (5, 100)
    """
    if not cache:
        return _computed(net, data, batch_size)
    path = cache_folder("features") / f"{key(net)}.safetensors"
    digests, known = list(_digests(data)), _read(path)
    new = np.array([place for place, one in enumerate(digests) if one not in known], np.int64)
    if len(new):
        rows = _computed(net, data[new], batch_size)
        known |= {digests[place]: row for place, row in zip(new, rows, strict=True)}
        _write(path, known)
    if not digests:
        return _computed(net, data, batch_size)
    return np.stack([known[one] for one in digests])


def key(net: Network) -> str:
    """Return the SHA-256 of all that the features depend on besides images, in hexadecimal."""
    last = head.find(net)
    layers = {name: repr(layer) for name, layer in net.layers.items() if name != last.name}
    facts = [layers, last.source, net.input_shape, str(net.dtype), net.fuse, ops.active()]
    total = hashlib.sha256(json.dumps([*facts, __version__]).encode())
    for name, array in net.state().items():
        if name.rpartition(".")[0] != last.name:
            total.update(f"{name} {array.shape}".encode())
            total.update(np.ascontiguousarray(array).data)
    return total.hexdigest()


def _computed(net: Network, data: Dataset, batch_size: int) -> Array:
    starts = range(0, max(1, len(data)), BLOCK)
    blocks = (data.images[start : start + BLOCK] for start in starts)
    return np.concatenate([net.features(block, batch_size=batch_size) for block in blocks])


def _digests(data: Dataset) -> Iterator[bytes]:
    """Yield 16 bytes that stand for the content of each image."""
    for start in range(0, len(data), BLOCK):
        for image in data.images[start : start + BLOCK]:
            yield hashlib.blake2b(np.ascontiguousarray(image).data, digest_size=16).digest()


def _read(path: Path) -> Known:
    with suppress(BadakError):  # no such file, or a damaged one: it is written again
        arrays, metadata = storage.load(path)
        digests, rows = arrays.get("digests"), arrays.get("features")
        if metadata == FORMAT and digests is not None and rows is not None:
            names: NDArray[np.int64] = digests
            return {name.tobytes(): row for name, row in zip(names, rows, strict=True)}
    return {}


def _write(path: Path, known: Known) -> None:
    """Write the latest rows, as many as may be."""
    row = next(iter(known.values()))
    latest = list(known.items())[-max(1, MAX_BYTES // max(1, row.nbytes)) :]
    names = np.frombuffer(b"".join(name for name, _ in latest), np.int64).reshape(-1, 2)
    arrays = {"digests": names, "features": np.stack([row for _, row in latest])}
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        storage.save(path, arrays, FORMAT)
    except (OSError, BadakError) as fault:
        warnings.warn(f"the features are not kept for next time: {fault}", stacklevel=3)
