"""convolution_by_size: time and memory of each way by the sizes of image and filter."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from badak import checks
from badak.arrays import Array, Indices
from badak.errors import BadakError
from badak.lessons.three_ways import WAYS, convolution_three_ways

CHANNELS = 4  # of images and of filters


@dataclass(frozen=True)
class BySize:
    """Time and memory of each way for several sizes; NaN if a way does not apply.

    Attributes:
        sizes: (S,) sides of the images, or of the filters.
        seconds: way -> (S,).
        peak_bytes: way -> (S,).
    """

    sizes: Indices
    seconds: dict[str, Array]
    peak_bytes: dict[str, Array]


@dataclass(frozen=True)
class ConvolutionBySize:
    """The measurements of `convolution_by_size`.

    Attributes:
        image_size: side of the image for all filter sizes: the largest of the image sizes.
        kernel_size: side of the filter for all image sizes: 3.
        by_image: for each image size.
        by_kernel: for each filter size.
    """

    image_size: int
    kernel_size: int
    by_image: BySize
    by_kernel: BySize


def convolution_by_size(
    image_sizes: Sequence[int] = (8, 16, 32, 64), kernel_sizes: Sequence[int] = (1, 3, 7, 15, 31)
) -> ConvolutionBySize:
    """Measure the ways of `convolution_three_ways` for growing images and for growing filters.

    Args:
        image_sizes: sides of the images, at least 3, each measured with 3x3 filters.
        kernel_sizes: sides of the filters, each measured on the largest image.

    Raises:
        BadakError: no sizes, or a filter larger than the largest image.

    Example:
        >>> convolution_by_size((4, 6), (1, 3)).by_kernel.sizes
        array([1, 3])
    """
    for name, sizes in (("image_sizes", image_sizes), ("kernel_sizes", kernel_sizes)):
        if not len(sizes):
            raise BadakError(f"{name} must have at least one size; it is empty")
    images = [checks.integer(size, "image_sizes", minimum=3) for size in image_sizes]
    largest = max(images)
    kernels = [
        checks.integer(size, "kernel_sizes", minimum=1, maximum=largest) for size in kernel_sizes
    ]
    return ConvolutionBySize(
        image_size=largest,
        kernel_size=3,
        by_image=_measure(images, [(size, 3) for size in images]),
        by_kernel=_measure(kernels, [(largest, size) for size in kernels]),
    )


def _measure(sizes: list[int], pairs: list[tuple[int, int]]) -> BySize:
    """Measure each pair of image and filter."""
    generator = np.random.default_rng(0)
    seconds, peaks = ({name: np.full(len(sizes), np.nan) for name in WAYS} for _ in range(2))
    for place, (image, kernel) in enumerate(pairs):
        x = generator.standard_normal((1, CHANNELS, image, image), np.float32)
        w = generator.standard_normal((CHANNELS, CHANNELS, kernel, kernel), np.float32)
        for way in convolution_three_ways(x, w).ways:
            seconds[way.name][place], peaks[way.name][place] = way.seconds, way.peak_bytes
    return BySize(np.array(sizes), seconds, peaks)
