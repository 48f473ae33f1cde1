"""Features: what a layer inside a network makes of images, batch by batch.

Letters: N images, F features, C channels, H rows, W columns.
"""

from collections.abc import Iterator
from copy import copy
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from badak.arrays import Array, as_images
from badak.errors import BadakError, did_you_mean, shown
from badak.layers.walk import run, walk
from badak.network import head
from badak.network.evaluate import batches
from badak.network.plan import Plans

if TYPE_CHECKING:
    from badak.network.network import Network


def features(net: "Network", images: ArrayLike, layer: str | None, batch_size: int) -> Array:
    """See `Network.features`."""
    name = head.find(net).source if layer is None else layer
    shapes = {visit.name: visit.output for visit in walk(net.layers, net.input_shape)}
    shapes[""] = net.input_shape
    if name not in shapes or layer == "":
        raise BadakError(f"there is no layer {shown(name)}{did_you_mean(name, shapes)}")
    shape = shapes[name]
    empty = np.empty((0, shape[0]), net.dtype)
    return np.concatenate([empty, *(_rows(one) for one in _outputs(net, images, name, batch_size))])


def _rows(outputs: Array) -> Array:
    """(N, C, H, W) -> (N, C), the mean of each map; (N, F) stays."""
    return outputs if outputs.ndim == 2 else outputs.mean(axis=tuple(range(2, outputs.ndim)))


def _outputs(net: "Network", images: ArrayLike, name: str, batch_size: int) -> Iterator[Array]:
    """The layer's output for each batch: by the prediction of the layers up to it, if it can be."""
    top = list(net.layers)
    up_to = _up_to(net, top[: top.index(name) + 1]) if name in net.layers else None
    for batch in batches(net, images, batch_size):
        if up_to is not None:
            yield up_to.forward(batch)
            continue
        x = as_images(batch, net.input_shape, net.dtype)
        visits = run(net.layers, x) if name else ()
        yield next((visit.output for visit in visits if visit.name == name), x)


def _up_to(net: "Network", names: list[str]) -> "Network":
    """The network's first layers, which are the same objects."""
    part = copy(net)
    part.layers = {name: net.layers[name] for name in names}
    part.plans = Plans(part.layers, net.input_shape)
    return part
