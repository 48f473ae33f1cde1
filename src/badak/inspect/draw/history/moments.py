"""What the pictures of a timeline share: which layer, and its filters and maps as colours.

Letters: T moments, F filters, C channels.
"""

import numpy as np
from numpy.typing import NDArray

from badak.arrays import Array
from badak.errors import BadakError
from badak.inspect.draw.panels.image import SIGNED
from badak.inspect.history.timeline import Timeline

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


def filter_panels(filters: Array, scale: float) -> Array:
    """Return filters (..., C, KH, KW) as what pictures show of them.

    Args:
        filters: of any number of moments and filters.
        scale: the weight of the deepest colour.

    Returns:
        If C is 3, colours (..., KH, KW, 3) in [0, 1], grey where the weight is 0; else the first
        channel, (..., KH, KW), for `show_signed`.

    Example:
        >>> filter_panels(np.array([-2.0, 0, 2]).reshape(1, 3, 1, 1), scale=2)[0, 0, 0]
        array([0. , 0.5, 1. ])
    """
    if filters.shape[-3] == 3:
        return np.asarray(0.5 + 0.5 * np.moveaxis(filters / scale, -3, -1).clip(-1, 1))
    return np.asarray(filters[..., 0, :, :])


def filter_colours(filters: Array, scale: float) -> Colours:
    """Filters (..., C, KH, KW) as what `filter_panels` shows, in bytes: (..., KH, KW, 3)."""
    panels = filter_panels(filters, scale)
    if panels.ndim < filters.ndim:
        return signed_colours(panels, scale)
    return np.asarray(panels * 255, np.uint8)


def signed_colours(values: Array, scale: float) -> Colours:
    """Numbers of any shape in the colours of `show_signed`, as bytes for Pillow.

    Example:
        >>> signed_colours(np.array([-1.0, 0.0, 1.0]), scale=1).tolist()
        [[5, 48, 97], [247, 246, 246], [103, 0, 31]]
    """
    from matplotlib import colormaps

    colours: Colours = colormaps[SIGNED](values / (2 * scale) + 0.5, bytes=True)[..., :3]
    return colours
