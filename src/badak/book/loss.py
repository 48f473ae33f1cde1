"""SoftmaxWithLoss as in the book (chapter 5.6.3)."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from badak.arrays import Array
from badak.book.functions import class_indices, cross_entropy_error, softmax


class SoftmaxWithLoss:
    """Softmax, and its mean cross-entropy with the labels (chapter 5.6.3).

    Attributes:
        loss: of the last forward.
        y: (N, K) the probabilities.
        t: (N,) class indices or (N, K) one-hot rows, as passed to forward.

    Example:
        >>> layer = SoftmaxWithLoss()
        >>> round(float(layer.forward(np.zeros((1, 4)), np.array([2]))), 4)  # log 4
        1.3863
        >>> layer.backward()
        array([[ 0.25,  0.25, -0.75,  0.25]])
    """

    def __init__(self) -> None:
        self.loss: Any = None
        self.y: Any = None
        self.t: Any = None

    def forward(self, x: Array, t: ArrayLike) -> Any:
        """Return the mean loss of scores x (N, K) and labels t."""
        self.t = np.asarray(t)
        self.y = softmax(x)
        self.loss = cross_entropy_error(self.y, self.t)
        return self.loss

    def backward(self, dout: float = 1) -> Array:
        """Return the gradient of the scores, (y - t) / N."""
        dx: Array = self.y.copy()
        dx[np.arange(len(dx)), class_indices(dx, self.t)] -= 1
        return dx / len(dx) * dout
