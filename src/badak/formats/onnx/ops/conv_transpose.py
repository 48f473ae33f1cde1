"""ConvTranspose over any number of axes: the gradient of a convolution for its input.

N images, C channels in, F channels out, G groups; D the first axis of three or more.
"""

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from badak import checks, ops
from badak.arrays import Array, Shape, as_floats, check_shape
from badak.errors import BadakError
from badak.formats.onnx.node import Node
from badak.formats.onnx.ops.conv import check_kernel
from badak.formats.onnx.ops.windows import AUTO_PADS, per_axis


def conv_transpose(node: Node, x: Array, weight: Array, bias: Array | None = None) -> Array:
    """Spread x (N, C, *size) by weight (C, F / G, *kernel) into (N, F, *output)."""
    x = as_floats(x, "X")
    weight = as_floats(weight, "W", x.ndim, x.dtype)
    check_kernel(node, weight)
    groups = checks.integer(node.get("group", 1), "group", minimum=1)
    n, c, size, kernel = len(x), x.shape[1], x.shape[2:], weight.shape[2:]
    if not size or 0 in weight.shape or weight.shape[0] != c or c % groups:
        raise BadakError(f"W {weight.shape} in {groups} groups does not fit X {x.shape}")
    spread = _spread(node, size, kernel)
    f = weight.shape[1] * groups
    checks.memory(n * f * math.prod(spread.full) * x.itemsize, "the output")
    full = np.zeros((n, f, *spread.full), x.dtype)
    reached = _all_windows(x, weight, spread.strides, spread.dilations, groups)
    full[tuple(slice(length) for length in reached.shape)] = reached
    kept = [
        slice(before, before + length)
        for before, length in zip(spread.before, spread.output, strict=True)
    ]
    y: Array = np.ascontiguousarray(full[(slice(None), slice(None), *kept)])
    if bias is None:
        return y
    bias = as_floats(bias, "B", dtype=x.dtype)
    check_shape(bias, "B", (f,))
    return y + bias.reshape(f, *[1] * len(size))


def _all_windows(
    x: Array, weight: Array, strides: Sequence[int], dilations: Sequence[int], groups: int
) -> Array:
    """The sum of all windows, over any number of axes, nothing cut off."""
    rank = len(strides)
    if rank == 1:  # a row of numbers is a map one row high
        lifted = x[:, :, None], weight[:, :, None], (1, *strides), (1, *dilations)
        return _all_windows(*lifted, groups)[:, :, 0]
    if rank == 2:
        return ops.conv_transpose2d(x, weight, stride=strides, dilation=dilations, groups=groups)
    # Each place along D is an image of its own, and each cell of the kernel along D adds to others.
    n, depth = len(x), x.shape[2]
    images = x.swapaxes(1, 2).reshape(n * depth, x.shape[1], *x.shape[3:])
    y: Any = None
    for cell in range(weight.shape[2]):
        part = _all_windows(images, weight[:, :, cell], strides[1:], dilations[1:], groups)
        by_place = part.reshape(n, depth, *part.shape[1:]).swapaxes(1, 2)  # (N, F, D, ...)
        if y is None:
            length = (depth - 1) * strides[0] + (weight.shape[2] - 1) * dilations[0] + 1
            y = np.zeros((n, part.shape[1], length, *part.shape[2:]), x.dtype)
        start = cell * dilations[0]
        y[:, :, start : start + (depth - 1) * strides[0] + 1 : strides[0]] += by_place
    return np.asarray(y)


class _Spread(NamedTuple):
    """Where each input value goes; all have one number per axis.

    `full` is the room for all windows, and for what output padding adds after them; `before` is
    cut off in front of it, and `output` is what is left.
    """

    strides: list[int]
    dilations: list[int]
    full: Shape
    before: Shape
    output: Shape


def _spread(node: Node, size: Shape, kernel: Shape) -> _Spread:
    rank = len(size)
    strides = [
        checks.integer(value, "strides", minimum=1) for value in per_axis(node, "strides", 1, rank)
    ]
    dilations = [
        checks.integer(value, "dilations", minimum=1)
        for value in per_axis(node, "dilations", 1, rank)
    ]
    extra = [
        checks.integer(value, "output_padding")
        for value in per_axis(node, "output_padding", 0, rank)
    ]
    pads = [checks.integer(value, "pads") for value in per_axis(node, "pads", 0, 2 * rank)]
    auto_pad = checks.choice(node.get("auto_pad", "NOTSET"), "auto_pad", AUTO_PADS)
    wanted = node.get("output_shape", None)
    if wanted is not None:
        wanted = per_axis(node, "output_shape", 0, rank)
    elif auto_pad.startswith("SAME"):
        wanted = [length * stride for length, stride in zip(size, strides, strict=True)]
    full, before, output = [], [], []
    for i in range(rank):
        reached = strides[i] * (size[i] - 1) + dilations[i] * (kernel[i] - 1) + 1 + extra[i]
        front, back = (0, 0) if auto_pad == "VALID" else (pads[i], pads[rank + i])
        if wanted is not None:  # the padding follows from the output; the odd one as auto_pad says
            padding = max(reached - wanted[i], 0)
            front = padding // 2 if auto_pad == "SAME_UPPER" else padding - padding // 2
            back = padding - front
        beyond = max(extra[i], 0 if wanted is None else wanted[i] - reached)
        if beyond >= max(strides[i], dilations[i]):  # no convolution gives this size back
            raise BadakError(
                f"output_padding, or what output_shape adds, must be smaller than the stride "
                f"{strides[i]} or the dilation {dilations[i]} of axis {i}; got {beyond}"
            )
        length = reached - front - back if wanted is None else wanted[i]
        output.append(checks.integer(length, f"the output's axis {i}", minimum=1))
        before.append(front)
        full.append(max(reached, front + length))
    return _Spread(strides, dilations, tuple(full), tuple(before), tuple(output))
