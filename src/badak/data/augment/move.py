"""Shift and Crop: move an image by whole pixels."""

from dataclasses import dataclass

from badak import checks
from badak.data.augment.base import Augmentation, Generator, Pixels, fill_value
from badak.data.augment.pixels.cut import cut
from badak.errors import BadakError

FILLS = ("constant", "edge", "reflect")


@dataclass(frozen=True)
class Shift(Augmentation):
    """Move each image by a whole number of pixels, up to `max_pixels` along each axis.

    Args:
        max_pixels: maximum distance, up or down and left or right.
        fill: the value of pixels that move in.

    Example:
        >>> import numpy as np
        >>> image = np.arange(1.0, 5.0).reshape(1, 1, 2, 2)
        >>> Shift(1)(image, np.random.default_rng(0))
        array([[[[3., 4.],
                 [0., 0.]]]])
    """

    max_pixels: int = 2
    fill: float = 0.0

    def __post_init__(self) -> None:
        checks.integer(self.max_pixels, "max_pixels", minimum=1)
        checks.real(self.fill, "fill")

    def _apply(self, images: Pixels, generator: Generator) -> Pixels:
        fill = fill_value(self.fill, images)
        return _cut_at_random(images, generator, self.max_pixels, "constant", fill, "max_pixels")


@dataclass(frozen=True)
class Crop(Augmentation):
    """Pad each image on all sides, and crop it to its size at a random place.

    Args:
        padding: pixels added on each side.
        mode: their values: "constant" for zeros, "edge" for the nearest pixel, "reflect" for the
            mirrored image.

    Source: He et al. 2015, section 4.2 (CIFAR-10, padding 4).

    Example:
        >>> import numpy as np
        >>> image = np.arange(1.0, 5.0).reshape(1, 1, 2, 2)
        >>> Crop(1, "edge")(image, np.random.default_rng(0))
        array([[[[3., 4.],
                 [3., 4.]]]])
    """

    padding: int = 4
    mode: str = "constant"

    def __post_init__(self) -> None:
        checks.integer(self.padding, "padding", minimum=1)
        checks.choice(self.mode, "mode", FILLS)

    def _apply(self, images: Pixels, generator: Generator) -> Pixels:
        return _cut_at_random(images, generator, self.padding, self.mode, 0.0, "padding")


def _cut_at_random(
    images: Pixels, generator: Generator, margin: int, mode: str, fill: float, name: str
) -> Pixels:
    """Call `cut` with a random place for each image."""
    n, _, h, w = images.shape
    if margin >= min(h, w):
        raise BadakError(f"{name} must be below {min(h, w)} for images of {h}x{w}; got {margin}")
    top, left = generator.integers(0, 2 * margin + 1, (2, n))
    return cut(images, top, left, margin, mode, fill)
