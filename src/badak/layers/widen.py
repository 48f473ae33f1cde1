"""Widen2d: the shortcut without parameters, where a residual block changes its maps."""

from dataclasses import dataclass
from typing import ClassVar, final

import numpy as np

from badak import checks, ops
from badak.arrays import Array, Shape
from badak.errors import BadakError
from badak.layers.base import Gradients, Layer, image_shape
from badak.ops.window import IntOrPair, Window


@final
@dataclass
class Widen2d(Layer):
    """Keep every stride-th place of each map, and add maps of zeros after them: (N, C, H, W).

    The shortcut that He et al. 2016 call A (section 4.1): it has no parameters.

    Args:
        out_channels: maps in the output, the input's and the zeros.
        stride: distance between places that are kept.

    Example:
        >>> Widen2d(32, stride=2).output_shape((16, 9, 8))
        (32, 5, 4)
    """

    prefix: ClassVar[str] = "widen"
    out_channels: int
    stride: IntOrPair = 1

    def __post_init__(self) -> None:
        checks.integer(self.out_channels, "out_channels", minimum=1)
        self._window = Window.of(1, self.stride)

    def output_shape(self, input_shape: Shape) -> Shape:
        """(C, H, W) -> (out_channels, OH, OW)."""
        channels, height, width = image_shape(input_shape)
        if channels > self.out_channels:
            raise BadakError(
                f"out_channels must be at least the input's {channels}; got {self.out_channels}"
            )
        return (self.out_channels, *self._window.output_size(height, width))

    def forward(self, x: Array, training: bool) -> tuple[Array, Array]:
        """The cache is the input. A 1x1 convolution whose filters copy one map each, or none."""
        return ops.conv2d(x, self._copier(x), stride=self.stride), x

    def backward(
        self, grad_y: Array, cache: Array, need_grad_x: bool = True
    ) -> tuple[Array | None, Gradients]:
        """The gradient goes to the places that were kept."""
        grad_x, _, _ = ops.conv2d_backward(
            grad_y, cache, self._copier(cache), stride=self.stride, need_grad_x=need_grad_x
        )
        return grad_x, {}

    def _copier(self, x: Array) -> Array:
        """(F, C, 1, 1): 1 where a filter's number is a map's."""
        return np.eye(self.out_channels, x.shape[1], dtype=x.dtype)[:, :, None, None]

    def flops(self, input_shape: Shape) -> int:
        """None: nothing is computed."""
        return 0

    def window(self, input_shape: Shape) -> Window:
        """One place, and the step to the next."""
        return self._window
