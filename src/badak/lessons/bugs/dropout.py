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
    """A dropout that does not scale up the values it keeps.

    Wrong: in training the next layer gets, on average, 1 - p times what it gets in prediction.

    Shows: training looks good, but prediction is a few percent worse than it should be, and worse
    still with more dropouts. The backward pass matches this forward pass, so no gradient check
    finds the bug.

    Right: ``np.where(mask, x / (1 - p), 0)``

    Example:
        >>> dropout = DropoutForgetsScale(0.5)
        >>> _ = dropout.build((4,), np.random.default_rng(1), np.float64)
        >>> bool(dropout.forward(np.ones((9, 4)), training=True)[0].max() == 1)  # should be 2
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
    """A dropout that draws a new mask in its backward pass.

    Wrong: gradients reach values that were dropped, and miss values that were kept.

    Shows: the loss falls more slowly, and sometimes rises; with p near 0 it hardly shows.

    Right: ``ops.dropout_backward(grad_y, cache, self.p)``, with the mask that forward kept.

    Example:
        >>> DropoutDrawsAgain(0.5).output_shape((100,))
        (100,)
    """

    def backward(
        self, grad_y: Array, cache: Mask | None, need_grad_x: bool = True
    ) -> tuple[Array, Gradients]:
        """The gradient where the new mask keeps it."""
        if cache is None or self.generator is None:
            return grad_y, {}
        grad_x, _ = ops.dropout(grad_y, self.p, self.generator)  # BUG: a second draw
        return grad_x, {}
