"""MixUp and CutMix: two images in one, and their labels in the same shares."""

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from badak import checks
from badak.arrays import Array
from badak.data.augment.base import Generator, Pixels, check_images
from badak.errors import ArgumentTypeError, BadakError


@dataclass(frozen=True)
class Mixing(ABC):
    """The base of what mixes each image of a batch with the one before it.

    Batches are shuffled, so that the one before is any image. One share is drawn per batch.

    Args:
        alpha: the share is drawn from Beta(alpha, alpha): 1 makes all shares equally probable,
            less prefers shares near 0 and 1.
    """

    alpha: float = 1.0
    mixes: ClassVar[bool] = True

    def __post_init__(self) -> None:
        checks.real(self.alpha, "alpha", above=0)

    def __call__(
        self, images: Pixels, targets: Array, generator: Generator
    ) -> tuple[Pixels, Array]:
        """Return new images and their targets.

        Args:
            images: (N, C, H, W) uint8, float32 or float64; they stay unchanged.
            targets: (N, K) floats, the share of each class; for one class per image, one-hot rows.
            generator: what the share is drawn from.

        Raises:
            ArgumentTypeError: images that are not an array of uint8 or floats, or targets that are
                not floats.
            BadakError: images or targets of another shape.
        """
        check_images(images)
        name = type(self).__name__
        if not isinstance(targets, np.ndarray) or targets.dtype.kind != "f":
            kind = getattr(targets, "dtype", type(targets).__name__)
            raise ArgumentTypeError(
                f"{name}: targets must be an array of floats, one row per image, such as "
                f"np.eye(K, dtype=np.float32)[labels]; got {kind}"
            )
        if targets.ndim != 2 or len(targets) != len(images):
            raise BadakError(
                f"{name}: targets must have shape ({len(images)}, K), one row per image; "
                f"got {targets.shape}"
            )
        mixed, share = self._mixed(images, generator)
        kept = targets.dtype.type(share)
        return mixed, targets * kept + np.roll(targets, 1, axis=0) * (1 - kept)

    @abstractmethod
    def _mixed(self, images: Pixels, generator: Generator) -> tuple[Pixels, float]:
        """Return the images, and the share that each keeps of itself."""


@dataclass(frozen=True)
class MixUp(Mixing):
    """Add to each image, faded, the one before it in the batch, faded the other way.

    Source: Zhang et al. 2017.

    Example:
        >>> images = np.array([100, 200], np.uint8).reshape(2, 1, 1, 1)
        >>> mixed, targets = MixUp()(images, np.eye(2), np.random.default_rng(1))
        >>> mixed.ravel(), targets[0].round(2)
        (array([158, 142], dtype=uint8), array([0.42, 0.58]))
    """

    def _mixed(self, images: Pixels, generator: Generator) -> tuple[Pixels, float]:
        share = float(generator.beta(self.alpha, self.alpha))
        result = np.empty(images.shape, images.dtype)
        for place, image in enumerate(images):
            other = images[place - 1]
            if images.dtype == np.uint8:
                mixed = np.multiply(image, share, dtype=np.float32)
                mixed += np.multiply(other, 1 - share, dtype=np.float32)
                result[place] = np.rint(mixed, out=mixed)
            else:
                result[place] = image * share + other * (1 - share)
        return result, share


@dataclass(frozen=True)
class CutMix(Mixing):
    """Paste into each image a box of the one before it in the batch.

    The box may cross the edge; the share of the labels is that of the pixels.

    Source: Yun et al. 2019.

    Example:
        >>> images = np.array([0, 9], np.uint8).reshape(2, 1, 1, 1).repeat(4, 2).repeat(6, 3)
        >>> mixed, targets = CutMix()(images, np.eye(2), np.random.default_rng(1))
        >>> mixed[0, 0], targets[0]
        (array([[0, 0, 0, 0, 0, 0],
               [0, 0, 0, 0, 0, 0],
               [9, 9, 9, 0, 0, 0],
               [9, 9, 9, 0, 0, 0]], dtype=uint8), array([0.75, 0.25]))
    """

    def _mixed(self, images: Pixels, generator: Generator) -> tuple[Pixels, float]:
        _, _, h, w = images.shape
        half = 0.5 * math.sqrt(1 - generator.beta(self.alpha, self.alpha))
        x, y = int(generator.integers(0, w)), int(generator.integers(0, h))
        rows = slice(max(y - int(half * h), 0), min(y + int(half * h), h))
        columns = slice(max(x - int(half * w), 0), min(x + int(half * w), w))
        result = images.copy("C")
        result[:, :, rows, columns] = np.roll(images, 1, axis=0)[:, :, rows, columns]
        area = (rows.stop - rows.start) * (columns.stop - columns.start)
        return result, 1 - area / (h * w)
