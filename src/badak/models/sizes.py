"""Shared by the models: checks of their sizes, the images' shape, and padding of small ones."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from badak import checks
from badak.arrays import Shape
from badak.errors import ArgumentTypeError, BadakError
from badak.network.architecture import checked_input_shape
from badak.ops.window import Padding

# From here on images are photographs; below it they are MNIST's or CIFAR's kind.
LARGE = 64


def shape_of(input_shape: Sequence[int], image_size: int | None) -> Shape:
    """Return (C, H, W), or (C, image_size, image_size) if that is not None.

    Raises:
        ArgumentTypeError: no shape, or a size that is not an integer.
        BadakError: a size below 1.

    Example:
        >>> shape_of((3, 224, 224), image_size=32)
        (3, 32, 32)
    """
    shape = checked_input_shape(input_shape)
    if image_size is None:
        return shape
    size = checks.integer(image_size, "image_size", minimum=1)
    return (shape[0], size, size)


def several(values: Any, name: str, count: int | None = None) -> tuple[Any, ...]:
    """Return sizes as a tuple; the layers they are for check each.

    Example:
        >>> several((6, 16, 120), "filters", 2)
        Traceback (most recent call last):
        badak.errors.BadakError: filters must be 2; got 3: (6, 16, 120)
    """
    if not isinstance(values, Sequence | np.ndarray) or isinstance(values, str):
        raise ArgumentTypeError(f"{name} must be a sequence; got {values!r}")
    if count is not None and len(values) != count:
        raise BadakError(f"{name} must be {count}; got {len(values)}: {values!r}")
    return tuple(values)


def is_small(shape: Shape) -> bool:
    """Whether the model's form for small images serves.

    Example:
        >>> is_small((3, 32, 32)), is_small((3, 224, 224))
        (True, False)
    """
    return min(shape[1:]) < LARGE


def stem_stride(shape: Shape) -> int:
    """Return the first convolution's stride: 1 for small images, so that later stages have maps.

    Example:
        >>> stem_stride((3, 32, 32)), stem_stride((3, 96, 96))
        (1, 2)
    """
    return 1 if is_small(shape) else 2


def padding_to_32(shape: Shape, more: int = 0) -> Padding:
    """Return the zeros around an image (C, H, W) that make it 32 x 32, and `more` on every side.

    One number if all sides are equal, otherwise one per side; none if the image is larger.

    Example:
        >>> padding_to_32((1, 28, 28)), padding_to_32((1, 27, 40), more=1)
        (2, ((3, 4), (1, 1)))
    """
    missing = [max(0, 32 - size) for size in shape[1:]]
    rows, columns = ((gap // 2 + more, gap - gap // 2 + more) for gap in missing)
    return rows[0] if len({*rows, *columns}) == 1 else (rows, columns)
