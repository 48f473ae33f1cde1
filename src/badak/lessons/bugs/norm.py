"""Batch normalisations with a planted bug. N images, C channels, H x W places."""

from dataclasses import dataclass
from typing import final

from badak.arrays import Array
from badak.layers.base import Gradients
from badak.layers.batch_norm import BatchNormCache
from badak.lessons.bugs.base import PlantedBatchNorm


@final
@dataclass
class BatchNormForgetsMean(PlantedBatchNorm):
    """A batch normalisation whose backward treats the mean as a constant.

    Wrong: each value changes its channel's mean and thereby all others; that part is missing.

    Shows: the loss falls, jumps up and falls again, unless the learning rate is far smaller. The
    biases before it drift, though the true gradient of a bias before batch norm is 0.

    Right: ``grad_y - (grad_bias + normal * grad_weight) / count``

    Example:
        >>> BatchNormForgetsMean().output_shape((16, 8, 8))
        (16, 8, 8)
    """

    def backward(
        self, grad_y: Array, cache: BatchNormCache, need_grad_x: bool = True
    ) -> tuple[Array | None, Gradients]:
        """Right, except for the input's gradient in training."""
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

    Wrong: an image's prediction depends on the other images in its batch.

    Shows: training is right, and so is the accuracy on large mixed batches. But an image's output
    changes with the other images, the more so the smaller the batch and the maps.

    Right: ``self.right.forward(x, training)``

    Example:
        >>> BatchNormAlwaysBatch().output_shape((16, 8, 8))
        (16, 8, 8)
    """

    def forward(self, x: Array, training: bool) -> tuple[Array, BatchNormCache]:
        """As in training; in prediction, the running statistics are not changed."""
        kept = {name: array.copy() for name, array in self.buffers.items()}
        y, cache = self.right.forward(x, True)  # BUG: True should be training
        if not training:
            for name, array in kept.items():
                self.buffers[name][...] = array
        return y, cache


def spread(channels: Array) -> Array:
    """Return (C,) as (C, 1, 1), to combine with (N, C, H, W).

    Example:
        >>> import numpy as np
        >>> spread(np.ones(3)).shape
        (3, 1, 1)
    """
    return channels[:, None, None]
