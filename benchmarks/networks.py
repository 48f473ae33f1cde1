"""The named networks: what people train on a CPU, from the papers and from Keras' examples."""

from collections.abc import Callable
from functools import partial

from badak import Network, models
from badak.layers import Conv2d, Dropout, Flatten, Layer, Linear, MaxPool2d, ReLU
from badak.layers.initial import WeightInit


def keras(weight_init: WeightInit = "he") -> Network:
    """The CIFAR-10 network of Keras' examples (cifar10_cnn.py), with ReLU and dropout as there."""
    layers: list[Layer] = []
    for filters in (32, 64):
        layers += [
            Conv2d(filters, 3, padding=1, weight_init=weight_init),
            ReLU(),
            Conv2d(filters, 3, weight_init=weight_init),
            ReLU(),
            MaxPool2d(2),
            Dropout(0.25),
        ]
    layers += [Flatten(), Linear(512, weight_init=weight_init), ReLU(), Dropout(0.5)]
    return Network([*layers, Linear(10, weight_init=weight_init)], (3, 32, 32))


# The four of the first benchmark; the layers' products are theirs.
FIRST: dict[str, tuple[Callable[..., Network], int]] = {
    "simple": (models.SimpleConvNet, 100),
    "lenet": (models.LeNet5, 100),
    "deep": (models.DeepConvNet, 100),
    "alexnet": (models.AlexNet, 32),
}
# Name -> what builds it, and the images of a batch.
NETWORKS: dict[str, tuple[Callable[..., Network], int]] = FIRST | {
    "keras": (keras, 128),
    "resnet20": (models.ResNet20, 128),
    "resnet8": (models.ResNet8, 128),
    "vgg11": (partial(models.VGG11, 10, 32), 64),
    "resnet18": (models.ResNet18, 16),
    "mobilenet": (partial(models.MobileNetV1, 2, 96, width=0.25), 32),
    "mobilenet224": (models.MobileNetV1, 8),
    "dscnn": (models.DSCNN, 100),
    "lite0": (models.EfficientNetLite0, 16),
}
