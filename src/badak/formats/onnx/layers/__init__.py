"""Each layer as ONNX nodes and back: a file per kind, its writer and its reader side by side.

A writer adds the nodes of one layer, ``writer(graph, name, layer, x, shape) -> output``; they have
the layer's name, ``block1.conv1``, and if a layer needs several, the others have a word after it;
initializers have the names of parameters and buffers. A reader makes layers of one node,
``reader(call) -> value``.
"""

from collections.abc import Callable, Mapping
from typing import Any

from numpy.typing import NDArray

from badak.arrays import Shape
from badak.formats.onnx.call import Call
from badak.formats.onnx.layers import (
    activation,
    affine,
    block,
    channels,
    conv,
    dropout,
    enlarge,
    functions,
    linear,
    norm,
    pad,
    pool,
    quantized,
    scale,
)
from badak.formats.onnx.layers import shape as shapes
from badak.formats.onnx.value import Value
from badak.formats.onnx.writer import GraphWriter
from badak.layers import Block, Layer
from badak.layers.walk import INPUT, walk

KINDS = (conv, enlarge, linear, pool, norm, activation, dropout, pad, channels, shapes)
WRITERS: dict[type[Layer], Callable[..., str]] = {
    layer: writer for kind in (*KINDS, scale) for layer, writer in kind.WRITERS.items()
}
READERS: dict[str, Callable[[Call], Value | NDArray[Any] | tuple[Value, ...]]] = {
    op: reader
    for kind in (*KINDS, block, affine, functions, quantized)
    for op, reader in kind.READERS.items()
}


def write(graph: GraphWriter, layers: Mapping[str, Layer], x: str, shape: Shape) -> Shape:
    """Write layers, from the value `x` of one image's shape on; return that of their output."""
    values = {INPUT: x}
    for visit in walk(layers, shape):
        name, layer = visit.name, visit.layer
        if isinstance(layer, Block):
            ends = [values[read] for read in visit.reads]
            values[name] = block.JOINS[type(layer)](graph, name, ends)
        else:
            x = values[visit.source]
            values[name] = WRITERS[type(layer)](graph, name, layer, x, visit.input)
        shape = visit.output
    return shape
