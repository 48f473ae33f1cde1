"""Read an object with items (image, label), one after another: in memory if they are few."""

import math
from typing import Any, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PIL import Image

from badak import checks
from badak.arrays import FLOATS, Labels, as_array
from badak.data.image import open_rgb
from badak.data.scratch import SMALL, scratch
from badak.data.stored import StoredImages
from badak.data.stored_file import MemoryRows
from badak.errors import ArgumentTypeError, BadakError, shown, where

GREY = ("1", "L", "LA", "La", "I", "F", "I;16")  # Pillow's modes without colours


class Items(Protocol):
    """An object whose items are (image, label), such as a data set of PyTorch, or a list."""

    def __len__(self) -> int: ...

    def __getitem__(self, index: int, /) -> Any: ...


def read_items(items: Items) -> tuple[ArrayLike | StoredImages, Labels]:
    """Return the images (N, C, H, W) and labels (N,) of all items; see `Dataset.from_items`.

    Example:
        >>> read_items([(np.zeros((1, 2, 2)), 3)])[1]
        array([3])
    """
    if not hasattr(items, "__len__") or not hasattr(items, "__getitem__"):
        raise ArgumentTypeError(
            "items must have a length and items[k] = (image, label); got "
            f"{type(items).__name__}: make a list of it, or pass the data set of a loader"
        )
    count = len(items)
    if not count:
        raise BadakError("items must have at least one (image, label); there are none")
    first, _ = _item(items, 0)
    shape = (count, *first.shape)
    labels = np.zeros(count, np.int64)
    if math.prod(shape) * first.itemsize > SMALL:
        with scratch(shape, first.dtype) as file:
            for place in range(count):
                image, labels[place] = _item(items, place, first)
                file.write(place, image)
            return StoredImages(file.complete()), labels
    images = np.empty(shape, first.dtype)
    for place in range(count):
        images[place], labels[place] = _item(items, place, first)
    return (StoredImages(MemoryRows(images)) if images.dtype == np.uint8 else images), labels


def _item(items: Items, place: int, like: NDArray[Any] | None = None) -> tuple[NDArray[Any], int]:
    """Return one image (C, H, W), of the shape and dtype of another, and its label."""
    with where(f"items[{place}]"):
        item = items[place]
        if not isinstance(item, (tuple, list)) or len(item) != 2:
            raise ArgumentTypeError(f"must be a pair (image, label); got {type(item).__name__}")
        image = _pixels(item[0])
        if like is not None and (image.shape, image.dtype) != (like.shape, like.dtype):
            raise BadakError(
                f"its image must be {like.dtype} of shape {like.shape} like the first; got "
                f"{image.dtype} of shape {image.shape}"
            )
        return image, checks.integer(item[1], "label")


def _pixels(image: Any) -> NDArray[Any]:
    """Return an image as a contiguous array (C, H, W) of uint8 or float32."""
    if isinstance(image, Image.Image):
        pixels = np.asarray(open_rgb(image)).transpose(2, 0, 1)  # (H, W, 3) -> (3, H, W)
        return np.ascontiguousarray(pixels[:1] if image.mode in GREY else pixels)
    array = as_array(image, "its image")
    if array.ndim != 3 or 0 in array.shape:
        raise BadakError(f"its image must have shape (C, H, W); got {array.shape}")
    if array.dtype.type not in (np.uint8, *FLOATS):
        raise ArgumentTypeError(
            f"its image must be floats, or uint8 in 0..255; got {shown(array.dtype)}"
        )
    dtype = array.dtype if array.dtype == np.uint8 else np.float32
    with np.errstate(over="ignore"):  # infinite: refused later
        return np.ascontiguousarray(array, dtype)
