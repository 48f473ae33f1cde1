"""A file that badak wrote: the same network back, with its names and its table of connections.

The file's metadata describes its layers. It is trusted only if the network that it describes,
written again, gives the graph that the file holds.
"""

import json
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from badak.arrays import Shape
from badak.errors import BadakError
from badak.formats.onnx.export import ARCHITECTURE, to_model
from badak.formats.onnx.file import Graph
from badak.layers import Block, Layer, LocalResponseNorm, Normalize, Widen2d
from badak.layers.naming import named
from badak.layers.walk import walk
from badak.network import Network, architecture

Arrays = dict[str, NDArray[Any]]


def own_network(graph: Graph) -> Network | None:
    """The network that this file was written from; None if badak did not write its content."""
    texts = [entry.value for entry in graph.proto.metadata_props if entry.key == ARCHITECTURE]
    if len(texts) != 1 or graph.outputs != [info.name for info in graph.proto.graph.output]:
        return None
    try:
        form = json.loads(texts[0])
        arguments = architecture.parse(form)
        shape = architecture.checked_input_shape(arguments["input_shape"])
        check_output(shape)
        _check_sizes(arguments["layers"], shape, graph.arrays)
        names = architecture.state_shapes(named(arguments["layers"]), shape)
        net = Network.from_architecture(form, {name: graph.arrays[name] for name in names})
    except (BadakError, ValueError, KeyError, RecursionError):
        return None
    return net if to_model(net).graph == graph.proto.graph else None


def _check_sizes(layers: Mapping[str, Layer], input_shape: Shape, arrays: Arrays) -> None:
    """Refuse layers larger than the arrays in the file, before theirs are made."""
    for visit in walk(layers, input_shape):
        own = {} if isinstance(visit.layer, Block) else visit.layer.state_shapes(visit.input)
        for key, size in (own | _others(visit.layer, visit.input)).items():
            name = f"{visit.name}.{key}"
            if arrays[name].shape != size:
                raise BadakError(f"{name} is {arrays[name].shape}, expected {size}")
        check_output(visit.output)


def _others(layer: Layer, shape: Shape) -> dict[str, Shape]:
    """Arrays written besides parameters and buffers, if their size grows with the channels."""
    if isinstance(layer, Widen2d):
        return {"copier": (layer.out_channels, shape[0], 1, 1)}
    if isinstance(layer, Normalize):
        return dict.fromkeys(("mean", "std"), (shape[0], 1, 1))
    if isinstance(layer, LocalResponseNorm) and layer.size % 2 == 0:
        return {"near": (shape[0], shape[0], 1, 1)}
    return {}


def check_output(shape: Shape) -> None:
    """Refuse a layer whose output for one image is too large for any machine."""
    size = int(np.prod(shape, dtype=object))
    if size > 2**28:
        raise BadakError(f"its output of one image, {shape}, has more than {2**28:,} numbers")
