"""Augmentation: the base of all transforms, and what their arguments must be."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from badak import checks
from badak.arrays import FLOATS
from badak.errors import ArgumentTypeError, BadakError

Generator = np.random.Generator
#: Images (N, C, H, W) of uint8, or of floats in [0, 1].
Pixels = NDArray[Any]
#: What makes new variants of images: an augmentation, or a function like one.
Transform = Callable[..., Any]
TOLERANCE = 1e-3  # interpolation rounds


class Augmentation(ABC):
    """The base of all transforms: called with images and a generator, it returns new images."""

    mixes: ClassVar[bool] = False

    def __call__(self, images: Pixels, generator: Generator) -> Pixels:
        """Return a new variant of each image.

        Args:
            images: (N, C, H, W) uint8, float32 or float64; they stay unchanged.
            generator: what the amounts are drawn from.

        Raises:
            ArgumentTypeError: images that are not an array of uint8 or floats.
            BadakError: another number of axes, or images that do not fit the transform.
        """
        check_images(images)
        return self._apply(images.copy("C"), generator)

    @abstractmethod
    def _apply(self, images: Pixels, generator: Generator) -> Pixels:
        """Return new variants of C-contiguous images, which it may overwrite and return.

        Several transforms share one copy in this way: fresh memory costs more than a flip.
        """


def check_images(images: Pixels) -> None:
    """Refuse what is not an array (N, C, H, W) of uint8, float32 or float64."""
    if not isinstance(images, np.ndarray) or images.dtype.type not in (np.uint8, *FLOATS):
        dtype = getattr(images, "dtype", type(images).__name__)
        raise ArgumentTypeError(
            f"images must be an array of uint8, float32 or float64; got {dtype}"
        )
    if images.ndim != 4:
        raise BadakError(f"images must have shape (N, C, H, W); got {images.shape}")
    if 0 in images.shape[1:]:
        raise BadakError(f"images must have no empty axis; got {images.shape}")


def check_colours(images: Pixels, name: str) -> None:
    """Refuse images that are neither grey nor RGB, in [0, 1]; `name` is the transform's."""
    if images.shape[1] not in (1, 3):
        raise BadakError(
            f"{name}: images must have 1 channel (grey) or 3 (RGB); got {images.shape[1]}"
        )
    if images.dtype != np.uint8 and images.size:
        low, high = float(images.min()), float(images.max())
        if low < -TOLERANCE or high > 1 + TOLERANCE:
            raise BadakError(
                f"{name}: floats must lie in [0, 1]; got {low:g} to {high:g}: "
                "divide 0..255 by 255, and put Normalize last"
            )


def fill_value(fill: float, images: Pixels) -> float:
    """Return a fill in the images' own scale: 0..255 if they are uint8.

    Example:
        >>> fill_value(0.5, np.zeros(1, np.uint8)), fill_value(0.5, np.zeros(1))
        (128, 0.5)
    """
    if images.dtype != np.uint8:
        return fill
    checks.real(fill, "fill of uint8 images", minimum=0, maximum=1)
    return round(255 * fill)
