"""The head: the last layer with weights, which tells the classes apart."""

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from badak import checks
from badak.arrays import Shape
from badak.errors import BadakError, where
from badak.layers import Conv2d, Linear
from badak.layers.block import output_shape
from badak.layers.nodes import chain
from badak.layers.walk import walk
from badak.network.freezing import leaves

if TYPE_CHECKING:
    from badak.network.network import Network

# Of a new head's weights: they are to follow the features, and not the draw.
STD = 1e-3


class Head(NamedTuple):
    """The last layer with weights.

    Attributes:
        name: its full name.
        layer: itself.
        source: name of the layer whose output it reads.
        shape: of what it reads.
    """

    name: str
    layer: Linear | Conv2d
    source: str
    shape: Shape


def find(net: "Network") -> Head:
    """Return the network's head.

    Raises:
        BadakError: no layer has weights, or the last one that does is not Linear or Conv2d.
    """
    last = [name for name, leaf in leaves(net.layers) if leaf.parameters][-1:]
    for visit in walk(net.layers, net.input_shape):
        if [visit.name] == last:
            if isinstance(visit.layer, (Linear, Conv2d)):
                return Head(visit.name, visit.layer, visit.source, visit.input)
            raise BadakError(
                f"the head must be a Linear or Conv2d; the last layer with weights is "
                f"{type(visit.layer).__name__} {visit.name!r}"
            )
    raise BadakError("the network has no head: none of its layers has weights")


def replace(net: "Network", num_classes: int) -> None:
    """See `Network.replace_head`."""
    count = checks.integer(num_classes, "num_classes", minimum=1)
    head = find(net)
    layer, field = head.layer, "out_features" if isinstance(head.layer, Linear) else "out_channels"
    before = getattr(layer, field)
    setattr(layer, field, count)
    try:
        shape = _output_shape(net)
        if shape != (count,):
            raise BadakError(
                f"{type(layer).__name__} {head.name!r} is no head: with {num_classes} outputs, "
                f"the network's output would be {shape}"
            )
    except BadakError:
        setattr(layer, field, before)
        raise
    generator = np.random.default_rng(net.seed)
    with net.step_alone():
        layer.build(head.shape, generator, net.dtype)
        weight = layer.parameters["weight"]
        weight[...] = generator.normal(0, STD, weight.shape)
        layer.frozen = False
        net.output_shape = shape


def _output_shape(net: "Network") -> Shape:
    """The shape that the network's layers now give."""
    shape = net.input_shape
    for node in chain(net.layers)[0]:
        with where(f"{type(node.layer).__name__} {node.name!r}"):
            shape = output_shape(node.layer, [shape])
    return shape
