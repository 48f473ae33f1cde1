"""Signed numbers in pictures: red above 0, blue below, white at 0.

Filters, maps and products look so in every picture. Letters: F filters, C channels.
"""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from badak.arrays import Array
from badak.inspect.checks.differences import largest

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.image import AxesImage

Colours = NDArray[np.uint8]
SIGNED = "RdBu_r"


def show_signed(axes: "Axes", values: Array, scale: float | None = None) -> "AxesImage":
    """Draw numbers (H, W) as colours: red above 0, blue below, white at 0; nothing at NaN.

    `scale` is the value of the deepest red, and minus that of the deepest blue; `scale_of` the
    values if None. The result serves for a colour bar.
    """
    scale = scale_of(values) if scale is None else scale
    return axes.imshow(values, SIGNED, vmin=-scale, vmax=scale, interpolation="nearest")


def scale_of(*arrays: Array) -> float:
    """Return the value of the deepest red: the largest magnitude, or 1 if all are 0.

    Example:
        >>> scale_of(np.array([-3.0, np.nan]), np.array([2.0])), scale_of(np.zeros(2))
        (3.0, 1.0)
    """
    return max(map(largest, arrays)) or 1.0


def signed_colours(values: Array, scale: float) -> Colours:
    """Return numbers of any shape in the colours of `show_signed`, as bytes for Pillow.

    Example:
        >>> signed_colours(np.array([-1.0, 0.0, 1.0]), scale=1).tolist()
        [[5, 48, 97], [247, 246, 246], [103, 0, 31]]
    """
    from matplotlib import colormaps

    colours: Colours = colormaps[SIGNED](values / (2 * scale) + 0.5, bytes=True)[..., :3]
    return colours


def filter_panels(filters: Array, scale: float) -> Array:
    """Return the panels that pictures show of filters (..., C, KH, KW).

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
    """Return the panels of filters (..., C, KH, KW) as bytes for Pillow: (..., KH, KW, 3)."""
    panels = filter_panels(filters, scale)
    if panels.ndim < filters.ndim:
        return signed_colours(panels, scale)
    return np.asarray(panels * 255, np.uint8)
