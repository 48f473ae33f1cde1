"""A network's outputs for any number of images, batch by batch, and its accuracy over a data set.

Letters: N images, K classes.
"""

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from badak import checks
from badak.arrays import Array, as_array, as_blocks, as_labels, check_layout, check_shape, selected
from badak.errors import ArgumentTypeError, BadakError
from badak.network.results import Evaluation, LabelledImages

if TYPE_CHECKING:
    from badak.network.network import Network

LARGEST_BATCH = 2**23  # numbers: 256 images of 3x104x104, 55 of 3x224x224


def batches(net: "Network", x: ArrayLike, batch_size: int) -> Iterator[Array]:
    """Yield the images in batches, none of them checked for its numbers or scaled.

    A batch has `batch_size` images, or fewer if these are so large that it needed much memory.
    """
    checks.integer(batch_size, "batch_size", minimum=1)
    array = as_blocks(x, "images")
    check_layout(array, "images", net.input_shape)
    check_shape(array, "images", (None, *net.input_shape))
    size = min(batch_size, max(1, LARGEST_BATCH // math.prod(net.input_shape)))
    for start in range(0, len(array), size):
        yield array[start : start + size]


def batch_outputs(net: "Network", x: ArrayLike, batch_size: int) -> Iterator[Array]:
    """Yield the logits of each batch; a batch is checked and scaled only just before it runs."""
    for batch in batches(net, x, batch_size):
        yield net(batch)


def outputs(net: "Network", x: ArrayLike, batch_size: int) -> Array:
    """Return the logits of all images: (N, K)."""
    empty = np.empty((0, net.num_classes), net.dtype)
    return np.concatenate([empty, *batch_outputs(net, x, batch_size)])


def evaluate(net: "Network", data: LabelledImages, batch_size: int) -> Evaluation:
    """Return mean loss and accuracy over a data set; labels that the loss ignores do not count."""
    if not hasattr(data, "images") or not hasattr(data, "labels"):
        raise ArgumentTypeError(f"data must have images and labels; got {type(data).__name__}")
    images, array = as_blocks(data.images, "images"), as_array(data.labels, "labels")
    if net.loss.ignore_index is not None and array.shape == (len(images),):
        counted = array != net.loss.ignore_index
        images, array = selected(images, counted), array[counted]
    labels = as_labels(array, len(images), net.num_classes)
    if not len(images):
        raise BadakError("evaluation needs at least one image; the data set is empty")
    correct, total, start = 0, 0.0, 0
    for logits in batch_outputs(net, images, batch_size):
        batch = labels[start : start + len(logits)]
        loss, _ = net.loss.forward(logits, batch)
        correct += int((logits.argmax(axis=1) == batch).sum())
        total += loss * len(logits)
        start += len(logits)
    return Evaluation(total / start, correct / start, start)
