"""Upsample: maps made larger."""

from dataclasses import dataclass
from typing import ClassVar, final

from badak import ops
from badak.arrays import Array, Shape
from badak.layers.base import Gradients, Layer, image_shape
from badak.ops.upsample import checked_factors
from badak.ops.window import IntOrPair


@final
@dataclass
class Upsample(Layer):
    """Maps enlarged by whole factors: each number repeated, or numbers between four neighbours.

    As torch.nn.Upsample.

    Args:
        scale_factor: how many times as many rows and columns: a number, or a pair.
        mode: "nearest" or "bilinear".
        align_corners: with "bilinear", whether the outermost numbers stay at the corners.

    Raises:
        BadakError: a factor below 1, or an unknown mode.

    Example:
        >>> Upsample((2, 3)).output_shape((8, 5, 4))
        (8, 10, 12)
    """

    prefix: ClassVar[str] = "upsample"
    scale_factor: IntOrPair
    mode: str = "nearest"
    align_corners: bool = False

    def __post_init__(self) -> None:
        self.factors = checked_factors(self.scale_factor, self.mode, self.align_corners)

    def output_shape(self, input_shape: Shape) -> Shape:
        """(C, H, W) -> (C, H * rows, W * columns)."""
        channels, height, width = image_shape(input_shape)
        return channels, height * self.factors[0], width * self.factors[1]

    def forward(self, x: Array, training: bool) -> tuple[Array, Shape]:
        """The cache is the input's shape."""
        return ops.upsample(x, self.scale_factor, self.mode, self.align_corners), x.shape

    def backward(
        self, grad_y: Array, cache: Shape, need_grad_x: bool = True
    ) -> tuple[Array, Gradients]:
        """Each number gets back the gradients of those it gave to."""
        how = self.scale_factor, self.mode, self.align_corners
        return ops.upsample_backward(grad_y, cache, *how), {}

    def flops(self, input_shape: Shape) -> int:
        """Four products and three sums for each number between others."""
        return 7 * super().flops(input_shape) if self.mode == "bilinear" else 0
