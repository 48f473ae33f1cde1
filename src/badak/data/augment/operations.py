"""The fourteen operations that RandAugment and TrivialAugment choose from.

Each is called as ``operation(image, level, most)``: an image (C, H, W), a level in [-1, 1], whose
sign is a direction or has no meaning, and the amounts that level 1 has.
"""

import math
from collections.abc import Callable
from typing import NamedTuple

from badak.data.augment.base import Pixels
from badak.data.augment.pixels import tone
from badak.data.augment.pixels.colour import saturation
from badak.data.augment.pixels.sharpness import sharpness
from badak.data.augment.pixels.warp import rotation, shear, shift, warped


class Most(NamedTuple):
    """What level 1 means.

    Attributes:
        shear: pixels to the side per row.
        move: pixels; below 1, a share of the image.
        degrees: of a rotation.
        enhance: distance of the factor of brightness, colour, contrast and sharpness from 1.
        bits: how many of 8 are lost.
    """

    shear: float
    move: float
    degrees: float
    enhance: float
    bits: int


Operation = Callable[[Pixels, float, Most], Pixels]


def _moved(level: float, most: Most, size: int) -> int:
    """Whole pixels, rounded towards 0."""
    return int(level * most.move * (size if most.move < 1 else 1))


def _rotate(image: Pixels, level: float, most: Most) -> Pixels:
    angle = math.radians(level * most.degrees)
    return warped(image, rotation(angle, image.shape[1:]), 0, smooth=False)


def _enhanced(adjust: Callable[[Pixels, float], Pixels]) -> Operation:
    return lambda image, level, most: adjust(image, 1 + level * most.enhance)


OPERATIONS: dict[str, Operation] = {
    "identity": lambda image, level, most: image,
    "shear-x": lambda image, level, most: warped(image, shear(level * most.shear, 0), 0, False),
    "shear-y": lambda image, level, most: warped(image, shear(0, level * most.shear), 0, False),
    "translate-x": lambda image, level, most: warped(
        image, shift(_moved(level, most, image.shape[2]), 0), 0, False
    ),
    "translate-y": lambda image, level, most: warped(
        image, shift(0, _moved(level, most, image.shape[1])), 0, False
    ),
    "rotate": _rotate,
    "brightness": _enhanced(tone.brightness),
    "color": _enhanced(saturation),
    "contrast": _enhanced(tone.contrast),
    "sharpness": _enhanced(sharpness),
    "posterize": lambda image, level, most: tone.posterize(
        image, round(8 - abs(level) * most.bits)
    ),
    "solarize": lambda image, level, most: tone.solarize(image, 1 - abs(level)),
    "autocontrast": lambda image, level, most: tone.autocontrast(image),
    "equalize": lambda image, level, most: tone.equalize(image),
}
