"""Cutout: cover a square of an image."""

from dataclasses import dataclass

from badak import checks
from badak.data.augment.base import Augmentation, Generator, Pixels, fill_value
from badak.errors import BadakError


@dataclass(frozen=True)
class Cutout(Augmentation):
    """Cover a square of each image; its centre may be any pixel, so it may cross the edge.

    Args:
        size: the square's side in pixels.
        fill: the value of covered pixels.

    Source: DeVries and Taylor 2017.

    Example:
        >>> import numpy as np
        >>> Cutout(1)(np.ones((1, 1, 2, 2)), np.random.default_rng(0))
        array([[[[1., 1.],
                 [1., 0.]]]])
    """

    size: int = 8
    fill: float = 0.0

    def __post_init__(self) -> None:
        checks.integer(self.size, "size", minimum=1)
        checks.real(self.fill, "fill")

    def _apply(self, images: Pixels, generator: Generator) -> Pixels:
        n, _, h, w = images.shape
        if self.size > min(h, w):
            raise BadakError(
                f"size must be at most {min(h, w)} for images of {h}x{w}; got {self.size}"
            )
        fill = fill_value(self.fill, images)
        top = generator.integers(0, h, (n,)) - self.size // 2
        left = generator.integers(0, w, (n,)) - self.size // 2
        for image, i, j in zip(images, top.tolist(), left.tolist(), strict=True):
            image[:, max(i, 0) : i + self.size, max(j, 0) : j + self.size] = fill
        return images
