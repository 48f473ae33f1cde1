"""Dropouts with a planted bug."""

from dataclasses import dataclass
from typing import final

import numpy as np

from badak import ops
from badak.arrays import Array, Mask
from badak.layers.base import Gradients
from badak.lessons.bugs.base import PlantedDropout


@final
@dataclass
class DropoutForgetsScale(PlantedDropout):
    """A dropout that does not make up for what it drops.

    Wrong: in training the next layer sees a share 1 - p of what it sees in prediction.

    Shows: training looks well, and prediction is a few percent worse than it should be, the more so
    the more dropouts there are. The backward pass fits this forward pass: no gradient check finds
    it.

    Right: ``np.where(mask, x / (1 - p), 0)``

    Example:
        >>> net_like = DropoutForgetsScale(0.5)
        >>> _ = net_like.build((4,), np.random.default_rng(1), np.float64)
        >>> bool(net_like.forward(np.ones((9, 4)), training=True)[0].max() == 1)  # should be 2
        True
    """

    def forward(self, x: Array, training: bool) -> tuple[Array, Mask | None]:
        """The cache is the mask of what was kept; None in prediction."""
        _, mask = self.right.forward(x, training)
        if mask is None:
            return x, None
        return np.where(mask, x, 0), mask  # BUG: x should be x / (1 - p)

    def backward(
        self, grad_y: Array, cache: Mask | None, need_grad_x: bool = True
    ) -> tuple[Array, Gradients]:
        """The gradient where the value was kept."""
        return (grad_y if cache is None else np.where(cache, grad_y, 0)), {}


@final
@dataclass
class DropoutDrawsAgain(PlantedDropout):
    """A dropout that draws a new mask on the way back.

    Wrong: gradients reach values that were dropped, and miss values that were kept.

    Shows: the loss falls more slowly, and rises now and then; with p near 0 it hardly shows.

    Right: ``ops.dropout_backward(grad_y, cache, self.p)``, with the mask that forward kept.

    Example:
        >>> DropoutDrawsAgain(0.5).output_shape((100,))
        (100,)
    """

    def backward(
        self, grad_y: Array, cache: Mask | None, need_grad_x: bool = True
    ) -> tuple[Array, Gradients]:
        """The gradient where the new mask says so."""
        if cache is None or self.generator is None:
            return grad_y, {}
        grad_x, _ = ops.dropout(grad_y, self.p, self.generator)  # BUG: a second draw
        return grad_x, {}
