"""Concat: layers side by side."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import ClassVar, final

import numpy as np

from badak.arrays import Array, Shape
from badak.errors import ArgumentTypeError, BadakError
from badak.layers.base import Layer
from badak.layers.block import Block, Layers, copies


@final
@dataclass
class Concat(Block):
    """The outputs of several branches, their channels one after another (Szegedy et al. 2015).

    The Inception module is one, and so is the end of SqueezeNet's fire module (Iandola et al.
    2016, section 3.2); with an empty branch, which is the input itself, DenseNet's blocks are.
    Parameters are those of the layers inside, named ``branch1.conv1.weight`` and so on.

    Args:
        branches: for each a list of layers, named as a network's, or name -> layer. Copied.

    Raises:
        BadakError: fewer than two branches, a name that cannot be, or blocks nested more than 8
            deep.

    Example:
        >>> from badak.layers import Conv2d, ReLU
        >>> expand = Concat([[Conv2d(8, 1), ReLU()], [Conv2d(8, 3, padding=1), ReLU()]])
        >>> expand.output_shape((4, 6, 6))
        (16, 6, 6)
    """

    # Putting together is NumPy's: no kernel does it.
    recordable: ClassVar[bool] = False
    branches: Sequence[Layers]

    def __post_init__(self) -> None:
        if not isinstance(self.branches, Sequence) or isinstance(self.branches, str):
            raise ArgumentTypeError(f"branches must be a list of layer lists; got {self.branches}")
        if len(self.branches) < 2:
            raise BadakError(f"branches must hold at least 2 lists; got {len(self.branches)}")
        empty: tuple[object, ...] = ((), [], {})
        own: list[dict[str, Layer]] = [
            {} if branch in empty else copies(branch) for branch in self.branches
        ]
        self.branches = tuple(own)
        self._hold(*((f"branch{number}.", branch) for number, branch in enumerate(own, 1)))

    def joined_shape(self, ends: list[Shape]) -> Shape:
        """(C1, H, W) and (C2, H, W) and so on -> (C1 + C2 + ..., H, W)."""
        if len({end[1:] for end in ends}) > 1 or len({len(end) for end in ends}) > 1:
            raise BadakError(
                f"the branches give {', '.join(map(str, ends))}, which differ in more than "
                "their channels: give all branches the same stride, and padding that fits"
            )
        return (sum(end[0] for end in ends), *ends[0][1:])

    def join(self, ends: list[Array]) -> Array:
        """One after another."""
        return np.concatenate(ends, axis=1)

    def split(self, grad_y: Array, shapes: list[Shape]) -> list[Array]:
        """Each branch gets its own channels' gradient."""
        borders = pairwise(accumulate((shape[1] for shape in shapes), initial=0))
        return [np.ascontiguousarray(grad_y[:, start:end]) for start, end in borders]

    def joining_flops(self, input_shape: Shape) -> int:
        """None: nothing is computed."""
        return 0
