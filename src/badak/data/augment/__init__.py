"""Augmentation: new variants of a batch of images, drawn again each time.

A transform is called as ``transform(images, generator)`` with images (N, C, H, W), uint8 or floats
in [0, 1]. It returns new images of the same shape and dtype and leaves its argument unchanged. Each
image of a batch draws its own amount; its channels move together. A transform that mixes images,
such as MixUp, has ``mixes = True``; it is called as ``transform(images, targets, generator)`` and
returns both. Constructors raise BadakError for an argument out of range, and calls for images that
do not fit. A `fill` is a value in [0, 1], which is 0..255 in uint8 images.

Pillow turns and bends images of uint8 and float32, NumPy those of float64. All amounts come from
the generator, in an order that depends on nothing but the images' shape.
Letters: N images, C channels, H rows, W columns, K classes.
"""

from badak.data.augment.base import Augmentation, Generator, Pixels, Transform
from badak.data.augment.compose import Compose
from badak.data.augment.cutout import Cutout
from badak.data.augment.flip import Flip
from badak.data.augment.jitter import ColorJitter
from badak.data.augment.mix import CutMix, Mixing, MixUp
from badak.data.augment.move import Crop, Shift
from badak.data.augment.named import AUGMENTATIONS, named
from badak.data.augment.normalize import Normalize
from badak.data.augment.perspective import Perspective
from badak.data.augment.planar import Planar
from badak.data.augment.policies import RandAugment, TrivialAugment
from badak.data.augment.resized_crop import RandomResizedCrop
from badak.data.augment.rotate import Rotate
from badak.data.augment.views import VIEWS, Views, averaged, crops, mirrored

__all__ = [
    "AUGMENTATIONS",
    "VIEWS",
    "Augmentation",
    "ColorJitter",
    "Compose",
    "Crop",
    "CutMix",
    "Cutout",
    "Flip",
    "Generator",
    "MixUp",
    "Mixing",
    "Normalize",
    "Perspective",
    "Pixels",
    "Planar",
    "RandAugment",
    "RandomResizedCrop",
    "Rotate",
    "Shift",
    "Transform",
    "TrivialAugment",
    "Views",
    "averaged",
    "crops",
    "mirrored",
    "named",
]
