"""TwoLayerNet as in chapter 5, made of layers."""

from collections import OrderedDict

import numpy as np

from badak.book.layers import Affine, Relu
from badak.book.loss import SoftmaxWithLoss
from badak.book.network import Net


class TwoLayerNet(Net):
    """Affine - ReLU - Affine - SoftmaxWithLoss (chapter 5.7.2).

    `badak.book.without_layers.TwoLayerNet` is chapter 4's, with sigmoid. Here `predict` returns
    scores. Initial weights come from NumPy's global generator.

    Args:
        input_size: D, values of one input.
        hidden_size: H, units of the hidden layer.
        output_size: K, classes.
        weight_init_std: standard deviation of the initial weights.

    Attributes:
        params: W1 (D, H), b1 (H,), W2 (H, K), b2 (K,).
        lastLayer: the loss; also `last_layer`.

    Example:
        >>> network = TwoLayerNet(input_size=784, hidden_size=50, output_size=10)
        >>> x, t = np.random.rand(3, 784), np.array([0, 5, 9])
        >>> {name: array.shape for name, array in network.gradient(x, t).items()}
        {'W1': (784, 50), 'b1': (50,), 'W2': (50, 10), 'b2': (10,)}
    """

    def __init__(
        self, input_size: int, hidden_size: int, output_size: int, weight_init_std: float = 0.01
    ) -> None:
        self.params = {
            "W1": weight_init_std * np.random.randn(input_size, hidden_size),
            "b1": np.zeros(hidden_size),
            "W2": weight_init_std * np.random.randn(hidden_size, output_size),
            "b2": np.zeros(output_size),
        }
        p = self.params
        self.layers = OrderedDict(
            Affine1=Affine(p["W1"], p["b1"]), Relu1=Relu(), Affine2=Affine(p["W2"], p["b2"])
        )
        self.last_layer = self.lastLayer = SoftmaxWithLoss()
