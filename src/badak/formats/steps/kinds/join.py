"""Joining two paths of a block."""

from functools import partial
from math import prod

import numpy as np

from badak import layers, ops
from badak.arrays import Array, Shape
from badak.formats.steps.kinds.kind import Kind, keep_scale
from badak.formats.steps.program import Operation, Step
from badak.formats.steps.scale import Integers, Scale, Scales, clipped, factor_of, rounded


def _same(op: str, shape: Shape, other: Shape) -> Operation:
    return Operation(op)


def _multiply(shape: Shape, other: Shape) -> Operation:
    """Within a map each factor moves on by a number, or stays if it has one for each map."""
    steps = int(prod(shape) >= prod(other)), int(prod(other) >= prod(shape))
    return Operation("multiply", dict(zip(("step_x", "step_other"), steps, strict=True)))


def _run_add(step: Step, x: Array, other: Array) -> Array:
    return ops.add(x.reshape(other.shape), other)


def _run_concat(step: Step, x: Array, other: Array) -> Array:
    if x.ndim != other.ndim:  # one of them was flattened, which is no step
        x, other = ops.flatten(x), ops.flatten(other)
    return ops.concat(x, other)


def _run_multiply(step: Step, x: Array, other: Array) -> Array:
    return ops.multiply(x.reshape(other.shape) if x.size == other.size else x, other)


def _quantise_add(step: Step, scales: Scales) -> tuple[Operation, Scale]:
    """Both inputs brought to the output's scale, by factors with one shift."""
    (x, other), y = scales.inputs, scales.output
    ratios = np.array([x.step, other.step]) / y.step
    _, shifts = factor_of(ratios)
    shift = int(shifts.min()) - 1  # the same for both, with room for their sum
    factors = np.rint(np.ldexp(ratios, shift)).astype(int).tolist()
    numbers = {"zero_x": x.zero, "factor_x": factors[0], "zero_other": other.zero}
    numbers |= {"factor_other": factors[1], "shift": shift, "zero_y": y.zero}
    return Operation(step.op, numbers), y


def _unscaled(step: Step, values: Integers) -> Integers:
    return clipped(rounded(values, int(step.numbers["shift"])) + int(step.numbers["zero_y"]))


def _run_add_int8(step: Step, x: Integers, other: Integers) -> Integers:
    n = {key: int(number) for key, number in step.numbers.items()}
    x, other = x.reshape(other.shape).astype(np.int64), other.astype(np.int64)
    sums = (x - n["zero_x"]) * n["factor_x"] + (other - n["zero_other"]) * n["factor_other"]
    return _unscaled(step, sums)


def _run_concat_int8(step: Step, x: Integers, other: Integers) -> Integers:
    return _run_concat(step, x.astype(np.float32), other.astype(np.float32)).astype(np.int8)


def _quantise_multiply(step: Step, scales: Scales) -> tuple[Operation, Scale]:
    (x, other), y = scales.inputs, scales.output
    factor, shift = factor_of(np.array(x.step * other.step / y.step))
    numbers = {"zero_x": x.zero, "zero_other": other.zero, "zero_y": y.zero}
    numbers |= {"factor": int(factor), "shift": int(shift)}
    return Operation(step.op, {**step.numbers, **numbers}), y


def _run_multiply_int8(step: Step, x: Integers, other: Integers) -> Integers:
    n = {key: int(number) for key, number in step.numbers.items()}
    x = x.reshape(other.shape) if x.size == other.size else x
    product = (x.astype(np.int64) - n["zero_x"]) * (other.astype(np.int64) - n["zero_other"])
    return _unscaled(step, product * n["factor"])


KINDS = (
    Kind(
        "add",
        joins={layers.Residual: partial(_same, "add")},
        run=_run_add,
        quantise=_quantise_add,
        run_int8=_run_add_int8,
        in_place=True,
    ),
    Kind(
        "concat",
        joins={layers.Concat: partial(_same, "concat")},
        run=_run_concat,
        quantise=keep_scale,
        run_int8=_run_concat_int8,
        side_by_side=True,
        keeps_scale=True,
    ),
    Kind(
        "multiply",
        joins={layers.Product: _multiply},
        run=_run_multiply,
        quantise=_quantise_multiply,
        run_int8=_run_multiply_int8,
        in_place=True,
    ),
)
