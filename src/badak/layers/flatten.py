"""Flatten."""

import math
from dataclasses import dataclass
from typing import ClassVar, final

from badak import ops
from badak.arrays import Array, Shape
from badak.layers.base import Gradients, Layer


@final
@dataclass
class Flatten(Layer):
    """(N, C, H, W) -> (N, C * H * W), so that Linear can follow.

    Example:
        >>> Flatten().output_shape((30, 12, 12))
        (4320,)
    """

    prefix: ClassVar[str] = "flatten"

    def output_shape(self, input_shape: Shape) -> Shape:
        """(C, H, W) -> (C * H * W,)."""
        return (math.prod(input_shape),)

    def forward(self, x: Array, training: bool) -> tuple[Array, Shape]:
        """The cache is the input's shape."""
        return ops.flatten(x), x.shape

    def backward(
        self, grad_y: Array, cache: Shape, need_grad_x: bool = True
    ) -> tuple[Array, Gradients]:
        """The gradient in the input's shape."""
        return ops.flatten_backward(grad_y, cache), {}

    def flops(self, input_shape: Shape) -> int:
        """None: nothing is computed."""
        return 0
