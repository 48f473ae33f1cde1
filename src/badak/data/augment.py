"""Augmentation: new variants of a batch of images, drawn again each time.

A transform is called as ``transform(images, generator)`` with images (N, C, H, W) of floats; it
returns new images of the same shape and dtype and leaves its argument unchanged. Each image of a
batch draws its own amount; its channels move together. Constructors raise BadakError for an
argument out of range, and calls for images that are too small.
Letters: N images, C channels, H rows, W columns.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from badak import checks
from badak.arrays import FLOATS, Images
from badak.data import warp
from badak.errors import ArgumentTypeError, BadakError

Generator = np.random.Generator
Transform = Callable[[Images, Generator], Images]
FILLS = ("constant", "edge", "reflect")


class Augmentation(ABC):
    """The base of all transforms: called with images and a generator, it returns new images."""

    def __call__(self, images: Images, generator: Generator) -> Images:
        """Return a new variant of each image.

        Args:
            images: (N, C, H, W) float32 or float64; they stay unchanged.
            generator: what the amounts are drawn from.

        Raises:
            ArgumentTypeError: images that are not an array of floats.
            BadakError: another number of axes, or images too small for the transform.
        """
        if not isinstance(images, np.ndarray) or images.dtype.type not in FLOATS:
            dtype = getattr(images, "dtype", type(images).__name__)
            raise ArgumentTypeError(f"images must be an array of float32 or float64; got {dtype}")
        if images.ndim != 4:
            raise BadakError(f"images must have shape (N, C, H, W); got {images.shape}")
        return self._apply(images, generator)

    @abstractmethod
    def _apply(self, images: Images, generator: Generator) -> Images: ...


@dataclass(frozen=True)
class Shift(Augmentation):
    """Move each image by a whole number of pixels, up to `max_pixels` along each axis.

    Args:
        max_pixels: maximum distance, up or down and left or right.
        fill: the value of pixels that move in.

    Example:
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

    def _apply(self, images: Images, generator: Generator) -> Images:
        return warp.cut_at_random(
            images, generator, self.max_pixels, "constant", self.fill, "max_pixels"
        )


@dataclass(frozen=True)
class Crop(Augmentation):
    """Pad each image on all sides, and crop it to its size at a random place.

    Args:
        padding: pixels added on each side.
        mode: their values: "constant" for zeros, "edge" for the nearest pixel, "reflect" for the
            mirrored image.

    Source: He et al. 2015, section 4.2 (CIFAR-10, padding 4).

    Example:
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

    def _apply(self, images: Images, generator: Generator) -> Images:
        return warp.cut_at_random(images, generator, self.padding, self.mode, 0.0, "padding")


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

    def _apply(self, images: Images, generator: Generator) -> Images:
        mirrored = images[..., ::-1] if self.axis == "horizontal" else images[:, :, ::-1]
        chosen = generator.random(len(images)) < self.p
        return np.where(chosen[:, None, None, None], mirrored, images)


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

    def _apply(self, images: Images, generator: Generator) -> Images:
        angles = np.radians(generator.uniform(-self.max_degrees, self.max_degrees, len(images)))
        return warp.rotated(images, angles, self.fill)


@dataclass(frozen=True)
class Cutout(Augmentation):
    """Cover a square of each image; its centre may be any pixel, so it may cross the edge.

    Args:
        size: the square's side in pixels.
        fill: the value of covered pixels.

    Source: DeVries and Taylor 2017.

    Example:
        >>> Cutout(1)(np.ones((1, 1, 2, 2)), np.random.default_rng(0))
        array([[[[1., 1.],
                 [1., 0.]]]])
    """

    size: int = 8
    fill: float = 0.0

    def __post_init__(self) -> None:
        checks.integer(self.size, "size", minimum=1)
        checks.real(self.fill, "fill")

    def _apply(self, images: Images, generator: Generator) -> Images:
        n, _, h, w = images.shape
        if self.size > min(h, w):
            raise BadakError(
                f"size must be at most {min(h, w)} for images of {h}x{w}; got {self.size}"
            )
        top = generator.integers(0, h, (n, 1)) - self.size // 2
        left = generator.integers(0, w, (n, 1)) - self.size // 2
        rows = (np.arange(h) >= top) & (np.arange(h) < top + self.size)  # (N, H)
        columns = (np.arange(w) >= left) & (np.arange(w) < left + self.size)  # (N, W)
        covered = rows[:, None, :, None] & columns[:, None, None, :]  # (N, 1, H, W)
        return np.where(covered, images.dtype.type(self.fill), images)


@dataclass(frozen=True)
class Normalize(Augmentation):
    """Subtract a mean and divide by a standard deviation, one in total or one per channel.

    Nothing is random. Normalise test images by the same call.

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

    def _apply(self, images: Images, generator: Generator) -> Images:
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
        return (images - mean) / std


class Compose(Augmentation):
    """Apply several transforms, one after another.

    Args:
        transforms: called in this order, each with the same generator.

    Example:
        >>> Compose(Flip(), Shift(2))
        Compose(Flip(p=0.5, axis='horizontal'), Shift(max_pixels=2, fill=0.0))
    """

    def __init__(self, *transforms: Transform) -> None:
        for transform in transforms:
            if not callable(transform):
                raise ArgumentTypeError(f"Compose takes transforms; got {transform!r}")
        self.transforms = transforms

    def _apply(self, images: Images, generator: Generator) -> Images:
        result = images.copy()
        for transform in self.transforms:
            result = transform(result, generator)
        return result

    def __repr__(self) -> str:
        return f"Compose({', '.join(map(repr, self.transforms))})"


def _values(value: float | Sequence[float], name: str) -> list[float]:
    values = list(value) if isinstance(value, (Sequence, np.ndarray)) else [value]
    if isinstance(value, str) or not values:
        raise ArgumentTypeError(f"{name} must be a number, or one per channel; got {value!r}")
    return values
