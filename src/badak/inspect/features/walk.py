"""walk: what enters each layer and what it makes of it, forward alone, within blocks too."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from badak.arrays import Array, Images
from badak.errors import where
from badak.layers import Block, Layer
from badak.network import Network


class Passed(NamedTuple):
    """One layer as images passed it.

    Attributes:
        name: of the layer, inside a block ``"block1.conv1"``.
        layer: the layer.
        source: name of the layer its input comes from, or "image".
        x: (N, ...), its input.
        y: (N, ...), its output.
    """

    name: str
    layer: Layer
    source: str
    x: Array
    y: Array


def walk(net: Network, images: Images) -> Iterator[Passed]:
    """Yield every layer in prediction, in the order they compute; a block after those inside.

    Args:
        net: the network; dropout is off and batch norm uses its running statistics.
        images: (N, C, H, W), checked.

    Example:
        >>> import numpy as np
        >>> from badak.layers import ReLU, Residual
        >>> net = Network([Residual([ReLU()]), ReLU()], (1, 2, 2))
        >>> [(one.source, one.name) for one in walk(net, np.ones((1, 1, 2, 2), np.float32))]
        [('image', 'block1.relu1'), ('image', 'block1'), ('block1', 'relu1')]
    """
    return _walk(net.layers, "", "image", images)


def _walk(layers: Mapping[str, Layer], prefix: str, source: str, x: Array) -> Iterator[Passed]:
    for key, layer in layers.items():
        name = prefix + key
        if isinstance(layer, Block):
            for path, inside in layer.paths:
                yield from _walk(inside, f"{name}.{path}", source, x)
        with where(f"{type(layer).__name__} {name!r}"):
            y, _ = layer.forward(x, training=False)
        yield Passed(name, layer, source, x, y)
        source, x = name, y
