"""Layers and blocks as one list of nodes: what `Joined` runs part by part, in one chain."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from badak.arrays import Shape
from badak.layers import Block, Layer
from badak.layers.nodes import INPUT, Node


class Flat(NamedTuple):
    """Nodes without blocks inside, but joins, which read several values.

    Attributes:
        nodes: in order; their names are full ones.
        shapes: of every value, one image's.
        end: the value that all is for.
    """

    nodes: list[Node]
    shapes: dict[str, Shape]
    end: str


def flat(layers: Sequence[tuple[str, Layer]], input_shape: Shape) -> Flat:
    """Write out layers that follow one another."""
    result, end = Flat([], {INPUT: input_shape}, INPUT), INPUT
    for name, layer in layers:
        end = _write(result, name, layer, end)
    return result._replace(end=end)


def _write(to: Flat, name: str, layer: Layer, read: str) -> str:
    """Write out a layer that reads one value; return the name of what it makes."""
    if not isinstance(layer, Block):
        to.nodes.append(Node(name, layer, (read,)))
        to.shapes[name] = layer.output_shape(to.shapes[read])
        return name
    values = {INPUT: read}
    for node in layer.nodes:
        full, reads = f"{name}.{node.name}", [values[one] for one in node.reads]
        if len(reads) > 1 and isinstance(node.layer, Block):
            values[node.name] = _join(to, full, node.layer, reads)
        else:
            values[node.name] = _write(to, full, node.layer, reads[0])
    return _join(to, name, layer, [values[end] for end in layer.ends])


def _join(to: Flat, name: str, block: Block, reads: Sequence[str]) -> str:
    if len(reads) == 1:
        return reads[0]
    to.nodes.append(Node(name, block, tuple(reads)))
    to.shapes[name] = block.joined_shape([to.shapes[read] for read in reads])
    return name


def readers(of: Flat) -> dict[str, list[Node | None]]:
    """Who reads each value; None stands for what comes after all nodes."""
    result: dict[str, list[Node | None]] = {name: [] for name in of.shapes}
    for node in of.nodes:
        for read in node.reads:
            result[read].append(node)
    result[of.end].append(None)
    return result


def leaves(layers: Sequence[tuple[str, Layer]]) -> Iterator[Layer]:
    """All layers that compute, also inside blocks."""
    for name, layer in layers:
        for _, leaf in layer.leaves(name):
            yield leaf
