"""A convolution and the frozen batch norm after it as one: the norm is part of its weights.

y = (x * w + b) * f + s = x * (w f) + (b f + s), so grad_w = f grad_(w f); all in one convolution.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np

from badak.arrays import Array
from badak.layers import BatchNorm2d, Conv2d, FrozenBatchNorm2d
from badak.layers.batch_norm import factors
from badak.network.pixels.conv import Conv, FirstConv
from badak.network.pixels.maps import Maps, Memory
from badak.network.pixels.steps import Tail
from badak.network.stages import Gradients, Refreshed
from badak.ops import edition


class Fold:
    """Weights with a norm's factors in them.

    Attributes:
        weight, bias: as the convolution has them, times the factors; bias and the norm's shift.
        factors: (F,).
    """

    def __init__(self, conv: Conv2d, norm: BatchNorm2d | FrozenBatchNorm2d) -> None:
        self.conv, self.norm = conv, norm
        self.weight = np.empty_like(conv.parameters["weight"])
        self.factors, self.bias, self._zeros = (
            np.zeros(conv.out_channels, np.float32) for _ in range(3)
        )

    def refresh(self) -> None:
        """Multiply the weights of this moment."""
        factor, shift = factors(self.norm, self.norm.eps)
        weight, bias = self.conv.parameters["weight"], self.conv.parameters.get("bias")
        self.factors[...] = factor
        np.multiply(weight, self.factors[:, None, None, None], out=self.weight)
        self.bias[...] = shift if bias is None else shift + factor * bias

    def unfolded(self, gradient: Array) -> Array:
        """The gradient of the convolution's own weight or bias."""
        rows = gradient.reshape(1, len(gradient), -1, 1)
        scaled = edition.of(gradient.dtype).scale_shift(rows, self.factors, self._zeros)
        return np.asarray(scaled).reshape(gradient.shape)


class _Folded(Conv):
    """What both forms share."""

    def __init__(self, name: str, layer: Conv2d, norm: Any, x: Maps, tail: Tail) -> None:
        super().__init__(name, layer, x, tail)
        self.fold = Fold(layer, norm)

    def refreshed(self) -> Iterator[Refreshed]:
        """The weights."""
        yield self.fold

    def parameters(self) -> tuple[Array, Array | None]:
        """With the norm's factors."""
        return self.fold.weight, self.fold.bias

    def backward(self, memory: Memory) -> Gradients:
        """Those of the convolution's own weight and bias; the norm learns nothing."""
        own = {f"{self.name}.{key}" for key in self.layer.parameters}
        gradients = super().backward(memory)
        return {name: self.fold.unfolded(gradients[name]) for name in gradients if name in own}


class FoldedConv(_Folded):
    """Of maps."""


class FirstFoldedConv(_Folded, FirstConv):
    """Of images as users see them."""
