"""simpleNet and TwoLayerNet as in chapter 4, before the book has layers."""

from typing import Any

import numpy as np

from badak.arrays import Array, as_labels
from badak.book.functions import (
    class_indices,
    cross_entropy_error,
    sigmoid,
    sigmoid_grad,
    softmax,
)
from badak.book.gradient import numerical_gradient


class simpleNet:
    """Two inputs times one random matrix W (2, 3), for a first gradient (chapter 4.4.2).

    Example:
        >>> net = simpleNet()
        >>> net.W = np.array([[0.0, 1.0, 2.0], [1.0, 0.0, 0.0]])
        >>> net.predict(np.array([0.5, 1.0]))
        array([1. , 0.5, 1. ])
    """

    def __init__(self) -> None:
        self.W = np.random.randn(2, 3)

    def predict(self, x: Array) -> Any:
        """(2,) or (N, 2) -> scores (3,) or (N, 3)."""
        return np.dot(x, self.W)

    def loss(self, x: Array, t: Any) -> Any:
        """Return the cross-entropy of the scores' softmax and labels t."""
        return cross_entropy_error(softmax(self.predict(x)), t)


class TwoLayerNet:
    """A hidden layer with sigmoid, and softmax (chapter 4.5.1).

    `badak.book.TwoLayerNet` is chapter 5's, with layers and ReLU. Here `predict` returns
    probabilities. Initial weights come from NumPy's global generator.

    Args:
        input_size: D, values of one input.
        hidden_size: H, units of the hidden layer.
        output_size: K, classes.
        weight_init_std: standard deviation of the initial weights.

    Attributes:
        params: W1 (D, H), b1 (H,), W2 (H, K), b2 (K,).

    Example:
        >>> net = TwoLayerNet(input_size=784, hidden_size=100, output_size=10)
        >>> net.predict(np.random.rand(3, 784)).sum(axis=1).round(6)
        array([1., 1., 1.])
    """

    def __init__(
        self, input_size: int, hidden_size: int, output_size: int, weight_init_std: float = 0.01
    ) -> None:
        self.params: dict[str, Array] = {
            "W1": weight_init_std * np.random.randn(input_size, hidden_size),
            "b1": np.zeros(hidden_size),
            "W2": weight_init_std * np.random.randn(hidden_size, output_size),
            "b2": np.zeros(output_size),
        }

    def predict(self, x: Array) -> Any:
        """(N, D) -> probabilities (N, K)."""
        return self._forward(x)[-1]

    def loss(self, x: Array, t: Any) -> Any:
        """Return the mean loss of inputs and labels, class indices or one-hot rows."""
        return cross_entropy_error(self.predict(x), t)

    def accuracy(self, x: Array, t: Any) -> Any:
        """Return the share of inputs classified correctly."""
        return np.mean(self.predict(x).argmax(axis=1) == as_labels(t, len(x)))

    def numerical_gradient(self, x: Array, t: Any) -> dict[str, Array]:
        """Return the gradients by central differences: two losses for each weight."""
        return {
            key: numerical_gradient(lambda _: self.loss(x, t), array)
            for key, array in self.params.items()
        }

    def gradient(self, x: Array, t: Any) -> dict[str, Array]:
        """Return the same gradients by the formulas that chapter 5 derives."""
        a1, z1, y = self._forward(x)
        dy = y.copy()  # (N, K)
        dy[np.arange(len(y)), class_indices(y, t)] -= 1
        dy /= len(y)
        da1 = sigmoid_grad(a1) * np.dot(dy, self.params["W2"].T)  # (N, H)
        return {
            "W1": np.dot(x.T, da1),
            "b1": da1.sum(axis=0),
            "W2": np.dot(z1.T, dy),
            "b2": dy.sum(axis=0),
        }

    def _forward(self, x: Array) -> tuple[Any, Any, Any]:
        """Return the hidden layer's input and output (N, H), and the probabilities (N, K)."""
        a1 = np.dot(x, self.params["W1"]) + self.params["b1"]
        z1 = sigmoid(a1)
        return a1, z1, softmax(np.dot(z1, self.params["W2"]) + self.params["b2"])
