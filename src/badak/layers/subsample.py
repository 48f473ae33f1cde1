"""Subsample2d: the pooling of 1998, which learns."""

import math
from dataclasses import dataclass
from typing import Any, ClassVar, final

import numpy as np

from badak import ops
from badak.arrays import Array, Shape
from badak.layers.base import Gradients, Layer, image_shape
from badak.ops.pool import pool_window
from badak.ops.window import IntOrPair, Window

# Batch norm's eps must be above 0; added to 1, this is 1 to the last bit.
TINY = 1e-30
Cache = tuple[Shape, tuple[Array, Array, Array]]


@final
@dataclass
class Subsample2d(Layer):
    """The sum under each window, times one coefficient per map, plus one bias per map.

    (N, C, H, W) -> (N, C, OH, OW), windows side by side. Parameters ``weight`` (C,), which starts
    as one over the window's cells, so that the layer starts as an average, and ``bias`` (C,). From
    LeCun et al. 1998, section II.B; the squashing that follows there is a layer of its own.

    Args:
        kernel_size: rows and columns of the window, and the step between two.

    Example:
        >>> Subsample2d(2).output_shape((6, 28, 28))
        (6, 14, 14)
    """

    prefix: ClassVar[str] = "pool"
    kernel_size: IntOrPair = 2

    def __post_init__(self) -> None:
        self._window = pool_window(self.kernel_size)

    def output_shape(self, input_shape: Shape) -> Shape:
        """(C, H, W) -> (C, OH, OW)."""
        channels, height, width = image_shape(input_shape)
        return (channels, *self._window.output_size(height, width))

    def state_shapes(self, input_shape: Shape) -> dict[str, Shape]:
        """Those of weight and bias, a number for each map."""
        return dict.fromkeys(("weight", "bias"), input_shape[:1])

    def build(self, input_shape: Shape, generator: np.random.Generator, dtype: Any) -> Shape:
        """Make weight and bias; see Layer.build."""
        output_shape = self.output_shape(input_shape)
        start = 1 / math.prod(self._window.kernel)
        self.parameters |= {
            "weight": np.full(input_shape[0], start, dtype),
            "bias": np.zeros(input_shape[0], dtype),
        }
        return output_shape

    def forward(self, x: Array, training: bool) -> tuple[Array, Cache]:
        """The cache is the input's shape and the sums, with the statistics that change nothing."""
        sums = ops.avg_pool2d(x, self.kernel_size, divisor_override=1)
        weight, bias = self.parameters["weight"], self.parameters["bias"]
        zeros, ones = np.zeros_like(weight), np.ones_like(weight)
        result = ops.batch_norm2d(sums, weight, bias, zeros, ones, training=False, eps=TINY)
        return result.y, (x.shape, (sums, result.mean, result.inverse_std))

    def backward(
        self, grad_y: Array, cache: Cache, need_grad_x: bool = True
    ) -> tuple[Array, Gradients]:
        """Gradients of the input, ``weight`` and ``bias``."""
        input_shape, (sums, mean, inverse_std) = cache
        grad_sums, grad_weight, grad_bias = ops.batch_norm2d_backward(
            grad_y, sums, self.parameters["weight"], mean, inverse_std, training=False
        )
        grad_x = ops.avg_pool2d_backward(
            grad_sums, input_shape, self.kernel_size, divisor_override=1
        )
        return grad_x, {"weight": grad_weight, "bias": grad_bias}

    def flops(self, input_shape: Shape) -> int:
        """One addition for each cell of each window, and a multiply-add."""
        return super().flops(input_shape) * (math.prod(self._window.kernel) + 2)

    def window(self, input_shape: Shape) -> Window:
        """The pooling window."""
        return self._window
