"""Nodes: layers and what each of them reads; how values flow through them, and gradients back.

A path is the special case in which each layer reads the one before it.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import reduce
from typing import Generic, NamedTuple, Protocol, TypeVar

from badak import ops
from badak.arrays import Array
from badak.layers.base import Layer

Value = TypeVar("Value")

INPUT = ""  # what the input of nodes is called; no layer can have this name


class Reads(Protocol):
    """What has a name and reads values by theirs."""

    @property
    def name(self) -> str:
        """Of the value that it makes."""

    @property
    def reads(self) -> tuple[str, ...]:
        """The names of the values that it needs."""


class Node(NamedTuple):
    """A layer among others.

    Attributes:
        name: of the layer, and of its output.
        layer: the layer; it must be a join if it reads several values.
        reads: the names of layers before it, or `INPUT`.
    """

    name: str
    layer: Layer
    reads: tuple[str, ...]


def chain(layers: Mapping[str, Layer], before: str = "") -> tuple[tuple[Node, ...], str]:
    """Return layers that follow one another as nodes, and the name of what the last one makes.

    Args:
        layers: by name, in order.
        before: what comes before each name.

    Example:
        >>> from badak.layers import ReLU, Tanh
        >>> [(node.name, node.reads) for node in chain({"a": ReLU(), "b": Tanh()}, "path.")[0]]
        [('path.a', ('',)), ('path.b', ('path.a',))]
    """
    nodes, end = [], INPUT
    for name, layer in layers.items():
        nodes.append(Node(before + name, layer, (end,)))
        end = before + name
    return tuple(nodes), end


def passes_back(node: Reads, need_grad_x: bool) -> bool:
    """Whether the gradient of what a node reads is needed: that of the input may not be."""
    return need_grad_x or any(read != INPUT for read in node.reads)


class Values(Generic[Value]):
    """The values that are still to be read, by name.

    Args:
        nodes: what reads them.
        ends: what is read after all nodes.
        start: the input.
    """

    def __init__(self, nodes: Iterable[Reads], ends: Sequence[str], start: Value) -> None:
        self._left = Counter(ends)
        for node in nodes:
            self._left.update(node.reads)
        self._values = {INPUT: start}

    def take(self, reads: Sequence[str]) -> list[Value]:
        """Return values, and forget those that nothing else reads."""
        taken = [self._values[read] for read in reads]
        self._left.subtract(reads)
        for read in set(reads):
            if not self._left[read]:
                del self._values[read]
        return taken

    def put(self, name: str, value: Value) -> None:
        """Keep what a node made."""
        self._values[name] = value


class Arriving:
    """The gradients that have come back so far, by the value's name; those of one are added up.

    Args:
        ends: what was read after all nodes.
        gradients: the gradient of each.
    """

    def __init__(self, ends: Sequence[str], gradients: Sequence[Array | None]) -> None:
        self._gradients: dict[str, list[Array]] = {}
        self.add(ends, gradients)

    def add(self, reads: Sequence[str], gradients: Sequence[Array | None]) -> None:
        """Take what a node passes back; None where it is not needed.

        Nodes come last to first, and what they pass back is kept in the order of the nodes.
        """
        for read, gradient in reversed(list(zip(reads, gradients, strict=True))):
            if gradient is not None:
                self._gradients.setdefault(read, []).insert(0, gradient)

    def of(self, name: str) -> Array:
        """The gradient of a value, once all that read it have passed theirs back."""
        return reduce(ops.add, self._gradients.pop(name))
