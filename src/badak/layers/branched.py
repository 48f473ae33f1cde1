"""Branched: what blocks share whose paths are all alike."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from badak.errors import ArgumentTypeError, BadakError
from badak.layers.block import Block, Layers, copies


@dataclass
class Branched(Block):
    """Two or more branches from one input; an empty one is the input itself.

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
