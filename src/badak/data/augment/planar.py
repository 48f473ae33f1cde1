"""Planar: the distortions of the paper of LeNet-5."""

from dataclasses import dataclass

import numpy as np

from badak import checks
from badak.data.augment.base import Augmentation, Generator, Pixels, fill_value
from badak.data.augment.pixels.warp import Matrix, shear, shift, warped


@dataclass(frozen=True)
class Planar(Augmentation):
    """Shift, scale, squeeze and shear each image about its middle, each by its own amounts.

    Amounts are drawn evenly; the paper does not give its own. Pixels are interpolated as by Rotate.

    Args:
        shift: maximum distance in pixels, along each axis.
        scale: maximum share by which the image grows or shrinks.
        squeeze: maximum share by which it grows in width and shrinks in height, or the reverse.
        shear: maximum slope of vertical lines; rows move sideways.
        fill: the value of pixels that move in.

    Source: LeCun et al. 1998, section III.A: "horizontal and vertical translations, scaling,
    squeezing (simultaneous horizontal compression and vertical elongation, or the reverse), and
    horizontal shearing".

    Example:
        >>> image = np.ones((1, 1, 9, 9))
        >>> Planar()(image, np.random.default_rng(0))[0, 0, 4, 4].round(6)
        np.float64(1.0)
    """

    shift: float = 1.5
    scale: float = 0.1
    squeeze: float = 0.1
    shear: float = 0.2
    fill: float = 0.0

    def __post_init__(self) -> None:
        checks.real(self.shift, "shift", minimum=0)
        checks.real(self.scale, "scale", minimum=0, below=1)
        checks.real(self.squeeze, "squeeze", minimum=0, below=1)
        checks.real(self.shear, "shear", minimum=0)
        checks.real(self.fill, "fill")

    def _apply(self, images: Pixels, generator: Generator) -> Pixels:
        fill = fill_value(self.fill, images)
        most = [self.shift, self.shift, self.scale, self.squeeze, self.shear]
        amounts = generator.uniform(-1, 1, (len(images), len(most))) * most
        for place, (right, down, scale, squeeze, slope) in enumerate(amounts.tolist()):
            matrix = distortion(right, down, scale, squeeze, slope, images.shape[2:])
            images[place] = warped(images[place], matrix, fill)
        return images


def distortion(
    right: float, down: float, scale: float, squeeze: float, slope: float, size: tuple[int, ...]
) -> Matrix:
    """The matrix, for `warped`, that distorts images of a size (H, W) about their middle.

    Example:
        >>> distortion(1, 0, 0, 0, 0, (4, 4))  # one pixel to the right: the source is on the left
        array([[ 1.,  0., -1.],
               [ 0.,  1.,  0.],
               [ 0.,  0.,  1.]])
    """
    h, w = size
    wide, high = (1 + scale) * (1 + squeeze), (1 + scale) / (1 + squeeze)
    smaller = np.diag([1 / wide, 1 / high, 1.0])  # the source of a larger image
    matrix: Matrix = shift(w / 2, h / 2) @ smaller @ shear(slope, 0)
    return matrix @ shift(-w / 2 - right, -h / 2 - down)
