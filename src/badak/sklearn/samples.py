"""Samples as scikit-learn passes them, X and sample_weight, as images and checked weights.

Letters: N samples, D features, C channels, H rows, W columns.
"""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.utils import check_array

from badak import checks
from badak.arrays import Images, Shape, as_array, check_layout, check_shape, refuse_pictures
from badak.errors import BadakError


def flattened(X: Any) -> tuple[Any, Shape]:
    """X as (N, D), and the shape that each sample had; scikit-learn handles X with two axes."""
    refuse_pictures(X, "X")
    if isinstance(X, (list, tuple)):
        X = np.asarray(X)
    if getattr(X, "ndim", 2) <= 2:
        return X, ()
    array = as_array(X, "X")
    return array.reshape(len(array), -1), array.shape[1:]


def shaped(flat: NDArray[Any], shape: Shape, image_shape: Shape) -> Images:
    """(N, D) -> (N, C, H, W), if the samples had `shape` before; uint8 is scaled to [0, 1]."""
    if len(shape) > 1 and with_channels(shape) != image_shape:
        check_layout(flat.reshape(-1, *shape), "X", image_shape)
        raise BadakError(f"X must have images of {image_shape}; got {shape}")
    images = flat.reshape(-1, *image_shape)
    return images / np.float32(255) if flat.dtype == np.uint8 else images.astype(np.float32)


def shape_of_images(wanted: Sequence[int] | None, shape: Shape, features: int) -> Shape:
    """(C, H, W): the shape wanted, else that of X, else one that fits the number of features."""
    if wanted is not None:
        sizes = tuple(checks.integer(size, "image_shape", minimum=1) for size in wanted)
        if math.prod(sizes) != features:
            raise BadakError(
                f"image_shape {sizes} has {math.prod(sizes)} pixels; X has {features} features"
            )
        return with_channels(sizes)
    if shape:
        return with_channels(shape)
    side = math.isqrt(features)
    return (1, side, side) if side * side == features else (1, 1, features)


def with_channels(shape: Shape) -> Shape:
    """(H, W) or (C, H, W) -> (C, H, W)."""
    if len(shape) not in (2, 3):
        raise BadakError(f"an image must be (H, W) or (C, H, W); got {shape}")
    return (1, *shape) if len(shape) == 2 else shape


def checked_weight(sample_weight: ArrayLike | None, count: int) -> NDArray[np.float64]:
    """The weight of each sample, checked; 1 for all if there are none."""
    if sample_weight is None:
        return np.ones(count)
    weight: NDArray[np.float64] = check_array(
        sample_weight, ensure_2d=False, dtype=np.float64, input_name="sample_weight"
    )
    check_shape(weight, "sample_weight", (count,))
    if weight.min() < 0 or not weight.any():
        raise BadakError(
            "sample_weight must not be negative, and above zero for at least one sample; got "
            f"{weight.min()} to {weight.max()}"
        )
    return weight
