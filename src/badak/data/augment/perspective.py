"""Perspective: an image seen from another side."""

from dataclasses import dataclass

import numpy as np

from badak import checks
from badak.data.augment.base import Augmentation, Generator, Pixels, fill_value
from badak.data.augment.pixels.warp import quadrilateral, warped


@dataclass(frozen=True)
class Perspective(Augmentation):
    """Draw each image's corners inwards, each by its own amount, with a given probability.

    Pixels are interpolated as by Rotate. As `RandomPerspective` of torchvision.

    Args:
        distortion: how far a corner may move: 1 is half of the width and half of the height.
        p: probability.
        fill: the value of pixels around the image.

    Example:
        >>> image = np.ones((1, 1, 9, 9))
        >>> Perspective(0.5, p=1)(image, np.random.default_rng(0))[0, 0, 4, 4].round(6)
        np.float64(1.0)
    """

    distortion: float = 0.5
    p: float = 0.5
    fill: float = 0.0

    def __post_init__(self) -> None:
        checks.real(self.distortion, "distortion", minimum=0, maximum=1)
        checks.real(self.p, "p", minimum=0, maximum=1)
        checks.real(self.fill, "fill")

    def _apply(self, images: Pixels, generator: Generator) -> Pixels:
        n, _, h, w = images.shape
        fill = fill_value(self.fill, images)
        chosen = np.flatnonzero(generator.random(n) < self.p)
        # (N, 4) how far each corner moves inwards, clockwise from the upper left
        beside = generator.integers(0, int(self.distortion * (w // 2)) + 1, (n, 4))
        below = generator.integers(0, int(self.distortion * (h // 2)) + 1, (n, 4))
        for place in chosen:
            a, b, c, d = beside[place]
            x = np.array([a, w - 1 - b, w - 1 - c, d])
            a, b, c, d = below[place]
            y = np.array([a, b, h - 1 - c, h - 1 - d])
            images[place] = warped(images[place], quadrilateral(x, y, (h, w)), fill)
        return images
