"""What the pictures of a timeline share: which layer, and its filters and maps as colours.

Letters: T moments, F filters, C channels.
"""

import numpy as np
from numpy.typing import NDArray

from badak.arrays import Array
from badak.errors import BadakError
from badak.inspect.timeline import Timeline

LOW, MIDDLE, HIGH = np.array([(33, 102, 172), (255, 255, 255), (178, 24, 43)])  # blue to red

Colours = NDArray[np.uint8]


def convolution_of(timeline: Timeline, layer: str | None) -> str:
    """Return a convolution's name, the first's where None.

    Raises:
        BadakError: no such convolution; the message lists those there are.
    """
    names = list(timeline.filters)
    if not names:
        raise BadakError("the network has no convolution layer, and so no filters")
    if layer is not None and layer not in names:
        raise BadakError(f"layer must be one of {', '.join(map(repr, names))}; got {layer!r}")
    return layer or names[0]


def filter_colours(filters: Array) -> Colours:
    """(T, F, C, KH, KW) -> (T, F, KH, KW, 3): each filter on its own scale, for all moments.

    Where C is 3 a filter is a colour picture, grey where it is 0; else its first channel is shown.
    """
    largest = np.abs(filters).max(axis=(0, 2, 3, 4), keepdims=True)  # (1, F, 1, 1, 1)
    scaled = filters / np.where(largest > 0, largest, 1)  # in -1..1
    if filters.shape[2] == 3:
        return np.asarray(np.moveaxis(scaled * 127.5 + 127.5, 2, -1), np.uint8)
    return signed_colours(scaled[:, :, 0])


def signed_colours(values: Array) -> Colours:
    """Numbers in -1..1, of any shape, as blue over white to red.

    Example:
        >>> signed_colours(np.array([-1.0, 0.0, 1.0])).tolist()
        [[33, 102, 172], [255, 255, 255], [178, 24, 43]]
    """
    one = values[..., None]
    mixed = np.where(one < 0, MIDDLE + (MIDDLE - LOW) * one, MIDDLE + (HIGH - MIDDLE) * one)
    return np.asarray(mixed, np.uint8)
