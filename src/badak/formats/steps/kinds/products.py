"""Sums of integer products: what convolutions and linear layers share."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from badak.arrays import Array
from badak.errors import BadakError
from badak.formats.steps.program import Operation, Step
from badak.formats.steps.scale import HIGH, LOW, Integers, Scale, factor_of

# Largest bias, in steps of its sum: leaves more than half of int32 for the products.
LARGEST_BIAS = 2**29


def quantised_weights(step: Step, x: Scale) -> tuple[dict[str, NDArray[Any]], NDArray[np.float64]]:
    """Return weight and bias in integers, and the value of 1 in each filter's sums.

    A filter's weights have zero = 0 and a scale of their own.
    """
    weight, bias = (step.arrays[key].astype(np.float64) for key in ("weight", "bias"))
    rows = weight.reshape(len(weight), -1)  # (F, C / groups * KH * KW)
    # The value of 1 in a filter's weights: the largest weight fits, and so does the bias.
    own = np.maximum(np.abs(rows).max(axis=1) / HIGH, np.abs(bias) / (x.step * LARGEST_BIAS))
    own[own == 0] = 1.0
    q_rows = np.clip(np.rint(rows / own[:, None]), -HIGH, HIGH).astype(np.int8)
    q_bias = np.rint(bias / (x.step * own)).astype(np.int32)
    # C starts a sum with the bias and what the zero adds, then adds products of integers.
    largest = (HIGH - LOW + 1) * np.abs(q_rows.astype(np.int64)).sum(axis=1) + np.abs(q_bias)
    if (largest >= 2**31).any():
        raise BadakError(f"{step.name}: its sums do not fit in 32 bits; export it without int8")
    return {"weight": q_rows.reshape(weight.shape), "bias": q_bias}, x.step * own


def integer_conv(
    numbers: Mapping[str, float],
    arrays: dict[str, NDArray[Any]],
    worth: NDArray[np.float64],
    x: Scale,
    y: Scale,
) -> tuple[Operation, Scale]:
    """Return the integer convolution that brings its sums to the output's scale."""
    factor, shift = factor_of(worth / y.step)
    numbers = {**numbers, "zero_x": x.zero, "zero_y": y.zero}
    return Operation("conv", numbers, {**arrays, "factor": factor, "shift": shift}), y


def exact_sums(step: Step, x: Integers, product: Callable[..., Array]) -> Integers:
    """Sums of integer products, by floats that hold them exactly."""
    weight, bias = step.arrays["weight"], step.arrays["bias"]
    largest = 255 * np.abs(weight.astype(np.int64)).reshape(len(weight), -1).sum(axis=1).max()
    # The native core computes 3x3 convolutions by tiles, which round even small integers.
    tiled = weight.shape[2:] == (3, 3)
    kind = np.float32 if largest < 2**24 and not tiled else np.float64
    exact: Any = x.astype(kind)
    sums = product(exact - step.numbers["zero_x"], weight.astype(kind), np.zeros(len(bias), kind))
    shape = (1, -1) + (1,) * (sums.ndim - 2)
    return sums.astype(np.int64) + bias.astype(np.int64).reshape(shape)
