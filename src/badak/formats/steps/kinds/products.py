"""Sums of products in integers: what convolution and linear layers share."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from badak.arrays import Array
from badak.errors import BadakError
from badak.formats.steps.program import Operation, Step
from badak.formats.steps.scale import HIGH, LOW, Integers, Scale, factor_of

# Of a bias in steps of its sum: leaves the products as much room again and more.
LARGEST_BIAS = 2**29


def quantised_weights(step: Step, x: Scale) -> tuple[dict[str, NDArray[Any]], NDArray[np.float64]]:
    """A step's weight and bias in integers, and what one step of each filter's sums is worth.

    A filter's weights have zero = 0 and a scale of their own.
    """
    weight, bias = (step.arrays[key].astype(np.float64) for key in ("weight", "bias"))
    rows = weight.reshape(len(weight), -1)  # (F, C / groups * KH * KW)
    # What a weight's step is worth: the largest fits, and the bias, in steps of sums, does too.
    own = np.maximum(np.abs(rows).max(axis=1) / HIGH, np.abs(bias) / (x.step * LARGEST_BIAS))
    own[own == 0] = 1.0
    q_rows = np.clip(np.rint(rows / own[:, None]), -HIGH, HIGH).astype(np.int8)
    q_bias = np.rint(bias / (x.step * own)).astype(np.int32)
    largest = (HIGH - LOW) * np.abs(q_rows.astype(np.int64)).sum(axis=1) + np.abs(q_bias)
    if (largest >= 2**31).any():
        raise BadakError(f"{step.name}: its sums do not fit 32 bits; int8 cannot hold this layer")
    return {"weight": q_rows.reshape(weight.shape), "bias": q_bias}, x.step * own


def integer_conv(
    numbers: Mapping[str, float],
    arrays: dict[str, NDArray[Any]],
    worth: NDArray[np.float64],
    x: Scale,
    y: Scale,
) -> tuple[Operation, Scale]:
    """The convolution of integers whose sums are brought from their worth to the output's scale."""
    factor, shift = factor_of(worth / y.step)
    numbers = {**numbers, "zero_x": x.zero, "zero_y": y.zero}
    return Operation("conv", numbers, {**arrays, "factor": factor, "shift": shift}), y


def exact_sums(step: Step, x: Integers, product: Callable[..., Array]) -> Integers:
    """Sums of integer products, by floats that hold them exactly."""
    weight, bias = step.arrays["weight"], step.arrays["bias"]
    largest = 255 * np.abs(weight.astype(np.int64)).reshape(len(weight), -1).sum(axis=1).max()
    # The native core's 3x3 convolution goes by tiles, which round even small integers.
    tiled = weight.shape[2:] == (3, 3)
    kind = np.float32 if largest < 2**24 and not tiled else np.float64
    exact: Any = x.astype(kind)
    sums = product(exact - step.numbers["zero_x"], weight.astype(kind), np.zeros(len(bias), kind))
    shape = (1, -1) + (1,) * (sums.ndim - 2)
    return sums.astype(np.int64) + bias.astype(np.int64).reshape(shape)
