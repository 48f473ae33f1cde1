"""Fusion: a network's layers grouped into stages, each as long as one native call can do.

A row of layers becomes a `Chain` of stages; a block becomes `Joined`, whose parts are chains too.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import zip_longest
from typing import Any, NamedTuple

from badak.arrays import Array, Shape
from badak.layers import Block, Conv2d, Dropout, Layer, Linear, MaxPool2d, ReLU
from badak.layers.batch_norm import BatchNorm
from badak.layers.block import output_shape
from badak.layers.nodes import INPUT, Arriving, Node, Values, passes_back
from badak.network.pixels.choice import pixel_chain
from badak.network.prediction.stage import Predicted
from badak.network.stages import (
    ConvBlock,
    Drop,
    Gradients,
    LinearReLU,
    Norm,
    Refreshed,
    Single,
    Stage,
)
from badak.ops.window import Window

Named = tuple[str, Layer]


class Chain(Stage):
    """Stages that follow one another."""

    def __init__(self, layers: Sequence[Named], input_shape: Shape, training: bool) -> None:
        self.stages = stages(layers, input_shape, training)

    def refreshed(self) -> Iterator[Refreshed]:
        """Those of all."""
        for stage in self.stages:
            yield from stage.refreshed()

    def parts(self) -> Iterator[Any]:
        """Those of all."""
        for stage in self.stages:
            yield from stage.parts()

    def forward(self, x: Array) -> Array:
        """One after the other."""
        for stage in self.stages:
            x = stage.forward(x)
        return x

    def backward(self, grad_y: Array, need_grad_x: bool) -> tuple[Array | None, Gradients]:
        """The way back; only the first one's input may need no gradient."""
        return self.whole(self.back(grad_y, need_grad_x))

    def back(self, grad_y: Array, need_grad_x: bool) -> Iterator[tuple[Array | None, Gradients]]:
        """One stage after the other, from the last."""
        grad: Any = grad_y
        for place, stage in reversed(list(enumerate(self.stages))):
            for step in stage.back(grad, need_grad_x or place > 0):
                yield step
            grad = step[0]


class Still(Stage):
    """First layers that training leaves as they are, run as in prediction; then those that learn.

    The first ones keep no maps, and the way back ends before them.
    """

    def __init__(self, first: Predicted, rest: Sequence[Named]) -> None:
        self.first = first
        self.rest = Chain(rest, first.segments.graph.output_shape, training=True)

    def refreshed(self) -> Iterator[Refreshed]:
        """Those of both."""
        yield from self.first.refreshed()
        yield from self.rest.refreshed()

    def parts(self) -> Iterator[Any]:
        """Those of the layers that learn."""
        return self.rest.parts()

    def forward(self, x: Array) -> Array:
        """One after the other."""
        return self.rest.forward(self.first.forward(x))

    def backward(self, grad_y: Array, need_grad_x: bool) -> tuple[Array | None, Gradients]:
        """Through the layers that learn."""
        return self.rest.backward(grad_y, False)

    def back(self, grad_y: Array, need_grad_x: bool) -> Iterator[tuple[Array | None, Gradients]]:
        """Through the layers that learn."""
        return self.rest.back(grad_y, False)


class Row:
    """Nodes of a block that follow one another."""

    def __init__(self, chain: Chain) -> None:
        self.chain = chain

    def refreshed(self) -> Iterator[Refreshed]:
        """Those of the chain."""
        return self.chain.refreshed()

    def parts(self) -> Iterator[Any]:
        """Those of the chain."""
        return self.chain.parts()

    def forward(self, values: Sequence[Array]) -> Array:
        """The chain, from the one value that it reads."""
        return self.chain.forward(values[0])

    def backward(
        self, grad_y: Array, need_grad_x: bool
    ) -> tuple[Sequence[Array | None], Gradients]:
        """The gradient of that value, and of the parameters."""
        grad_x, gradients = self.chain.backward(grad_y, need_grad_x)
        return [grad_x], gradients


class Join:
    """The join of several values."""

    def __init__(self, name: str, block: Block) -> None:
        self.covers, self.block = (name,), block

    def parts(self) -> Iterator[Any]:
        """Itself."""
        yield self

    def ways(self) -> tuple[str, ...]:
        """It has no convolution."""
        return ()

    def refreshed(self) -> Iterator[Refreshed]:
        """None."""
        return iter(())

    def forward(self, values: list[Array]) -> Array:
        """The values as one."""
        y, self.cache = self.block.join(values)
        return y

    def backward(
        self, grad_y: Array, need_grad_x: bool
    ) -> tuple[Sequence[Array | None], Gradients]:
        """The gradients of the values."""
        return self.block.split(grad_y, self.cache), {}


class Part(NamedTuple):
    """Nodes of a block that run as one.

    Attributes:
        name: of the last node.
        reads: what the first node reads.
        runs: what computes.
    """

    name: str
    reads: tuple[str, ...]
    runs: Row | Join


class Joined(Stage):
    """A block: its parts, and their join."""

    def __init__(self, name: str, block: Block, input_shape: Shape, training: bool) -> None:
        self.rows = list(_parts(name, block, input_shape, training))
        self.ends, self.join = block.ends, Join(name, block)

    def refreshed(self) -> Iterator[Refreshed]:
        """Those of all parts."""
        for part in self.rows:
            yield from part.runs.refreshed()

    def parts(self) -> Iterator[Any]:
        """Those of all rows, and the joins."""
        for part in self.rows:
            yield from part.runs.parts()
        yield self.join

    def forward(self, x: Array) -> Array:
        """All parts in order, then the join."""
        values = Values(self.rows, self.ends, x)
        for part in self.rows:
            values.put(part.name, part.runs.forward(values.take(part.reads)))
        return self.join.forward(values.take(self.ends))

    def backward(self, grad_y: Array, need_grad_x: bool) -> tuple[Array | None, Gradients]:
        """Add up the gradients that all readers of a value pass back."""
        ends, gradients = self.join.backward(grad_y, need_grad_x)
        arriving = Arriving(self.ends, ends)
        for part in reversed(self.rows):
            need = passes_back(part, need_grad_x)
            read, own = part.runs.backward(arriving.of(part.name), need)
            arriving.add(part.reads, read)
            gradients |= own
        return arriving.of(INPUT) if need_grad_x else None, gradients


def _parts(name: str, block: Block, input_shape: Shape, training: bool) -> Iterator[Part]:
    """A block's nodes in as few parts as possible: chains as long as nobody else reads a value."""
    readers = Counter(read for node in block.nodes for read in node.reads)
    readers.update(block.ends)
    shapes = {INPUT: input_shape}
    row: list[Node] = []
    for node, after in zip_longest(block.nodes, block.nodes[1:]):
        before = [shapes[read] for read in node.reads]
        shapes[node.name] = output_shape(node.layer, before)
        if len(node.reads) > 1 and isinstance(node.layer, Block):
            yield Part(node.name, node.reads, Join(f"{name}.{node.name}", node.layer))
            continue
        row.append(node)
        if after is None or after.reads != (node.name,) or readers[node.name] > 1:
            named = [(f"{name}.{one.name}", one.layer) for one in row]
            reads = row[0].reads
            yield Part(node.name, reads, Row(Chain(named, shapes[reads[0]], training)))
            row = []


def stages(layers: Sequence[Named], input_shape: Shape, training: bool) -> list[Stage]:
    """Group layers into stages, each as long as one call can do.

    In training a stage keeps what `backward` needs.
    """
    result: list[Stage] = []
    shape, rest = input_shape, list(layers)
    while rest:
        chain = pixel_chain(rest, shape) if training else None
        if chain is not None:
            result.append(chain[0])
            shape, rest = chain[0].end.shape, rest[chain[1] :]
            continue
        first = len(layers) - len(rest)
        name, layer = rest.pop(0)
        before, shape = shape, layer.output_shape(shape)
        if isinstance(layer, Conv2d):
            relu = _takes(rest, ReLU)
            pool = bool(rest) and _halves(rest[0][1], shape)
            if pool:
                shape = rest.pop(0)[1].output_shape(shape)
            result.append(ConvBlock(name, layer, relu, pool, training))
        elif isinstance(layer, Linear) and _takes(rest, ReLU):
            result.append(LinearReLU(name, layer))
        elif isinstance(layer, Block):
            result.append(Joined(name, layer, before, training))
        elif training and isinstance(layer, Dropout) and not layer.frozen:
            result.append(Drop(layer))
        elif training and isinstance(layer, BatchNorm) and not layer.frozen:
            result.append(Norm(name, layer))
        else:
            result.append(Single(name, layer, training))
        result[-1].covers = tuple(name for name, _ in layers[first : len(layers) - len(rest)])
    return result


def _takes(rest: list[Named], kind: type[Layer]) -> bool:
    """Take the next layer if it is of this kind."""
    taken = bool(rest) and isinstance(rest[0][1], kind)
    if taken:
        rest.pop(0)
    return taken


def _halves(layer: Layer, shape: Shape) -> bool:
    """Whether a layer is 2x2 max pooling without padding, on maps of this shape."""
    if not isinstance(layer, MaxPool2d):
        return False
    window = layer.window(shape)
    return window == Window((2, 2), (2, 2)) and min(shape[1:]) >= 2
