"""Pooling."""

import numpy as np

from badak import layers, ops
from badak.arrays import Array, Shape
from badak.formats.steps.kinds.kind import Kind
from badak.formats.steps.kinds.window import geometry_of, numbers_of, pair
from badak.formats.steps.program import Operation, Step
from badak.formats.steps.scale import Integers, Scale, Scales, clipped


def _max(layer: layers.MaxPool2d, shape: Shape) -> Operation:
    return Operation("max_pool", numbers_of(layer.window(shape), shape))


def _avg(layer: layers.AvgPool2d | layers.GlobalAvgPool2d, shape: Shape) -> Operation:
    include_pad = int(getattr(layer, "count_include_pad", True))
    numbers = {**numbers_of(layer.window(shape), shape), "include_pad": include_pad}
    return Operation("avg_pool", numbers)


def _in_place(step: Step) -> bool:
    """Whether a window begins no earlier in its map than its place does in the output's."""
    n = step.numbers
    return n["top"] < n["sh"] and n["left"] < n["sw"]


def _quantise(step: Step, scales: Scales) -> tuple[Operation, Scale]:
    """Pooling keeps its input's scale."""
    (x,) = scales.inputs
    return Operation(step.op, {**step.numbers, "zero": x.zero}), x


def _run_max(step: Step, x: Array) -> Array:
    more = {**geometry_of(step), "dilation": pair(step, "dh", "dw")}
    more["ceil_mode"] = bool(step.numbers["ceil"])
    return ops.max_pool2d(x, pair(step, "kh", "kw"), **more)[0]


def _run_max_int8(step: Step, x: Integers) -> Integers:
    return _run_max(step, x.astype(np.float32)).astype(np.int8)


def _run_avg(step: Step, x: Array, divisor: int | None = None) -> Array:
    """The step's means, or the sums over another divisor."""
    more = {**geometry_of(step), "divisor_override": divisor}
    more["ceil_mode"] = bool(step.numbers["ceil"])
    more["count_include_pad"] = bool(step.numbers["include_pad"])
    return ops.avg_pool2d(x, pair(step, "kh", "kw"), **more)


def _run_avg_int8(step: Step, x: Integers) -> Integers:
    zero = int(step.numbers["zero"])
    centred = x.astype(np.float32) - np.float32(zero)
    total = _run_avg(step, centred, divisor=1).astype(np.int64)
    ones = np.ones((1, *x.shape[1:]), np.float32)
    means = _run_avg(step, ones)  # what is counted is inside / mean of ones
    count = np.rint(_run_avg(step, ones, divisor=1) / means).astype(np.int64)
    return clipped(np.sign(total) * ((2 * np.abs(total) + count) // (2 * count)) + zero)


KINDS = (
    Kind(
        "max_pool",
        {layers.MaxPool2d: _max},
        run=_run_max,
        quantise=_quantise,
        run_int8=_run_max_int8,
        in_place=_in_place,
        keeps_scale=True,
    ),
    Kind(
        "avg_pool",
        {layers.AvgPool2d: _avg, layers.GlobalAvgPool2d: _avg},
        run=_run_avg,
        quantise=_quantise,
        run_int8=_run_avg_int8,
        in_place=_in_place,
        keeps_scale=True,
    ),
)
