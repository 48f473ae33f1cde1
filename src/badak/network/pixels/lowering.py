"""Lowering: nodes to steps, each with what can be computed in the same call."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from badak.arrays import Shape
from badak.layers import (
    AvgPool2d,
    BatchNorm2d,
    Block,
    Concat,
    Conv2d,
    Dropout,
    FrozenBatchNorm2d,
    GlobalAvgPool2d,
    Hardtanh,
    Layer,
    MaxPool2d,
    Product,
    ReLU,
    ReLU6,
    Residual,
    Widen2d,
)
from badak.layers.nodes import INPUT, Node
from badak.network.pixels import activation, flat
from badak.network.pixels.activation import Curve
from badak.network.pixels.carried import Carried, Dropped
from badak.network.pixels.conv import Conv, Enter, FirstConv
from badak.network.pixels.folded import FirstFoldedConv, FoldedConv
from badak.network.pixels.joins import Cat, Gate, Sum
from badak.network.pixels.maps import Maps
from badak.network.pixels.norm import Norm
from badak.network.pixels.normed import fused
from badak.network.pixels.pool import AvgPool, MaxPool, Widen
from badak.network.pixels.steps import NO_LIMITS, Step, Tail

# Activations that are limits of their input.
LIMITS: dict[type[Layer], Callable[[Any], tuple[float, float]]] = {
    ReLU: lambda layer: (0.0, np.inf),
    **dict.fromkeys((ReLU6, Hardtanh), lambda layer: tuple(layer.options().values())),
}
# Layers whose step ends in a tail; others that read one value; and joins of several.
TAILED: dict[type[Layer], Any] = {Conv2d: Conv, BatchNorm2d: Norm}
PLAIN: dict[type[Layer], Any] = {
    MaxPool2d: MaxPool,
    AvgPool2d: AvgPool,
    GlobalAvgPool2d: AvgPool,
    Widen2d: Widen,
}
JOINS: dict[type[Layer], Any] = {Concat: Cat, Product: Gate}
# A first convolution of at most so many channels reads images as users see them.
FEW = 4


class Lowered:
    """The steps of layers that follow one another.

    Attributes:
        start: the maps of the input.
        steps: in order.
        end: the maps of the output.
    """

    def __init__(self, layers: Sequence[tuple[str, Layer]], input_shape: Shape) -> None:
        self._flat = flat.flat(layers, input_shape)
        self._readers = flat.readers(self._flat)
        self.start = Maps(input_shape)
        self._maps = {INPUT: self.start}
        # Nodes that the step of one before them includes, in order.
        self._taken: dict[str, None] = {}
        self.steps: list[Step] = [] if self._first_reads_planes() else [Enter(self.start)]
        for node in self._flat.nodes:
            if node.name not in self._taken:
                before = len(self._taken)
                self.steps.append(self._step(node))
                self.steps[-1].covers = (node.name, *list(self._taken)[before:])
        self.end = self._maps[self._flat.end]
        self.steps = fused(self.steps)
        for step in self.steps:
            step.link()
        self._agree()

    def _first_reads_planes(self) -> bool:
        first = self._next(INPUT)
        return (
            first is not None
            and isinstance(first.layer, Conv2d)
            and first.layer.groups == 1
            and self.start.shape[0] <= FEW
        )

    def _step(self, node: Node) -> Any:
        """Make the step of a node, and of those after it that it can include."""
        kind, reads = type(node.layer), tuple(self._maps[read] for read in node.reads)
        x = reads[0]
        if kind in TAILED and not _frozen_norm(node.layer):
            return self._tailed(node, x)
        if kind in LIMITS:
            return Sum(x, Tail(self._make(node.name), limits=LIMITS[kind](node.layer)))
        if kind is Residual:
            limits, name = self._limits(node.name)
            return Sum(x, Tail(self._make(name), reads[1], limits))
        if kind in JOINS:
            return JOINS[kind](reads, self._make(node.name))
        if kind is MaxPool2d:
            return self._max_pool(node, x)
        if kind in PLAIN:
            return PLAIN[kind](node.layer, x, self._make(node.name))
        if activation.supported(node.layer):
            return Curve(node.layer, x, self._make(node.name))
        if isinstance(node.layer, Dropout) and not node.layer.frozen:
            return Dropped(node.layer, x, self._make(node.name))
        return Carried(node.name, node.layer, x, self._make(node.name))

    def _tailed(self, node: Node, x: Maps) -> Step:
        """A convolution or a norm, and a frozen norm after a convolution in its weights."""
        first, after = not self.steps, self._next(node.name)
        if isinstance(node.layer, Conv2d) and after is not None and _frozen_norm(after.layer):
            self._taken[after.name] = None
            tail = self._tail(after.name, sums=not first)
            fold = FirstFoldedConv if first else FoldedConv
            return fold(node.name, node.layer, after.layer, x, tail)
        make: Any = FirstConv if first else TAILED[type(node.layer)]
        step: Step = make(node.name, node.layer, x, self._tail(node.name, sums=not first))
        return step

    def _max_pool(self, node: Node, x: Maps) -> Step:
        """Max pooling, whose way back applies the limits of the step before."""
        pool: MaxPool = PLAIN[MaxPool2d](node.layer, x, self._make(node.name))
        before = self.steps[-1] if self.steps else None
        if (
            isinstance(before, (Conv, Norm))
            and before.makes is x
            and before.tail.add is None
            and len(self._readers[node.reads[0]]) == 1
        ):
            pool.limits, before.masks = before.tail.limits, False
        return pool

    def _make(self, name: str) -> Maps:
        self._maps[name] = Maps(self._flat.shapes[name])
        return self._maps[name]

    def _next(self, name: str) -> Node | None:
        """The only reader of a value."""
        after = self._readers[name]
        return after[0] if len(after) == 1 else None

    def _tail(self, name: str, sums: bool) -> Tail:
        """What follows a value and can be computed with it."""
        after, add = self._next(name), None
        if sums and after is not None and type(after.layer) is Residual:
            (other,) = (read for read in after.reads if read != name)
            if other in self._maps:
                add, name = self._maps[other], after.name
                self._taken[name] = None
        limits, name = self._limits(name)
        return Tail(self._make(name), add, limits)

    def _limits(self, name: str) -> tuple[tuple[float, float], str]:
        """The limits that follow a value, and the name of what then comes."""
        after = self._next(name)
        if after is None or type(after.layer) not in LIMITS:
            return NO_LIMITS, name
        self._taken[after.name] = None
        return LIMITS[type(after.layer)](after.layer), after.name

    def _agree(self) -> None:
        """Give gradients equal frames that want them."""
        pairs = [pair for step in self.steps for pair in step.alike()]
        for _ in pairs:  # as often as the longest chain of them may need
            for one, other in pairs:
                one.need(other.frame("grad"), "grad")
                other.need(one.frame("grad"), "grad")


def _frozen_norm(layer: Layer) -> bool:
    """Whether a layer is a batch norm that training leaves as it is."""
    frozen = isinstance(layer, BatchNorm2d) and layer.frozen
    return frozen or isinstance(layer, FrozenBatchNorm2d)


def supported(layer: Layer) -> bool:
    """Whether a layer has a step of its own; a block has, as its layers may be carried."""
    kinds = LIMITS | TAILED | PLAIN
    return type(layer) in kinds or isinstance(layer, Block) or activation.supported(layer)


def joins(block: Block, shapes: Sequence[Shape]) -> bool:
    """Whether there is a step for a join of values of such shapes."""
    if isinstance(block, Product):
        return len(shapes) == 2 and sorted(shape[1:] == (1, 1) for shape in shapes) == [False, True]
    return isinstance(block, (Residual, Concat))
