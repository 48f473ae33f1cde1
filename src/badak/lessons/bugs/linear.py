"""A fully connected layer with a planted bug. N rows of D inputs to M outputs."""

from dataclasses import dataclass
from typing import final

from badak.arrays import Array
from badak.layers.base import Gradients
from badak.lessons.bugs.base import PlantedLinear


@final
@dataclass
class LinearSumsBiasOverUnits(PlantedLinear):
    """A linear layer that sums its bias's gradient over the wrong axis.

    Wrong: the gradient is summed over the units instead of the images.

    Shows: the update rejects a gradient of shape (N,) for M biases, unless the batch has as many
    images as the layer has units: then it trains, and the loss hardly shows it.

    Right: ``grad_y.sum(axis=0)``

    Example:
        >>> LinearSumsBiasOverUnits(10).output_shape((100,))
        (10,)
    """

    def backward(
        self, grad_y: Array, cache: Array, need_grad_x: bool = True
    ) -> tuple[Array | None, Gradients]:
        """Right, except for the bias's gradient."""
        grad_x, grads = self.right.backward(grad_y, cache, need_grad_x)
        grad_bias = grad_y.sum(axis=1)  # BUG: axis=1 should be axis=0: (N, M) -> (M,)
        return grad_x, grads | {"bias": grad_bias}
