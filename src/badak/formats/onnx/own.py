"""A file that badak wrote: the very network back, with its names, table of connections and all.

The file tells its layers in its metadata. That is believed only where the network it describes,
written again, gives the graph that the file holds.
"""

import json
from typing import Any

import numpy as np
from numpy.typing import NDArray

from badak.arrays import Shape
from badak.errors import BadakError
from badak.formats.onnx.export import ARCHITECTURE, to_model
from badak.formats.onnx.file import Graph
from badak.layers import Conv2d, EuclideanRBF, Layer, Linear, TableConv2d, Widen2d
from badak.network import Network, architecture

Arrays = dict[str, NDArray[Any]]


def own_network(graph: Graph) -> Network | None:
    """The network that this file was written from; None where not badak wrote what it holds."""
    texts = [entry.value for entry in graph.proto.metadata_props if entry.key == ARCHITECTURE]
    if len(texts) != 1:
        return None
    try:
        form = json.loads(texts[0])
        arguments = architecture.parse(form)
        _check_sizes(arguments, graph.arrays)
        net = Network.from_architecture(form)
        net.load_state({name: graph.arrays[name] for name in net.state()})
    except (BadakError, ValueError, KeyError, RecursionError):
        return None
    return net if to_model(net).graph == graph.proto.graph else None


def _check_sizes(arguments: dict[str, Any], arrays: Arrays) -> None:
    """Refuse layers larger than the arrays in the file, before theirs are made."""
    shape: Shape = architecture.checked_input_shape(arguments["input_shape"])
    for name, layer in arguments["layers"].items():
        shape = _walk(name, layer, shape, arrays)


def _walk(name: str, layer: Layer, shape: Shape, arrays: Arrays) -> Shape:
    for path, layers in getattr(layer, "paths", ()):
        along = shape
        for key, one in layers.items():
            along = _walk(f"{name}.{path}{key}", one, along, arrays)
    expected: dict[str, tuple[int, ...]] = {}
    if isinstance(layer, (Conv2d, TableConv2d)):
        window = layer.window(shape)
        channels = shape[0] // getattr(layer, "groups", 1)
        expected["weight"] = (layer.output_shape(shape)[0], channels, *window.kernel)
    elif isinstance(layer, Linear):
        expected["weight"] = (layer.out_features, shape[0])
    elif isinstance(layer, EuclideanRBF):
        expected["codes"] = (layer.out_features, shape[0])
    elif isinstance(layer, Widen2d):
        expected["copier"] = (layer.out_channels, shape[0], 1, 1)
    for key, size in expected.items():
        if arrays[f"{name}.{key}"].shape != size:
            raise BadakError(f"{name}.{key} is {arrays[f'{name}.{key}'].shape}, expected {size}")
    output = layer.output_shape(shape)
    check_output(output)
    return output


def check_output(shape: Shape) -> None:
    """Refuse a layer whose output of one image no machine should have to hold.

    Raises:
        BadakError: more than 2**28 numbers, 1 GiB.
    """
    size = int(np.prod(shape, dtype=object))
    if size > 2**28:
        raise BadakError(f"its output of one image, {shape}, has more than {2**28:,} numbers")
