"""activation_switch: one network with sigmoid, tanh or ReLU, and the gradients that arrive."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from badak import checks, optim
from badak.arrays import Array
from badak.data import Dataset
from badak.errors import BadakError
from badak.layers import Conv2d, Flatten, Layer, Linear, MaxPool2d, ReLU, Sigmoid, Tanh
from badak.lessons.learning import BATCH_SIZE, Learning, check_data, learn, listed
from badak.network import Network

ACTIVATIONS: dict[str, type[Layer]] = {"sigmoid": Sigmoid, "tanh": Tanh, "relu": ReLU}


@dataclass(frozen=True, eq=False)
class ActivationSwitch:
    """Trainings that differ in the activation alone.

    Attributes:
        trainings: activation -> its training.
        layers: names of the layers with weights, in order.
        gradients: activation -> (L,) root mean square of the gradient of each layer's weight at
            the first step.
    """

    trainings: dict[str, Learning]
    layers: tuple[str, ...]
    gradients: dict[str, Array]

    @property
    def arriving(self) -> dict[str, float]:
        """Activation -> the first layer's gradient as a share of the last one's."""
        return {
            name: float(sizes[0] / sizes[-1]) if sizes[-1] else 0.0
            for name, sizes in self.gradients.items()
        }

    def __str__(self) -> str:
        shares = ", ".join(f"{share:.3g} with {name}" for name, share in self.arriving.items())
        return (
            "The same network learned with each activation; on new images it was right for: "
            f"{listed(self.trainings)}. At the first step, the gradient of {self.layers[0]}'s "
            f"weights, divided by that of {self.layers[-1]}'s, was {shares}. In every layer a "
            "gradient is multiplied by the activation's slope: at most 0.25 for the sigmoid, at "
            "most 1 for tanh, and exactly 1 for every ReLU that is on."
        )


def activation_switch(
    train: Dataset,
    test: Dataset,
    *,
    activations: Sequence[str] = tuple(ACTIVATIONS),
    epochs: int = 6,
    seed: int = 0,
) -> ActivationSwitch:
    """Train a network like LeNet-5 once per activation, from the same weights.

    MNIST and `digits` both show it.

    Args:
        train: the images to learn from.
        test: the images to measure on.
        activations: which: "sigmoid", "tanh", "relu".
        epochs: how often each image is shown.
        seed: of the weights, drawn by Xavier's rule, and of the order of the images.

    Raises:
        ArgumentTypeError: an argument of the wrong type.
        BadakError: no activation or an unknown one; no images, images smaller than 4x4, or images
            that do not fit together.

    Source: Krizhevsky et al. 2012, figure 1; Glorot and Bengio 2010; the book's chapter 6.2.

    Example:
        >>> from badak import data
        >>> train, test = data.load("digits")
        >>> result = activation_switch(train[:100], test[:50], epochs=1)
        >>> list(result.trainings), result.layers
        (['sigmoid', 'tanh', 'relu'], ('conv1', 'conv2', 'linear1', 'linear2', 'linear3'))
    """
    check_data(train, test)
    if np.ndim(activations) != 1 or not len(activations):
        raise BadakError(f"activations must be a list of names; got {activations!r}")
    trainings, gradients = {}, {}
    for name in activations:
        checks.choice(name, "activations", ACTIVATIONS)
        net = _network(train, ACTIVATIONS[name], seed)
        _, grads = net.loss_and_gradients(train.images[:BATCH_SIZE], train.labels[:BATCH_SIZE])
        gradients[name] = np.array(
            [np.sqrt(np.mean(np.square(grads[key], dtype=np.float64))) for key in _weights(net)]
        )
        trainings[name] = learn(net, optim.SGD(0.1), train, test, epochs, seed)
    layers = tuple(key.removesuffix(".weight") for key in _weights(net))
    return ActivationSwitch(trainings, layers, gradients)


def _weights(net: Network) -> list[str]:
    return [name for name in net.parameters() if name.endswith(".weight")]


def _network(data: Dataset, activation: type[Layer], seed: int) -> Network:
    layers: list[Layer] = []
    for filters in (6, 16):
        layers += [Conv2d(filters, 5, padding=2, weight_init="xavier"), activation(), MaxPool2d(2)]
    layers.append(Flatten())
    for units in (120, 84):
        layers += [Linear(units, weight_init="xavier"), activation()]
    layers.append(Linear(data.num_classes, weight_init="xavier"))
    return Network(layers, data.image_shape, seed=seed)
