"""Rotate: turn an image about its centre."""

from dataclasses import dataclass

import numpy as np

from badak import checks
from badak.data.augment.base import Augmentation, Generator, Pixels, fill_value
from badak.data.augment.pixels.warp import rotation, warped


@dataclass(frozen=True)
class Rotate(Augmentation):
    """Rotate each image about its centre by up to `max_degrees` in either direction.

    A pixel of the result is the weighted mean of the four around its source (bilinear); outside the
    image, pixels are `fill`.

    Args:
        max_degrees: maximum angle.
        fill: the value of pixels that move in.

    Example:
        >>> image = np.ones((1, 1, 5, 5))
        >>> Rotate(45)(image, np.random.default_rng(0))[0, 0, 2, 2].round(6)
        np.float64(1.0)
    """

    max_degrees: float = 15.0
    fill: float = 0.0

    def __post_init__(self) -> None:
        checks.real(self.max_degrees, "max_degrees", above=0, maximum=180)
        checks.real(self.fill, "fill")

    def _apply(self, images: Pixels, generator: Generator) -> Pixels:
        angles = np.radians(generator.uniform(-self.max_degrees, self.max_degrees, len(images)))
        fill = fill_value(self.fill, images)
        for place, angle in enumerate(angles):
            images[place] = warped(images[place], rotation(angle, images.shape[2:]), fill)
        return images
