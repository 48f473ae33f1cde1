"""Paths: what blocks share whose paths all begin at the input."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from badak.errors import ArgumentTypeError, BadakError
from badak.layers.base import Layer
from badak.layers.block import Block, Layers, copies
from badak.layers.nodes import Node, chain

Path = tuple[str, dict[str, Layer]]


@dataclass
class Paths(Block):
    """Every path takes the input, and its layers follow one another; an empty one is the input.

    Attributes:
        paths: for each what comes before the names of its layers, and these by name.
    """

    def _hold(self, *paths: Path) -> None:
        """Take the paths, whose layers must be the block's own copies."""
        self.paths = paths
        self.check_depth()

    @property
    def nodes(self) -> Sequence[Node]:
        """The layers of all paths, one path after the other."""
        return [node for before, layers in self.paths for node in chain(layers, before)[0]]

    @property
    def ends(self) -> Sequence[str]:
        """The last layer of each path."""
        return [chain(layers, before)[1] for before, layers in self.paths]


@dataclass
class Branched(Paths):
    """Two or more branches, all alike.

    Parameters are those of the layers inside, named ``branch1.conv1.weight`` and so on.
    """

    holds: ClassVar[Mapping[str, str]] = {"branches": "paths"}
    branches: Sequence[Layers]

    def __post_init__(self) -> None:
        if not isinstance(self.branches, Sequence) or isinstance(self.branches, str):
            raise ArgumentTypeError(f"branches must be a list of layer lists; got {self.branches}")
        if len(self.branches) < 2:
            raise BadakError(f"branches must hold at least 2 lists; got {len(self.branches)}")
        own = tuple(copies(branch) for branch in self.branches)
        self.branches = own
        self._hold(*((f"branch{number}.", branch) for number, branch in enumerate(own, 1)))
