"""Conv over any number of axes.

N images, C channels, F filters, G groups; D the first axis of three or more.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from badak import checks, ops
from badak.arrays import Array, check_shape
from badak.errors import BadakError
from badak.formats.onnx.node import Node
from badak.formats.onnx.ops.windows import Axis, axes_of, lift


def conv(node: Node, x: Array, weight: Array, bias: Array | None = None) -> Array:
    """Convolve x (N, C, *size) with weight (F, C / G, *kernel) to (N, F, *places)."""
    if weight.ndim != x.ndim or x.ndim < 3:
        raise BadakError(
            f"X and W must have as many axes, 3 or more; got {x.shape}, {weight.shape}"
        )
    check_kernel(node, weight)
    axes = axes_of(node, x.shape[2:], weight.shape[2:])
    if len(axes) == 1:  # a row of pixels is an image one row high
        return _convolve(x[:, :, None], weight[:, :, None], bias, lift(axes), node)[:, :, 0]
    return _convolve(x, weight, bias, axes, node)


def check_kernel(node: Node, weight: Array) -> None:
    """Refuse a kernel_shape that contradicts the weight."""
    kernel = node.get("kernel_shape", list(weight.shape[2:]))
    check_shape(weight, "W", (None, None, *kernel))


def _convolve(
    x: Array, weight: Array, bias: Array | None, axes: Sequence[Axis], node: Node
) -> Array:
    if len(axes) == 2:
        return ops.conv2d(x, weight, bias, **geometry(axes), groups=node.get("group", 1))
    # A convolution over D, H and W is a sum of convolutions over H and W, one for each cell of the
    # kernel along D; every place along D is an image of its own.
    first, rest = axes[0], axes[1:]
    sides = [(0, 0)] * x.ndim
    sides[2] = (first.before, first.after)
    room = x.nbytes // x.shape[2] * (first.before + first.size + first.after)
    checks.memory(room, "the padded input")
    padded = np.pad(x, sides)
    y: Any = 0.0
    for cell in range(first.kernel):
        start = cell * first.dilation
        slabs = padded[:, :, start : start + (first.places - 1) * first.stride + 1 : first.stride]
        slabs = slabs.swapaxes(1, 2)  # (N, C, OD, H, W) -> (N, OD, C, H, W)
        images = slabs.reshape(-1, *slabs.shape[2:])  # -> (N*OD, C, H, W)
        y = y + _convolve(images, weight[:, :, cell], bias if cell == 0 else None, rest, node)
    by_place = y.reshape(len(x), first.places, *y.shape[1:])  # (N*OD, F, ...) -> (N, OD, F, ...)
    return np.ascontiguousarray(by_place.swapaxes(1, 2))


def geometry(axes: Sequence[Axis]) -> dict[str, Any]:
    """Return two axes as the keyword arguments of ops.conv2d."""
    return {
        "stride": [a.stride for a in axes],
        "padding": [(a.before, a.after) for a in axes],
        "dilation": [a.dilation for a in axes],
    }
