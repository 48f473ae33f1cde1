"""Graph: layers that read any values made before them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, final

from badak.arrays import Array, Shape
from badak.errors import ArgumentTypeError, BadakError, shown
from badak.layers.base import Layer
from badak.layers.block import Block, Layers, copies
from badak.layers.nodes import INPUT, Node

INPUT_NAME = "input"


@final
@dataclass
class Graph(Block):
    """Layers in order, each of which may read the output of any before it, or of several.

    For networks whose paths do not split at one value and join at another. Several values are read
    by a join: a block without layers, such as ``Residual([])``, ``Concat([[], []])`` or
    ``Product([[], []])``, with a path for each of them. The last layer's output is the graph's.
    Parameters are those of the layers inside, named ``conv1.weight``.

    Args:
        layers: a list, named by kind and number as a network's; or name -> layer. They are copied.
        reads: name of a layer -> the names of what it reads, a layer's before it or "input", the
            graph's own input. A layer that is not named here reads the one before it, or the input
            if it is the first.

    Raises:
        BadakError: no layers; a name that cannot be; a layer that reads what does not come before
            it, or several values though it is no join of as many; a value that is never read; or
            blocks nested more than 8 deep.

    Example:
        >>> from badak.layers import Concat, Conv2d, ReLU, Residual
        >>> graph = Graph(
        ...     {"a": Conv2d(4, 1), "b": ReLU(), "sum": Residual([]), "all": Concat([[], []])},
        ...     reads={"sum": ("a", "b"), "all": ("sum", "b")},
        ... )
        >>> graph.output_shape((2, 5, 5))
        (8, 5, 5)
    """

    holds: ClassVar[Mapping[str, str]] = {"layers": "layers"}
    layers: Layers
    reads: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        own = copies(self.layers)
        if not own:
            raise BadakError("layers must hold at least one layer; got none")
        if INPUT_NAME in own:
            raise BadakError(f"no layer in a Graph may be named {INPUT_NAME!r}: that is its input")
        self.layers, self._own = own, own
        self.reads = _checked_reads(self.reads, own)
        self.check_depth()

    def inside(self) -> Iterator[tuple[str, Layer]]:
        """The layers, in order."""
        return iter(self._own.items())

    @property
    def nodes(self) -> Sequence[Node]:
        """The layers, and what each reads."""
        nodes, before = [], INPUT
        for name, layer in self._own.items():
            reads = self.reads.get(name, (before,))
            inner = tuple(INPUT if read == INPUT_NAME else read for read in reads)
            nodes.append(Node(name, layer, inner))
            before = name
        return nodes

    @property
    def ends(self) -> Sequence[str]:
        """The last layer."""
        return [next(reversed(self._own))]

    def joined_shape(self, ends: list[Shape]) -> Shape:
        """The last layer's."""
        return ends[0]

    def join(self, ends: list[Array]) -> tuple[Array, None]:
        """The last layer's output."""
        return ends[0], None

    def split(self, grad_y: Array, cache: Any) -> list[Array]:
        """The gradient as it is."""
        return [grad_y]

    def joining_flops(self, output_shape: Shape) -> int:
        """None: nothing is joined at the end."""
        return 0


def _checked_reads(
    reads: Mapping[str, Sequence[str]], layers: Mapping[str, Layer]
) -> dict[str, tuple[str, ...]]:
    """What each layer reads, in the layers' order; those left out that read the one before."""
    if not isinstance(reads, Mapping):
        raise ArgumentTypeError(f"reads must be a mapping; got {shown(reads)}")
    for name in reads:
        if name not in layers:
            raise BadakError(f"reads names {shown(name)}, which is no layer of the graph")
    checked: dict[str, tuple[str, ...]] = {}
    unread = {INPUT_NAME: True}  # value made so far -> whether nothing reads it yet
    before = INPUT_NAME
    for name, layer in layers.items():
        own = reads.get(name, (before,))
        if not isinstance(own, Sequence) or isinstance(own, str) or not own:
            raise ArgumentTypeError(f"reads of {name!r} must be a list of names; got {shown(own)}")
        _check_join(name, layer, len(own))
        for read in own:
            if not isinstance(read, str) or read not in unread:
                raise BadakError(
                    f"{name!r} reads {shown(read)}, which is no layer before it: use "
                    f"{INPUT_NAME!r}, or the name of a layer that comes earlier"
                )
            unread[read] = False
        if tuple(own) != (before,):
            checked[name] = tuple(own)
        unread[name], before = True, name
    lost = [name for name, alone in unread.items() if alone and name != before]
    if lost:
        raise BadakError(f"nothing reads {lost[0]!r}: only the last layer may be read by none")
    return checked


def _check_join(name: str, layer: Layer, count: int) -> None:
    if count == 1:
        return
    ends = list(layer.ends) if isinstance(layer, Block) and not layer.nodes else []
    if len(ends) != count:
        raise BadakError(
            f"{name!r} reads {count} values, which only a block of {count} empty paths can; got "
            f"{type(layer).__name__}: use a join such as Residual([]) or Concat([[], []])"
        )
