"""CIFAR-10's pickled batches, read without running code in them."""

import numpy as np
from numpy.typing import NDArray

from badak.data.sniff import describe
from badak.errors import FormatError
from badak.pickles import read_pickle


def read_batch(content: bytes, place: str) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Read a pickled batch of CIFAR-10, which messages call `place`.

    It is a dictionary with `data`, an (N, 3072) uint8 array, and `labels`, a list of N integers.

    Raises:
        FormatError: no pickle, one that names anything but NumPy's array, or one that holds
            something else.

    Example:
        >>> import pickle
        >>> rows = np.zeros((2, 3072), np.uint8)
        >>> content = pickle.dumps({"data": rows, "labels": [3, 5]}, protocol=4)
        >>> read_batch(content, "data_batch_1")[1]
        array([3, 5])
        >>> read_batch(pickle.dumps(print), "data_batch_1")
        Traceback (most recent call last):
        badak.errors.FormatError: data_batch_1 names builtins.print; only NumPy arrays, and ...
    """
    if not content.startswith(b"\x80"):
        raise FormatError(f"{place} must be a pickled batch; got {describe(content[:64])}")
    batch = read_pickle(content, place)
    if not isinstance(batch, dict) or not {"data", "labels"} <= batch.keys():
        raise FormatError(f"{place} must hold a dictionary with data and labels")
    labels = batch["labels"]
    if not isinstance(labels, list) or not all(type(label) is int for label in labels):
        raise FormatError(f"{place}: labels must be a list of integers")
    outside = [label for label in labels if not 0 <= label <= 9]
    if outside:
        raise FormatError(f"{place}: labels must lie in 0..9; got {outside[0]}")
    pixels = batch["data"]
    if not isinstance(pixels, np.ndarray) or pixels.dtype != np.uint8 or pixels.ndim != 2:
        raise FormatError(f"{place}: data must be an array of uint8 with two axes")
    return pixels, np.array(labels, np.int64)
