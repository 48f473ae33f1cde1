"""Normalize: subtract a mean and divide by a standard deviation."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from badak import checks
from badak.data.augment.base import Augmentation, Generator, Pixels
from badak.errors import ArgumentTypeError, BadakError


@dataclass(frozen=True)
class Normalize(Augmentation):
    """Subtract a mean and divide by a standard deviation, one in total or one per channel.

    Nothing is random. Normalise test images by the same call. uint8 images are first scaled to
    [0, 1], and become float32: no other transform changes the dtype.

    Args:
        mean: one number, or C of them.
        std: likewise, above 0.

    Example:
        >>> Normalize(mean=1, std=2)(np.full((1, 1, 1, 1), 5.0), np.random.default_rng(0))
        array([[[[2.]]]])
    """

    mean: float | Sequence[float]
    std: float | Sequence[float]

    def __post_init__(self) -> None:
        for mean in _values(self.mean, "mean"):
            checks.real(mean, "mean")
        for std in _values(self.std, "std"):
            checks.real(std, "std", above=0)

    def _apply(self, images: Pixels, generator: Generator) -> Pixels:
        if images.dtype == np.uint8:
            images = np.divide(images, 255, dtype=np.float32)
        channels = images.shape[1]
        planes = []
        for name in ("mean", "std"):
            values = _values(getattr(self, name), name)
            if len(values) not in (1, channels):
                raise BadakError(
                    f"Normalize: {name} must hold 1 or {channels} values, one per channel; "
                    f"got {len(values)}"
                )
            planes.append(np.array(values, images.dtype).reshape(1, -1, 1, 1))
        mean, std = planes
        result: Pixels = (images - mean) / std
        return result


def _values(value: float | Sequence[float], name: str) -> list[float]:
    values = list(value) if isinstance(value, (Sequence, np.ndarray)) else [value]
    if isinstance(value, str) or not values:
        raise ArgumentTypeError(f"{name} must be a number, or one per channel; got {value!r}")
    return values
