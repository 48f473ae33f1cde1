"""Batch normalisations with a planted bug. N images, C channels, H x W places."""

from dataclasses import dataclass
from typing import final

from badak.arrays import Array
from badak.layers.base import Gradients
from badak.layers.norm import BatchNormCache
from badak.lessons.bugs.base import PlantedBatchNorm


@final
@dataclass
class BatchNormForgetsMean(PlantedBatchNorm):
    """A batch normalisation whose backward takes the mean for a constant.

    Wrong: each value moves its channel's mean, and with it all others; that part is left out.

    Shows: the loss falls, leaps up, and falls again, until the learning rate is far smaller; the
    biases before it drift, though the true gradient of a bias before batch norm is 0.

    Right: ``grad_y - (grad_bias + normal * grad_weight) / count``

    Example:
        >>> BatchNormForgetsMean().output_shape((16, 8, 8))
        (16, 8, 8)
    """

    def backward(
        self, grad_y: Array, cache: BatchNormCache, need_grad_x: bool = True
    ) -> tuple[Array | None, Gradients]:
        """Right but for the input's gradient in training."""
        x, mean, inverse_std, training = cache
        right, grads = self.right.backward(grad_y, cache, need_grad_x)
        if not training:
            return right, grads
        count = x.size // x.shape[1]
        normal = (x - spread(mean)) * spread(inverse_std)
        # BUG: spread(grads["bias"]) is missing from the sum over count.
        grad = grad_y - normal * spread(grads["weight"]) / count
        return grad * spread(self.parameters["weight"] * inverse_std), grads


@final
@dataclass
class BatchNormAlwaysBatch(PlantedBatchNorm):
    """A batch normalisation that uses the batch's statistics in prediction too.

    Wrong: what a picture is taken for depends on the pictures beside it.

    Shows: training is right, and so is the accuracy on large mixed batches; but the same picture
    gives other outputs beside other pictures. The smaller the batch and the maps, the worse.

    Right: ``self.right.forward(x, training)``

    Example:
        >>> BatchNormAlwaysBatch().output_shape((16, 8, 8))
        (16, 8, 8)
    """

    def forward(self, x: Array, training: bool) -> tuple[Array, BatchNormCache]:
        """As in training; the running statistics stay as they are in prediction."""
        kept = {name: array.copy() for name, array in self.buffers.items()}
        y, cache = self.right.forward(x, True)  # BUG: True should be training
        if not training:
            for name, array in kept.items():
                self.buffers[name][...] = array
        return y, cache


def spread(channels: Array) -> Array:
    """Return (C,) as (C, 1, 1), to meet (N, C, H, W).

    Example:
        >>> import numpy as np
        >>> spread(np.ones(3)).shape
        (3, 1, 1)
    """
    return channels[:, None, None]
