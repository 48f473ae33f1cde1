"""Networks from the literature, each only a layer list, and the table that names them.

All take num_classes, the units of the output; input_shape, (C, H, W) of one image, for some also
image_size, short for (3, image_size, image_size); weight_init, "he", "xavier" or a standard
deviation; seed, of the initial parameters and of dropout; and dtype, np.float32 or np.float64.
Sizes that do not fit raise BadakError, which names the layer.
Images below 64 pixels, such as CIFAR-10's, are halved less at the beginning, so that something is
left for the last stage.
"""

from collections.abc import Callable
from functools import partial

from badak.models.alexnet import AlexNet
from badak.models.convnext import ConvNeXtTiny
from badak.models.deep import DeepConvNet
from badak.models.densenet import DenseNet121
from badak.models.efficientnet import EfficientNetB0, EfficientNetLite0, EfficientNetLite2
from badak.models.googlenet import GoogLeNet
from badak.models.lenet import LeNet5
from badak.models.mobilenet import MobileNetV1, MobileNetV2, MobileNetV3Small
from badak.models.photo import PhotoNet
from badak.models.regnet import RegNetY400MF
from badak.models.resnet import ResNet18, ResNet20, ResNet50
from badak.models.shufflenet import ShuffleNetV2
from badak.models.simple import SimpleConvNet
from badak.models.squeezenet import SqueezeNet
from badak.models.tiny import DSCNN, ResNet8
from badak.models.vgg import VGG11, VGG16
from badak.models.wide_resnet import WideResNet16
from badak.network import Network

#: The models by name, as the command line names them.
MODELS: dict[str, Callable[..., Network]] = {
    "simple": SimpleConvNet,
    "lenet": LeNet5,
    "lenet1998": partial(LeNet5, modern=False),
    "lenet1998-paper": partial(LeNet5, modern=False, paper_pixels=True),
    "deep": DeepConvNet,
    "alexnet": AlexNet,
    "vgg11": VGG11,
    "vgg16": VGG16,
    "googlenet": GoogLeNet,
    "resnet8": ResNet8,
    "resnet18": ResNet18,
    "resnet20": ResNet20,
    "resnet50": ResNet50,
    "wideresnet16": WideResNet16,
    "squeezenet": SqueezeNet,
    "densenet121": DenseNet121,
    "mobilenet-v1": MobileNetV1,
    "mobilenet-v2": MobileNetV2,
    "mobilenet-v3-small": MobileNetV3Small,
    "shufflenet-v2": ShuffleNetV2,
    "efficientnet-b0": EfficientNetB0,
    "efficientnet-lite0": EfficientNetLite0,
    "efficientnet-lite2": EfficientNetLite2,
    "regnety-400mf": RegNetY400MF,
    "convnext-tiny": ConvNeXtTiny,
    "ds-cnn": DSCNN,
    "photo": PhotoNet,
}

__all__ = [
    "DSCNN",
    "MODELS",
    "VGG11",
    "VGG16",
    "AlexNet",
    "ConvNeXtTiny",
    "DeepConvNet",
    "DenseNet121",
    "EfficientNetB0",
    "EfficientNetLite0",
    "EfficientNetLite2",
    "GoogLeNet",
    "LeNet5",
    "MobileNetV1",
    "MobileNetV2",
    "MobileNetV3Small",
    "PhotoNet",
    "RegNetY400MF",
    "ResNet8",
    "ResNet18",
    "ResNet20",
    "ResNet50",
    "ShuffleNetV2",
    "SimpleConvNet",
    "SqueezeNet",
    "WideResNet16",
]
