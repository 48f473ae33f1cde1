"""occlusion: how much a class's logit drops if a part of the image is covered.

Letters: N images, C channels, H rows, W columns.
"""

import numpy as np
from numpy.typing import ArrayLike

from badak import checks
from badak.arrays import Array
from badak.inspect.subject import finite, one_class, one_image
from badak.network import Network

# Covered images at a time.
BATCH = 64


def occlusion(
    net: Network,
    image: ArrayLike,
    label: int,
    *,
    size: int | None = None,
    stride: int | None = None,
    value: float | None = None,
) -> Array:
    """Return what covering each pixel takes from a class's logit (Zeiler and Fergus 2014, 4.2).

    A patch slides over the image; at each of its places the logit falls by some amount. A pixel's
    number is the mean of that over the patches that cover it.

    Args:
        net: the network; it stays as it is.
        image: (C, H, W): float, or uint8 in 0..255.
        label: the class.
        size: of the patch's sides; a fifth of the image's shorter side if None.
        stride: step between its places, at most its size; a quarter of its size if None. The
            last place of a row or column may reach beyond the edge.
        value: what it covers with, on the scale of the floats the network takes; the image's
            mean, channel by channel, if None.

    Returns:
        (H, W): positive where the class needs the pixel, negative where it is better without.

    Raises:
        BadakError: an image or a label that does not fit, or an argument out of range.

    Example:
        >>> from badak.models import SimpleConvNet
        >>> occlusion(SimpleConvNet(), np.eye(28)[None], label=3, size=8, stride=4).shape
        (28, 28)
    """
    images, label = one_image(net, image), one_class(net, label)
    shorter = min(net.input_shape[1:])
    size = max(shorter // 5, 1) if size is None else size
    checks.integer(size, "size", minimum=1, maximum=shorter)
    stride = max(size // 4, 1) if stride is None else stride
    checks.integer(stride, "stride", minimum=1, maximum=size)  # no pixel is left out
    if value is None:
        cover = images[0].mean(axis=(1, 2), keepdims=True)  # (C, 1, 1)
    else:
        cover = np.array(checks.real(value, "value"), net.dtype)
    height, width = net.input_shape[1:]
    patches = [
        (slice(top, top + size), slice(left, left + size))
        for top in _starts(height, size, stride)
        for left in _starts(width, size, stride)
    ]
    whole = float(finite(net(images))[0, label])
    lost, times = np.zeros((height, width)), np.zeros((height, width))
    for first in range(0, len(patches), BATCH):
        batch = patches[first : first + BATCH]
        covered = images.repeat(len(batch), axis=0)
        for copy, (rows, columns) in zip(covered, batch, strict=True):
            copy[:, rows, columns] = cover
        for patch, logit in zip(batch, net(covered)[:, label], strict=True):
            lost[patch] += whole - float(logit)
            times[patch] += 1
    result: Array = (lost / times).astype(net.dtype)
    return result


def _starts(length: int, size: int, stride: int) -> range:
    """Where a patch begins along one axis, until it reaches the edge.

    Example:
        >>> list(_starts(10, 4, 3)), list(_starts(11, 4, 3))
        ([0, 3, 6], [0, 3, 6, 9])
    """
    return range(0, length - size + stride, stride)
