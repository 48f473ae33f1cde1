"""Networks from the literature, each only a layer list, and the table that names them."""

from collections.abc import Callable

from badak.models.alexnet import AlexNet
from badak.models.deep import DeepConvNet
from badak.models.lenet import LeNet5
from badak.models.simple import SimpleConvNet
from badak.network import Network

MODELS: dict[str, Callable[..., Network]] = {
    "simple": SimpleConvNet,
    "lenet": LeNet5,
    "deep": DeepConvNet,
    "alexnet": AlexNet,
}

__all__ = ["MODELS", "AlexNet", "DeepConvNet", "LeNet5", "SimpleConvNet"]
