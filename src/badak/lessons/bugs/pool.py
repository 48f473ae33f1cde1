"""Max poolings with a planted bug. N images, C channels, H x W input, OH x OW places."""

from dataclasses import dataclass
from typing import final

import numpy as np

from badak import ops
from badak.arrays import Array, Indices, Shape
from badak.layers.base import Gradients
from badak.lessons.bugs.base import PlantedMaxPool
from badak.ops.window import pair


@final
@dataclass
class MaxPoolPadsWithZeros(PlantedMaxPool):
    """A max pooling that pads its input with zeros.

    Wrong: zero is larger than any negative value, so the padding wins windows at the border.

    Shows: nothing next to a ReLU, and nothing without padding. Otherwise the border of each map is
    at least 0, and its negative pixels get no gradient. Training works around it, and weights from
    another library give other outputs. The backward pass matches this forward pass, so no gradient
    check finds the bug.

    Right: ``constant_values=-np.inf``

    Example:
        >>> x = np.full((1, 1, 2, 2), -1.0)
        >>> MaxPoolPadsWithZeros(2, padding=1).forward(x, training=False)[0].max()
        np.float64(0.0)
    """

    def forward(self, x: Array, training: bool) -> tuple[Array, tuple[Indices, Shape]]:
        """Pool the padded maps; the cache holds the indices of the winners and the padded shape."""
        top, left = pair(self.padding, "padding", 0)
        sides = ((0, 0), (0, 0), (top, top), (left, left))
        padded = np.pad(x, sides, constant_values=0)  # BUG: 0 should be -np.inf
        y, indices = ops.max_pool2d(padded, self.kernel_size, self.stride)
        return y, (indices, padded.shape)

    def backward(
        self, grad_y: Array, cache: tuple[Indices, Shape], need_grad_x: bool = True
    ) -> tuple[Array, Gradients]:
        """The gradient of each output goes to the pixel that won it; the padding's is dropped."""
        top, left = pair(self.padding, "padding", 0)
        padded = ops.max_pool2d_backward(grad_y, *cache)
        h, w = padded.shape[2:]
        return padded[:, :, top : h - top, left : w - left], {}


@final
@dataclass
class MaxPoolAddsOnce(PlantedMaxPool):
    """A max pooling that trusts ``+=`` with repeated indices.

    Wrong: NumPy reads, adds and writes only once; a pixel that wins several windows keeps the
    gradient of one of them.

    Shows: nothing if the windows do not overlap (stride = kernel). If they do, as in AlexNet, the
    strongest pixels of each map get too small a gradient, and the loss falls half as fast.

    Right: ``np.add.at(grad_x, places, grad_y)``

    Example:
        >>> MaxPoolAddsOnce(3, stride=2).output_shape((96, 55, 55))
        (96, 27, 27)
    """

    def backward(
        self, grad_y: Array, cache: tuple[Indices, Shape], need_grad_x: bool = True
    ) -> tuple[Array, Gradients]:
        """The gradient of each output goes to the input that won it."""
        indices, (n, c, h, w) = cache
        grad_x = np.zeros(n * c * h * w, grad_y.dtype)
        maps = np.arange(n * c).reshape(n, c, 1, 1) * (h * w)
        grad_x[indices + maps] += grad_y  # BUG: repeated indices add once
        return grad_x.reshape(n, c, h, w), {}
