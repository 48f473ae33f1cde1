"""Networks from the literature, each only a layer list, and the table that names them.

All take num_classes, the units of the output; input_shape, (C, H, W) of one image, for some also
image_size, short for (3, image_size, image_size); weight_init, "he", "xavier" or a standard
deviation; seed, of the initial parameters and of dropout; and dtype, np.float32 or np.float64.
Sizes that do not fit raise BadakError, which names the layer.
"""

from collections.abc import Callable
from functools import partial

from badak.models.alexnet import AlexNet
from badak.models.deep import DeepConvNet
from badak.models.lenet import LeNet5
from badak.models.resnet import ResNet18, ResNet20
from badak.models.simple import SimpleConvNet
from badak.models.vgg import VGG11, VGG16
from badak.network import Network

MODELS: dict[str, Callable[..., Network]] = {
    "simple": SimpleConvNet,
    "lenet": LeNet5,
    "lenet1998": partial(LeNet5, modern=False),
    "deep": DeepConvNet,
    "alexnet": AlexNet,
    "vgg11": VGG11,
    "vgg16": VGG16,
    "resnet20": ResNet20,
    "resnet18": ResNet18,
}

__all__ = [
    "MODELS",
    "VGG11",
    "VGG16",
    "AlexNet",
    "DeepConvNet",
    "LeNet5",
    "ResNet18",
    "ResNet20",
    "SimpleConvNet",
]
