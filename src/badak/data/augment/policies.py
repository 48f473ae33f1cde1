"""RandAugment and TrivialAugment: operations drawn from a list."""

from dataclasses import dataclass

from badak import checks
from badak.arrays import Array, Indices
from badak.data.augment.base import Augmentation, Generator, Pixels, check_colours
from badak.data.augment.operations import OPERATIONS, Most

BINS = 31  # levels 0, 1/30, ..., 1
NAMES = tuple(OPERATIONS)


@dataclass(frozen=True)
class RandAugment(Augmentation):
    """Apply some of fourteen operations to each image, all at one level.

    As `RandAugment` of torchvision. The operations move, turn and shear the image (black moves in),
    or change its brightness, colour, contrast and sharpness. Images are grey or RGB.

    Args:
        num_ops: operations per image, drawn one by one; the same one may come twice.
        magnitude: their level, 0 to 30: 0 changes little, 30 most.

    Source: Cubuk et al. 2019.

    Example:
        >>> import numpy as np
        >>> image = np.full((1, 3, 8, 8), 200, np.uint8)
        >>> RandAugment()(image, np.random.default_rng(0)).shape
        (1, 3, 8, 8)
    """

    num_ops: int = 2
    magnitude: int = 9

    def __post_init__(self) -> None:
        checks.integer(self.num_ops, "num_ops", minimum=1)
        checks.integer(self.magnitude, "magnitude", maximum=BINS - 1)

    def _apply(self, images: Pixels, generator: Generator) -> Pixels:
        check_colours(images, "RandAugment")
        shape = len(images), self.num_ops
        chosen = generator.integers(0, len(NAMES), shape)
        signs = generator.choice([-1, 1], shape)
        most = Most(shear=0.3, move=150 / 331, degrees=30, enhance=0.9, bits=4)
        return _operated(images, chosen, signs * self.magnitude / (BINS - 1), most)


@dataclass(frozen=True)
class TrivialAugment(Augmentation):
    """Apply one of fourteen operations to each image, at a level drawn for it.

    As `TrivialAugmentWide` of torchvision: RandAugment's operations in wider ranges, and nothing to
    choose. Images are grey or RGB.

    Source: Mueller and Hutter 2021.

    Example:
        >>> import numpy as np
        >>> image = np.full((1, 3, 8, 8), 200, np.uint8)
        >>> TrivialAugment()(image, np.random.default_rng(0)).shape
        (1, 3, 8, 8)
    """

    def _apply(self, images: Pixels, generator: Generator) -> Pixels:
        check_colours(images, "TrivialAugment")
        shape = len(images), 1
        chosen = generator.integers(0, len(NAMES), shape)
        signs = generator.choice([-1, 1], shape)
        levels = generator.integers(0, BINS, shape) / (BINS - 1)
        most = Most(shear=0.99, move=32, degrees=135, enhance=0.99, bits=6)
        return _operated(images, chosen, signs * levels, most)


def _operated(images: Pixels, chosen: Indices, levels: Array, most: Most) -> Pixels:
    """Apply to each image its operations, (N, count), one after the other."""
    for place, image in enumerate(images):
        for number, level in zip(chosen[place], levels[place], strict=True):
            image = OPERATIONS[NAMES[number]](image, float(level), most)
        images[place] = image
    return images
