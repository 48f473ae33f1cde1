"""Flip: mirror an image."""

from dataclasses import dataclass

import numpy as np

from badak import checks
from badak.data.augment.base import Augmentation, Generator, Pixels


@dataclass(frozen=True)
class Flip(Augmentation):
    """Mirror each image with a given probability.

    Args:
        p: probability.
        axis: "horizontal" swaps left and right, "vertical" top and bottom.

    Example:
        >>> Flip(p=1)(np.arange(3.0).reshape(1, 1, 1, 3), np.random.default_rng(0))
        array([[[[2., 1., 0.]]]])
    """

    p: float = 0.5
    axis: str = "horizontal"

    def __post_init__(self) -> None:
        checks.real(self.p, "p", minimum=0, maximum=1)
        checks.choice(self.axis, "axis", ("horizontal", "vertical"))

    def _apply(self, images: Pixels, generator: Generator) -> Pixels:
        mirrored = images[..., ::-1] if self.axis == "horizontal" else images[:, :, ::-1]
        for place in np.flatnonzero(generator.random(len(images)) < self.p):
            images[place] = mirrored[place]
        return images
