"""ZeroPad2d: zeros around images, as a separate layer."""

from dataclasses import dataclass
from typing import ClassVar, final

import numpy as np

from badak import ops
from badak.arrays import Array, Shape
from badak.errors import BadakError
from badak.layers.base import Gradients, Layer, image_shape
from badak.ops.window import Padding, Window


@final
@dataclass
class ZeroPad2d(Layer):
    """Put zeros around every map: (N, C, H, W) -> (N, C, top + H + bottom, left + W + right).

    Convolutions and average pooling can do it themselves; this is for what cannot, such as max
    pooling, whose own padding counts as minus infinity.

    Args:
        padding: a number, a pair (vertical, horizontal), or ((top, bottom), (left, right)).

    Example:
        >>> ZeroPad2d(((0, 1), (2, 3))).output_shape((4, 6, 6))
        (4, 7, 11)
    """

    prefix: ClassVar[str] = "pad"
    padding: Padding

    def __post_init__(self) -> None:
        self._window = Window.of(1, padding=self.padding)
        if isinstance(self._window.padding, str):
            raise BadakError("padding must be numbers here; got 'same'")

    def output_shape(self, input_shape: Shape) -> Shape:
        """(C, H, W) -> (C, OH, OW)."""
        channels, height, width = image_shape(input_shape)
        return (channels, *self._window.output_size(height, width))

    def forward(self, x: Array, training: bool) -> tuple[Array, Array]:
        """The cache is the input. A 1x1 convolution that copies each map and pads by itself."""
        copier = self._copier(x)
        return ops.conv2d(x, copier, padding=self.padding, groups=len(copier)), x

    def backward(
        self, grad_y: Array, cache: Array, need_grad_x: bool = True
    ) -> tuple[Array | None, Gradients]:
        """The gradient without its rim."""
        copier = self._copier(cache)
        grad_x, _, _ = ops.conv2d_backward(
            grad_y,
            cache,
            copier,
            padding=self.padding,
            groups=len(copier),
            need_grad_x=need_grad_x,
        )
        return grad_x, {}

    def _copier(self, x: Array) -> Array:
        """(C, 1, 1, 1) ones."""
        return np.ones((x.shape[1], 1, 1, 1), x.dtype)

    def flops(self, input_shape: Shape) -> int:
        """None: nothing is computed."""
        return 0

    def window(self, input_shape: Shape) -> Window:
        """One place, and the rim."""
        return self._window
