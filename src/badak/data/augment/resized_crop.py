"""RandomResizedCrop: a part of an image, enlarged to the image's size."""

from dataclasses import dataclass

import numpy as np

from badak import checks
from badak.arrays import Indices
from badak.data.augment.base import Augmentation, Generator, Pixels
from badak.data.augment.pixels.resize import resized
from badak.errors import BadakError

ATTEMPTS = 10


@dataclass(frozen=True)
class RandomResizedCrop(Augmentation):
    """Cut a random part out of each image, and enlarge it to the image's size (bilinear).

    As `RandomResizedCrop` of torchvision: the part's area and the logarithm of its ratio are
    uniform; if none of ten drawn parts fits into the image, the largest central part is taken.

    Args:
        scale: minimum and maximum of the part's area, as a share of the image's.
        ratio: minimum and maximum of its width divided by its height.

    Source: Szegedy et al. 2014, section 6 ("Going deeper with convolutions").

    Example:
        >>> image = np.full((1, 1, 8, 8), 0.5)
        >>> bool((RandomResizedCrop()(image, np.random.default_rng(0)) == image).all())
        True
    """

    scale: tuple[float, float] = (0.08, 1.0)
    ratio: tuple[float, float] = (3 / 4, 4 / 3)

    def __post_init__(self) -> None:
        _check_span(self.scale, "scale", maximum=1)
        _check_span(self.ratio, "ratio")

    def _apply(self, images: Pixels, generator: Generator) -> Pixels:
        for place, (top, left, h, w) in enumerate(self.boxes(images.shape, generator).tolist()):
            part = images[place, :, top : top + h, left : left + w]
            images[place] = resized(part, images.shape[2:])
        return images

    def boxes(self, shape: tuple[int, ...], generator: Generator) -> Indices:
        """Draw top, left, height and width of a part of each image: (N, 4) integers.

        `shape` is that of the images, (N, C, H, W).
        """
        n, _, h, w = shape
        area = h * w * generator.uniform(*self.scale, (n, ATTEMPTS))
        low, high = np.log(self.ratio)
        ratio = np.exp(generator.uniform(low, high, (n, ATTEMPTS)))
        heights = np.rint(np.sqrt(area / ratio)).astype(np.int64)
        widths = np.rint(np.sqrt(area * ratio)).astype(np.int64)
        places = generator.random((n, 2))
        fits = (heights > 0) & (heights <= h) & (widths > 0) & (widths <= w)
        row, first = np.arange(n), fits.argmax(axis=1)
        size = np.stack([heights[row, first], widths[row, first]], axis=1)
        size[~fits.any(axis=1)] = self._central(h, w)
        corner = (places * (np.array([h, w]) - size + 1)).astype(np.int64)
        none = ~fits.any(axis=1)
        corner[none] = (np.array([h, w]) - size[none]) // 2
        return np.concatenate([corner, size], axis=1)

    def _central(self, h: int, w: int) -> tuple[int, int]:
        """Height and width of the largest part whose ratio is allowed."""
        if w / h < self.ratio[0]:
            return max(round(w / self.ratio[0]), 1), w
        if w / h > self.ratio[1]:
            return h, max(round(h * self.ratio[1]), 1)
        return h, w


def _check_span(value: tuple[float, float], name: str, maximum: float | None = None) -> None:
    """Refuse what is not a pair of numbers above 0, the smaller first."""
    if not isinstance(value, (tuple, list)) or len(value) != 2:
        raise BadakError(f"{name} must be two numbers, minimum and maximum; got {value!r}")
    for number in value:
        checks.real(number, name, above=0, maximum=maximum)
    if value[0] > value[1]:
        raise BadakError(f"{name} must begin with the smaller number; got {value!r}")
