"""A loss with a planted bug. N rows of K logits."""

from dataclasses import dataclass
from typing import Any, final

import numpy as np

from badak.arrays import Array
from badak.layers import CrossEntropyLoss


@final
@dataclass(frozen=True)
class LossForgetsN(CrossEntropyLoss):  # type: ignore[misc]  # final, but a Network wants this class
    """A cross-entropy loss whose gradient is the sum over the batch, though the loss is the mean.

    Wrong: probabilities minus targets, not divided by the number of images.

    Shows: every gradient is N times too large. At a learning rate that should work, the network
    learns nothing or the loss becomes NaN, and each batch size needs its own learning rate.

    Right: ``return grad / len(grad)``

    Example:
        >>> loss = LossForgetsN()
        >>> _, cache = loss.forward(np.zeros((2, 2)), [0, 0])
        >>> loss.backward(cache)  # should be half of this
        array([[-0.5,  0.5],
               [-0.5,  0.5]])
    """

    def backward(self, cache: Any) -> Array:
        """Return the gradient of the logits (N, K), for labels that are class indices."""
        log_probabilities, labels, _ = cache
        grad: Array = np.exp(log_probabilities)
        grad[np.arange(len(grad)), labels] -= 1
        return grad  # BUG: should be / len(grad)
