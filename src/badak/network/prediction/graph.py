"""Operations on values, in the order they compute: what prediction makes of a network's layers."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from math import inf
from typing import Any

from badak.arrays import Shape
from badak.layers import Layer
from badak.ops.window import Window

PLAIN = -inf, inf


@dataclass(eq=False)
class Value:
    """Maps (C, H, W) of each image; a row of D numbers is (D, 1, 1).

    Attributes:
        shape: C, H and W.
        readers: what reads it, once for each time.
        kept: whether it is read after all operations.
    """

    shape: tuple[int, int, int]
    readers: list["Operation"] = field(default_factory=list)
    kept: bool = False


@dataclass(eq=False)
class Operation:
    """One step, and what it does to its result before it is stored.

    Attributes:
        kind: "conv", "linear", "scale", "clamp", "activation", "max_pool", "avg_pool", "concat",
            "slice", "shuffle", "gate", "copy"; or "layer" for what runs as it does elsewhere.
        reads: the values it computes from.
        makes: its result.
        layers: for a filter or a scale the layer that has its numbers, and those that have the
            factors after it; else the layer, if it has one.
        window: a convolution's or a pooling's.
        groups: a convolution's.
        numbers: an activation's kind and options; the first channel of a slice; the groups
            of a shuffle.
        add: what is added to the result.
        limits: to what the result is limited.
        pool: whether 2x2 max pooling follows.
        name: of the layer.
        shapes: those of what a "layer" reads and makes, as it knows them.
        parts: the run that "bands" stands for.
    """

    kind: str
    reads: list[Value]
    makes: Value
    layers: list[Layer] = field(default_factory=list)
    window: Window | None = None
    groups: int = 1
    numbers: tuple[float, ...] = ()
    add: Value | None = None
    limits: tuple[float, float] = PLAIN
    pool: bool = False
    name: str = ""
    shapes: list[Shape] = field(default_factory=list)
    parts: list[Any] = field(default_factory=list)

    def all_reads(self) -> Iterator[Value]:
        """What it reads, also what it adds."""
        yield from self.reads
        if self.add is not None:
            yield self.add

    @property
    def plain(self) -> bool:
        """Whether nothing follows it in the same step."""
        return self.add is None and self.limits == PLAIN and not self.pool


@dataclass
class Graph:
    """Operations in order.

    Attributes:
        input: the images.
        output: what the last layer makes.
        output_shape: of an image's output, as users see it.
        operations: in order.
    """

    input: Value
    output: Value
    output_shape: Shape
    operations: list[Operation] = field(default_factory=list)


def as_maps(shape: Shape) -> tuple[int, int, int]:
    """(C, H, W), or (D, 1, 1) for a row."""
    channels, height, width = (*shape, 1, 1)[:3]
    return channels, height, width
