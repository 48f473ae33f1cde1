"""ColorJitter: brightness, contrast, saturation and hue, in any order."""

from dataclasses import dataclass

import numpy as np

from badak import checks
from badak.data.augment.base import Augmentation, Generator, Pixels, check_colours
from badak.data.augment.pixels.colour import hue, saturation
from badak.data.augment.pixels.tone import brightness, contrast
from badak.errors import BadakError

Amount = float | tuple[float, float]
ADJUSTMENTS = (brightness, contrast, saturation, hue)


@dataclass(frozen=True)
class ColorJitter(Augmentation):
    """Vary each image's brightness, contrast, saturation and hue, in an order drawn for it.

    As `ColorJitter` of torchvision. Images are grey or RGB; grey ones have no saturation and hue.

    Args:
        brightness: a in 1 - a .. 1 + a (not below 0), the range of the factor; or the range itself.
        contrast: likewise.
        saturation: likewise.
        hue: h in -h .. h, at most 0.5: turns around the wheel of colours; or the range itself.

    Example:
        >>> image = np.full((1, 1, 1, 2), 100, np.uint8)
        >>> ColorJitter(brightness=(0.5, 0.5))(image, np.random.default_rng(0))
        array([[[[50, 50]]]], dtype=uint8)
    """

    brightness: Amount = 0.0
    contrast: Amount = 0.0
    saturation: Amount = 0.0
    hue: Amount = 0.0

    def __post_init__(self) -> None:
        self.ranges()

    def ranges(self) -> list[tuple[float, float]]:
        """Minimum and maximum of the four amounts, in the order of the arguments."""
        factors = ("brightness", "contrast", "saturation")
        ranges = [_range(getattr(self, name), name, 1.0, 0.0, None) for name in factors]
        return [*ranges, _range(self.hue, "hue", 0.0, -0.5, 0.5)]

    def _apply(self, images: Pixels, generator: Generator) -> Pixels:
        check_colours(images, "ColorJitter")
        n, ranges = len(images), self.ranges()
        orders = generator.permuted(np.tile(np.arange(4), (n, 1)), axis=1)
        low, high = np.array(ranges).T
        amounts = generator.uniform(low, high, (n, 4))
        idle = [pair == (none, none) for pair, none in zip(ranges, (1, 1, 1, 0), strict=True)]
        for place, image in enumerate(images):
            for k in orders[place]:
                if not idle[k]:
                    image = ADJUSTMENTS[k](image, float(amounts[place, k]))
            images[place] = image
        return images


def _range(
    value: Amount, name: str, middle: float, minimum: float, maximum: float | None
) -> tuple[float, float]:
    if not isinstance(value, (tuple, list)):
        distance = checks.real(value, name, minimum=0, maximum=maximum)
        return max(middle - distance, minimum), middle + distance
    if len(value) != 2 or value[0] > value[1]:
        raise BadakError(f"{name} must be a number, or minimum and maximum; got {value!r}")
    low, high = (checks.real(end, name, minimum=minimum, maximum=maximum) for end in value)
    return low, high
