"""What makes maps larger: transposed convolution, and numbers between others.

Letters: C channels, F filters, KH x KW window, G groups.
"""

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from badak import layers, ops
from badak.arrays import Array, Shape
from badak.formats.steps.kinds.kind import Kind
from badak.formats.steps.kinds.products import exact_sums, integer_conv, quantised_weights
from badak.formats.steps.kinds.window import geometry_of, numbers_of, pair
from badak.formats.steps.program import Operation, Step
from badak.formats.steps.scale import Integers, Scale, Scales, clipped, rounded
from badak.ops.between import Between

# The shares of two neighbours are counted in 1 / 256 in integers.
SHARE_BITS = 8


def _transpose(layer: layers.ConvTranspose2d, shape: Shape) -> Operation:
    """With the weight by filter, as a convolution's: (F, C/G, KH, KW)."""
    numbers = {**numbers_of(layer.spread, shape), "groups": layer.groups}
    numbers |= dict(zip(("extra_rows", "extra_columns"), layer.extra, strict=True))
    weight = _turned(layer.parameters["weight"], layer.groups)
    bias = layer.parameters.get("bias", np.zeros(layer.out_channels))
    return Operation("conv_transpose", numbers, {"weight": weight, "bias": bias})


def _turned(weight: Array, groups: int) -> Array:
    """Channels and filters of each group exchanged: (C, F/G, KH, KW) <-> (F, C/G, KH, KW)."""
    first, second, *kernel = weight.shape
    by_group = weight.reshape(groups, first // groups, second, *kernel).swapaxes(1, 2)
    return np.ascontiguousarray(by_group).reshape(groups * second, first // groups, *kernel)


def _spread(step: Step, x: Array, weight: Array, bias: Array) -> Array:
    """The step's sums, with weights of the input's dtype."""
    groups = int(step.numbers["groups"])
    more = {**geometry_of(step), "dilation": pair(step, "dh", "dw"), "groups": groups}
    extra = pair(step, "extra_rows", "extra_columns")
    return ops.conv_transpose2d(x, _turned(weight, groups), bias, output_padding=extra, **more)


def _run_transpose(step: Step, x: Array) -> Array:
    return _spread(step, x, step.arrays["weight"], step.arrays["bias"])


def _quantise_transpose(step: Step, scales: Scales) -> tuple[Operation, Scale]:
    (x,) = scales.inputs
    arrays, worth = quantised_weights(step, x)
    operation, y = integer_conv(step.numbers, arrays, worth, x, scales.output)
    return replace(operation, op=step.op), y


def _run_transpose_int8(step: Step, x: Integers) -> Integers:
    sums = exact_sums(step, x, lambda *arrays: _spread(step, *arrays))
    factor, shift = (
        step.arrays[key][:, None, None].astype(np.int64) for key in ("factor", "shift")
    )
    return clipped(rounded(sums * factor, shift) + int(step.numbers["zero_y"]))


def _upsample(layer: layers.Upsample, shape: Shape) -> Operation:
    arrays: dict[str, NDArray[Any]] = {}
    for axis, name in enumerate(("row", "column")):
        how = shape[axis + 1], layer.factors[axis], layer.mode, layer.align_corners
        first, second, share = Between.of(*how)
        arrays |= {f"first_{name}": first.astype(np.int32), f"share_{name}": share}
        arrays |= {f"second_{name}": second.astype(np.int32)}
    (_, h, w), (_, oh, ow) = shape, layer.output_shape(shape)
    numbers = {"h": h, "w": w, "oh": oh, "ow": ow}
    return Operation("upsample", numbers, arrays)


def _blended(step: Step, x: Any, one: int) -> Any:
    """Sums of four numbers times their shares, which are counted in 1 / `one`."""
    a = step.arrays
    down, across = a["share_row"][:, None].astype(x.dtype), a["share_column"].astype(x.dtype)
    above, below = x[:, :, a["first_row"]], x[:, :, a["second_row"]]
    left, right = a["first_column"], a["second_column"]
    upper = (one - across) * above[..., left] + across * above[..., right]
    lower = (one - across) * below[..., left] + across * below[..., right]
    return (one - down) * upper + down * lower


def _run_upsample(step: Step, x: Array) -> Array:
    return np.asarray(_blended(step, x, 1))


def _quantise_upsample(step: Step, scales: Scales) -> tuple[Operation, Scale]:
    """Shares in 1 / 256; the result keeps its input's scale, whose zero they cannot move."""
    shares = {
        key: np.rint(array * (1 << SHARE_BITS)).astype(np.int32)
        for key, array in step.arrays.items()
        if key.startswith("share")
    }
    return Operation(step.op, step.numbers, {**step.arrays, **shares}), scales.inputs[0]


def _run_upsample_int8(step: Step, x: Integers) -> Integers:
    return clipped(rounded(_blended(step, x.astype(np.int64), 1 << SHARE_BITS), 2 * SHARE_BITS))


KINDS = (
    Kind(
        "conv_transpose",
        {layers.ConvTranspose2d: _transpose},
        run=_run_transpose,
        quantise=_quantise_transpose,
        run_int8=_run_transpose_int8,
    ),
    Kind(
        "upsample",
        {layers.Upsample: _upsample},
        run=_run_upsample,
        quantise=_quantise_upsample,
        run_int8=_run_upsample_int8,
        keeps_scale=True,
    ),
)
