"""Products and sums with constants: Scale and Normalize as nodes."""

import numpy as np

from badak.arrays import Shape
from badak.formats.onnx.writer import GraphWriter
from badak.layers import Normalize, Scale


def write_scale(graph: GraphWriter, name: str, layer: Scale, x: str, shape: Shape) -> str:
    """Mul, and Add if there is a bias; a number per channel meets maps as (C, 1, 1)."""
    constants = graph.state(name, layer)
    if layer.per == "channel" and len(shape) == 3:
        places = graph.array(f"{name}.places", [1, 2], np.int64)
        constants = [
            graph.add("Unsqueeze", [array, places], f"{array}.spread") for array in constants
        ]
    if not layer.bias:
        return graph.add("Mul", [x, *constants], name)
    weight, bias = constants
    return graph.add("Add", [graph.add("Mul", [x, weight], f"{name}.scaled"), bias], name)


def write_normalize(graph: GraphWriter, name: str, layer: Normalize, x: str, shape: Shape) -> str:
    """Sub and Div, as torchvision prepares images."""
    mean, std = (
        graph.array(f"{name}.{key}", np.broadcast_to(getattr(layer, key), shape[0])[:, None, None])
        for key in ("mean", "std")
    )
    return graph.add("Div", [graph.add("Sub", [x, mean], f"{name}.centred"), std], name)


WRITERS = {Scale: write_scale, Normalize: write_normalize}
