"""MultiLayerNet and MultiLayerNetExtend as in chapter 6: as many affine layers as wanted."""

from collections import OrderedDict
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from badak import checks
from badak.arrays import Array
from badak.book.layers import Affine, Relu, Sigmoid
from badak.book.loss import SoftmaxWithLoss
from badak.book.network import Net
from badak.book.regularization import BatchNormalization, Dropout

ACTIVATIONS: dict[str, Any] = {"sigmoid": Sigmoid, "relu": Relu}
# Times 1 / inputs, the variance of initial weights: He's for ReLU, Xavier's for sigmoid (6.2).
VARIANCES = {"relu": 2.0, "he": 2.0, "sigmoid": 1.0, "xavier": 1.0}


class MultiLayerNetExtend(Net):
    """Affine layers with batch normalization and dropout between them (chapters 6.3 and 6.4).

    Initial weights come from NumPy's global generator.

    Args:
        input_size: D, values of one input.
        hidden_size_list: units of each hidden layer.
        output_size: K, classes.
        activation: 'relu' or 'sigmoid'.
        weight_init_std: standard deviation of the initial weights; 'relu' or 'he' for He's,
            'sigmoid' or 'xavier' for Xavier's.
        weight_decay_lambda: this times half the sum of all squared weights is added to the loss.
        use_dropout: whether Dropout follows each hidden layer.
        dropout_ration: share of values dropped (the book's spelling).
        use_batchnorm: whether BatchNormalization precedes each activation.

    Attributes:
        params: W1, b1 ...; with batch normalization also gamma1, beta1 ...

    Raises:
        BadakError: an unknown activation or name of an initial value.

    Example:
        >>> network = MultiLayerNetExtend(784, [100], 10, use_dropout=True, use_batchnorm=True)
        >>> list(network.layers)
        ['Affine1', 'BatchNorm1', 'Activation_function1', 'Dropout1', 'Affine2']
        >>> network.predict(np.random.rand(3, 784)).shape
        (3, 10)
    """

    def __init__(
        self,
        input_size: int,
        hidden_size_list: Sequence[int],
        output_size: int,
        activation: str = "relu",
        weight_init_std: str | float = "relu",
        weight_decay_lambda: float = 0,
        use_dropout: bool = False,
        dropout_ration: float = 0.5,
        use_batchnorm: bool = False,
    ) -> None:
        self.input_size, self.output_size = input_size, output_size
        self.hidden_size_list = hidden_size_list
        self.hidden_layer_num = len(hidden_size_list)
        self.weight_decay_lambda = weight_decay_lambda
        self.use_dropout, self.use_batchnorm = use_dropout, use_batchnorm
        function = ACTIVATIONS[checks.choice(activation, "activation", ACTIVATIONS)]
        self.params = p = {}
        sizes = [input_size, *hidden_size_list, output_size]
        for number, (inputs, outputs) in enumerate(pairwise(sizes), 1):
            scale = _scale(weight_init_std, inputs)
            p[f"W{number}"] = scale * np.random.randn(inputs, outputs)
            p[f"b{number}"] = np.zeros(outputs)
        self.layers = OrderedDict()
        for number, units in enumerate(hidden_size_list, 1):
            self.layers[f"Affine{number}"] = Affine(p[f"W{number}"], p[f"b{number}"])
            if use_batchnorm:
                gamma = p[f"gamma{number}"] = np.ones(units)
                beta = p[f"beta{number}"] = np.zeros(units)
                self.layers[f"BatchNorm{number}"] = BatchNormalization(gamma, beta)
            self.layers[f"Activation_function{number}"] = function()
            if use_dropout:
                self.layers[f"Dropout{number}"] = Dropout(dropout_ration)
        last = len(sizes) - 1
        self.layers[f"Affine{last}"] = Affine(p[f"W{last}"], p[f"b{last}"])
        self.last_layer = SoftmaxWithLoss()

    def loss(self, x: Array, t: Any, train_flg: bool = False) -> Any:
        """Return the mean loss plus the weight decay."""
        squares = [np.sum(array**2) for key, array in self.params.items() if key[0] == "W"]
        decay = sum(0.5 * self.weight_decay_lambda * square for square in squares)
        return super().loss(x, t, train_flg) + decay

    def gradient(self, x: Array, t: Any) -> dict[str, Array]:
        """Return the gradient of the loss for every array of `params`, by backpropagation."""
        return {
            key: grad + self.weight_decay_lambda * self.params[key] if key[0] == "W" else grad
            for key, grad in super().gradient(x, t).items()
        }


class MultiLayerNet(MultiLayerNetExtend):
    """Affine layers with an activation between them (chapter 6.1.8).

    `MultiLayerNetExtend` without dropout and batch normalization; the arguments are described
    there.

    Example:
        >>> network = MultiLayerNet(784, [100, 100], 10, weight_init_std=0.01)
        >>> list(network.layers)[:3], network.params["W3"].shape
        (['Affine1', 'Activation_function1', 'Affine2'], (100, 10))
    """

    def __init__(
        self,
        input_size: int,
        hidden_size_list: Sequence[int],
        output_size: int,
        activation: str = "relu",
        weight_init_std: str | float = "relu",
        weight_decay_lambda: float = 0,
    ) -> None:
        super().__init__(
            input_size,
            hidden_size_list,
            output_size,
            activation,
            weight_init_std,
            weight_decay_lambda,
        )


def _scale(weight_init_std: str | float, inputs: int) -> Any:
    """Return the standard deviation of a layer's initial weights."""
    if not isinstance(weight_init_std, str):
        return weight_init_std
    name = checks.choice(weight_init_std.lower(), "weight_init_std", VARIANCES)
    return np.sqrt(VARIANCES[name] / inputs)
