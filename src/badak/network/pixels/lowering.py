"""Lowering: nodes to steps, each with what can be computed in the same call."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from badak.arrays import Shape
from badak.layers import (
    AvgPool2d,
    BatchNorm2d,
    Concat,
    Conv2d,
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
from badak.network.pixels import flat
from badak.network.pixels.carried import Carried
from badak.network.pixels.conv import Conv, FirstConv
from badak.network.pixels.joins import Cat, Gated, Sum
from badak.network.pixels.maps import Maps
from badak.network.pixels.norm import Norm
from badak.network.pixels.pool import AvgPool, GlobalPool, MaxPool, Widen
from badak.network.pixels.steps import NO_LIMITS, Step, Tail

# Activations that are limits of their input.
LIMITS: dict[type[Layer], Callable[[Any], tuple[float, float]]] = {
    ReLU: lambda layer: (0, np.inf),
    ReLU6: lambda layer: (0, 6),
    Hardtanh: lambda layer: (layer.min_val, layer.max_val),
}
# Layers whose step ends in a tail; those that read one value; and those that join several.
TAILED: dict[type[Layer], type[Step]] = {Conv2d: Conv, BatchNorm2d: Norm}
PLAIN: dict[type[Layer], type[Step]] = {
    MaxPool2d: MaxPool,
    AvgPool2d: AvgPool,
    GlobalAvgPool2d: GlobalPool,
    Widen2d: Widen,
}
JOINS: dict[type[Layer], type[Step]] = {Concat: Cat, Product: Gated}
# A first convolution of at most so many channels reads images as users see them.
FEW = 4


def supported(layer: Layer) -> bool:
    """Whether a layer, or a join, has a step of its own."""
    return type(layer) in LIMITS | TAILED | PLAIN | JOINS | {Residual: Sum}


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
        self.steps: list[Step] = []
        for node in self._flat.nodes:
            if node.name not in self._maps:
                self.steps.append(self._step(node))
        self.end = self._maps[self._flat.end]
        for step in self.steps:
            step.link()
        self._agree()

    def _step(self, node: Node) -> Step:
        kind, x = type(node.layer), self._maps[node.reads[0]]
        if kind in TAILED:
            return TAILED[kind](node.name, node.layer, x, self._tail(node.name))
        if kind in LIMITS:
            limits = LIMITS[kind](node.layer)
            return Sum(x, Tail(self._make(node.name), limits=limits))
        if kind is Residual:
            other = self._maps[node.reads[1]]
            limits, name = self._limits(node.name)
            return Sum(x, Tail(self._make(name), other, limits))
        if kind in JOINS:
            reads = tuple(self._maps[read] for read in node.reads)
            return JOINS[kind](reads, self._make(node.name))
        if kind in PLAIN:
            return PLAIN[kind](node.layer, x, self._make(node.name))
        return Carried(node.name, node.layer, x, self._make(node.name))

    def _make(self, name: str) -> Maps:
        self._maps[name] = Maps(self._flat.shapes[name])
        return self._maps[name]

    def _next(self, name: str) -> Node | None:
        """The only reader of a value."""
        after = self._readers[name]
        return after[0] if len(after) == 1 else None

    def _tail(self, name: str) -> Tail:
        """What follows a value and can be computed with it."""
        after, add = self._next(name), None
        if after is not None and type(after.layer) is Residual:
            (other,) = (read for read in after.reads if read != name)
            if other in self._maps:
                add, name = self._maps[other], after.name
        limits, name = self._limits(name)
        return Tail(self._make(name), add, limits)

    def _limits(self, name: str) -> tuple[tuple[float, float], str]:
        """The limits that follow a value, and the name of what then comes."""
        after = self._next(name)
        if after is None or type(after.layer) not in LIMITS:
            return NO_LIMITS, name
        return LIMITS[type(after.layer)](after.layer), after.name

    def _agree(self) -> None:
        """Give gradients equal frames that want them."""
        pairs = [pair for step in self.steps for pair in step.alike()]
        for _ in pairs:  # as often as the longest chain of them may need
            for one, other in pairs:
                one.need(other.frame("grad"), "grad")
                other.need(one.frame("grad"), "grad")
