"""Concat: layers side by side."""

from dataclasses import dataclass
from functools import reduce
from itertools import accumulate, pairwise
from typing import final

from badak import ops
from badak.arrays import Array, Shape
from badak.errors import BadakError
from badak.layers.paths import Branched


@final
@dataclass
class Concat(Branched):
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

    def joined_shape(self, ends: list[Shape]) -> Shape:
        """(C1, H, W) and (C2, H, W) and so on -> (C1 + C2 + ..., H, W)."""
        if len({end[1:] for end in ends}) > 1 or len({len(end) for end in ends}) > 1:
            raise BadakError(
                f"the branches give {', '.join(map(str, ends))}, which differ in more than "
                "their channels: give all branches the same stride, and padding that fits"
            )
        return (sum(end[0] for end in ends), *ends[0][1:])

    def join(self, ends: list[Array]) -> tuple[Array, list[int]]:
        """One after another; the cache is the number of channels of each."""
        return reduce(ops.concat, ends), [end.shape[1] for end in ends]

    def split(self, grad_y: Array, cache: list[int]) -> list[Array]:
        """Each branch gets its own channels' gradient."""
        borders = pairwise(accumulate(cache, initial=0))
        return [ops.channel_slice(grad_y, start, stop) for start, stop in borders]

    def joining_flops(self, output_shape: Shape) -> int:
        """None: nothing is computed."""
        return 0
