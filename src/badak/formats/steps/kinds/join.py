"""Joining the paths of a block."""

import numpy as np

from badak import layers, ops
from badak.arrays import Array, Shape
from badak.formats.steps.kinds.kind import Kind
from badak.formats.steps.program import Operation, Step
from badak.formats.steps.scale import Integers, Scale, Scales, clipped, factor_of, rounded


def _add(layer: layers.Residual, shape: Shape) -> Operation:
    return Operation("add")


def _run(step: Step, x: Array, other: Array) -> Array:
    return ops.add(x.reshape(other.shape), other)


def _quantise(step: Step, scales: Scales) -> tuple[Operation, Scale]:
    (x, other), y = scales.inputs, scales.output
    ratios = np.array([x.step, other.step]) / y.step
    _, shifts = factor_of(ratios)
    shift = int(shifts.min()) - 1  # the same for both, with room for their sum
    factors = np.rint(np.ldexp(ratios, shift)).astype(int).tolist()
    numbers = {"zero_x": x.zero, "factor_x": factors[0], "zero_other": other.zero}
    numbers |= {"factor_other": factors[1], "shift": shift, "zero_y": y.zero}
    return Operation("add", numbers), y


def _run_int8(step: Step, x: Integers, other: Integers) -> Integers:
    n = {key: int(number) for key, number in step.numbers.items()}
    x = x.reshape(other.shape).astype(np.int64)
    total = (x - n["zero_x"]) * n["factor_x"]
    total = total + (other.astype(np.int64) - n["zero_other"]) * n["factor_other"]
    return clipped(rounded(total, n["shift"]) + n["zero_y"])


KINDS = (
    Kind(
        "add",
        {layers.Residual: _add},
        run=_run,
        quantise=_quantise,
        run_int8=_run_int8,
        in_place=True,
    ),
)
