"""Layers that choose channels or put them in another order."""

from dataclasses import dataclass
from typing import ClassVar, final

from badak import checks, ops
from badak.arrays import Array, Shape
from badak.errors import BadakError
from badak.layers.base import Gradients, Layer, Pointwise
from badak.ops.channels import checked_range


@final
@dataclass
class ChannelSlice(Layer):
    """The channels from `start` up to, not with, `stop`: one side of a split.

    Two of them, in two branches of a Concat, let a part of the channels pass unchanged (Ma et al.
    2018, *ShuffleNet V2*, figure 3c).

    Args:
        start: the first channel, from 0.
        stop: the one after the last.

    Raises:
        BadakError: `start` below 0, or `stop` not above it.

    Example:
        >>> ChannelSlice(8, 16).output_shape((16, 6, 6))
        (8, 6, 6)
    """

    prefix: ClassVar[str] = "slice"
    start: int
    stop: int

    def __post_init__(self) -> None:
        checked_range(self.start, self.stop, checks.integer(self.stop, "stop"))

    def output_shape(self, input_shape: Shape) -> Shape:
        """(C, ...) -> (stop - start, ...)."""
        start, stop = checked_range(self.start, self.stop, input_shape[0])
        return (stop - start, *input_shape[1:])

    def forward(self, x: Array, training: bool) -> tuple[Array, Shape]:
        """The cache is the input's shape."""
        return ops.channel_slice(x, self.start, self.stop), x.shape

    def backward(
        self, grad_y: Array, cache: Shape, need_grad_x: bool = True
    ) -> tuple[Array, Gradients]:
        """The gradient, and 0 for all other channels."""
        return ops.channel_slice_backward(grad_y, cache, self.start, self.stop), {}

    def flops(self, input_shape: Shape) -> int:
        """None: nothing is computed."""
        return 0


@final
@dataclass
class ChannelShuffle(Pointwise):
    """The channels in another order: the first of each group, then the second of each, and so on.

    A grouped convolution after it sees channels of all groups before it (Zhang et al. 2017,
    *ShuffleNet*, section 3.1).

    Args:
        groups: how many groups of neighbouring channels there are; it must divide their number.

    Raises:
        BadakError: groups below 1, or, in `build`, that do not divide the channels.

    Example:
        >>> import numpy as np
        >>> ChannelShuffle(2).forward(np.array([[1.0, 2.0, 10.0, 20.0]]), training=False)[0]
        array([[ 1., 10.,  2., 20.]])
    """

    prefix: ClassVar[str] = "shuffle"
    groups: int

    def __post_init__(self) -> None:
        checks.integer(self.groups, "groups", minimum=1)

    def output_shape(self, input_shape: Shape) -> Shape:
        """The input's own shape."""
        if input_shape[0] % self.groups:
            raise BadakError(f"groups must divide {input_shape[0]} channels; got {self.groups}")
        return input_shape

    def forward(self, x: Array, training: bool) -> tuple[Array, None]:
        """No cache."""
        return ops.channel_shuffle(x, self.groups), None

    def backward(
        self, grad_y: Array, cache: None, need_grad_x: bool = True
    ) -> tuple[Array, Gradients]:
        """The gradient in the order that the channels had."""
        return ops.channel_shuffle(grad_y, grad_y.shape[1] // self.groups), {}

    def flops(self, input_shape: Shape) -> int:
        """None: nothing is computed."""
        return 0
