"""Each layer as ONNX nodes and back: a file per kind, its writer and its reader side by side.

A writer adds the nodes of one layer, ``writer(graph, name, layer, x, shape) -> output``; they have
the layer's name, ``block1.conv1``, and if a layer needs several, the others have a word after it;
initializers have the names of parameters and buffers. A reader makes layers of one node,
``reader(call) -> value``.
"""

from collections.abc import Callable
from typing import Any

from numpy.typing import NDArray

from badak.arrays import Shape
from badak.formats.onnx.call import Call
from badak.formats.onnx.layers import activation, block, conv, dropout, linear, norm, pad, pool
from badak.formats.onnx.layers import shape as shapes
from badak.formats.onnx.value import Value
from badak.formats.onnx.writer import GraphWriter
from badak.layers import Block, Layer

KINDS = (conv, linear, pool, norm, activation, dropout, pad, shapes)
WRITERS: dict[type[Layer], Callable[..., str]] = {
    layer: writer for kind in KINDS for layer, writer in kind.WRITERS.items()
}
READERS: dict[str, Callable[[Call], Value | NDArray[Any]]] = {
    op: reader for kind in (*KINDS, block) for op, reader in kind.READERS.items()
}


def write(graph: GraphWriter, name: str, layer: Layer, x: str, shape: Shape) -> str:
    """Write a layer that takes the value `x`, (N, *shape); return its output's name."""
    if not isinstance(layer, Block):
        return WRITERS[type(layer)](graph, name, layer, x, shape)
    ends = []
    for path, layers in layer.paths:
        end, along = x, shape
        for key, inner in layers.items():
            end = write(graph, f"{name}.{path}{key}", inner, end, along)
            along = inner.output_shape(along)
        ends.append(end)
    return block.JOINS[type(layer)](graph, name, ends)
