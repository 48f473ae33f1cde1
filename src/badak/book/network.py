"""Net: what the book's networks of layers share: passes, accuracy and gradients."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from badak.arrays import Array, as_labels
from badak.book.gradient import numerical_gradient
from badak.book.loss import SoftmaxWithLoss
from badak.book.regularization import BatchNormalization, Dropout
from badak.errors import BadakError

# The parameters that a layer may have; the gradient of its W is its dW.
NAMES = (("W", "b"), ("gamma", "beta"))


class Net:
    """Layers in order, with their weights in `params`, named W1, b1, W2 ... in order.

    Attributes:
        params: ``"W1"`` -> the array that the layer holds too.
        layers: the layers; a list, or a dictionary by name.
        last_layer: the loss.
    """

    params: dict[str, Array]
    layers: Any
    last_layer: SoftmaxWithLoss

    def _in_order(self) -> list[Any]:
        return list(self.layers.values() if isinstance(self.layers, dict) else self.layers)

    def _parameters(self) -> Iterator[tuple[str, Any, str]]:
        """Yield each name in `params`, its layer, and its name there: ("W2", layer, "W")."""
        number = 0
        for layer in self._in_order():
            names = next((names for names in NAMES if hasattr(layer, f"d{names[0]}")), ())
            number += "W" in names  # gamma and beta have the number of the W before them
            for name in names:
                yield f"{name}{number}", layer, name

    def predict(self, x: Array, train_flg: bool = False) -> Array:
        """Return the scores (N, K) of inputs (N, C, H, W) or (N, D)."""
        for layer in self._in_order():
            two_ways = isinstance(layer, (Dropout, BatchNormalization))
            x = layer.forward(x, train_flg) if two_ways else layer.forward(x)
        return x

    def loss(self, x: Array, t: Any, train_flg: bool = True) -> Any:
        """Return the mean loss of inputs and labels, class indices or one-hot rows."""
        return self.last_layer.forward(self.predict(x, train_flg), t)

    def accuracy(self, x: Array, t: Any, batch_size: int = 100) -> Any:
        """Return the share of inputs classified correctly; the last, smaller batch counts too."""
        labels = as_labels(t, len(x))
        starts = range(0, len(x), batch_size)
        classes = [self.predict(x[start : start + batch_size]).argmax(axis=1) for start in starts]
        return np.mean(np.concatenate(classes) == labels)

    def gradient(self, x: Array, t: Any) -> dict[str, Array]:
        """Return the gradient of the loss for every array of `params`, by backpropagation."""
        self.loss(x, t, train_flg=True)
        dout = self.last_layer.backward()
        for layer in reversed(self._in_order()):
            dout = layer.backward(dout)
        return {key: getattr(layer, f"d{name}") for key, layer, name in self._parameters()}

    def numerical_gradient(self, x: Array, t: Any) -> dict[str, Array]:
        """Return the gradients by central differences: two losses for each weight.

        Raises:
            BadakError: the network has Dropout, which draws another mask for each loss.
        """
        if any(isinstance(layer, Dropout) for layer in self._in_order()):
            raise BadakError(
                "numerical_gradient needs a network without Dropout; its random masks would make "
                "every difference meaningless"
            )
        return {
            key: numerical_gradient(lambda _: self.loss(x, t, train_flg=True), self.params[key])
            for key, _, _ in self._parameters()
        }
