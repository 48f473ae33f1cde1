"""Run an integer program in NumPy, to the bit as the C does: int8's accuracy without a compiler."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from badak import ops
from badak.arrays import Array
from badak.formats.steps import run
from badak.formats.steps.program import Program, Step
from badak.formats.steps.quantise import BATCH, HIGH, LOW

Integers = NDArray[np.integer[Any]]


def logits(program: Program, images: Array) -> Array:
    """Return the integer program's output for images (N, C, H, W): (N, K) float32."""
    return np.concatenate(
        [
            run.values(program, images[start : start + BATCH], OPS)[program.output]
            for start in range(0, len(images), BATCH)
        ]
    )


def _clip(values: Any) -> Integers:
    clipped: Integers = np.clip(values, LOW, HIGH).astype(np.int8)
    return clipped


def _rounded(values: Integers, shift: Any) -> Integers:
    """Values / 2^shift, to the nearest, halves away from zero."""
    half = np.int64(1) << (np.int64(shift) - 1)
    rounded: Integers = np.sign(values) * ((np.abs(values) + half) >> np.int64(shift))
    return rounded


def _quantise(step: Step, x: Array) -> Integers:
    n = step.numbers
    steps = np.clip(np.float32(n["per_step"]) * x.astype(np.float32), -512, 512)
    return _clip(np.rint(steps) + n["zero"])


def _sums(step: Step, x: Integers, product: Callable[..., Array]) -> Integers:
    """Sums of integer products, by floats that hold them exactly."""
    weight, bias = step.arrays["weight"], step.arrays["bias"]
    most = 255 * np.abs(weight.astype(np.int64)).reshape(len(weight), -1).sum(axis=1).max()
    # The native core's 3x3 convolution goes by tiles, which round even small integers.
    tiled = weight.shape[2:] == (3, 3)
    kind = np.float32 if most < 2**24 and not tiled else np.float64
    exact: Any = x.astype(kind)
    centred = exact - step.numbers["zero_x"]
    sums = product(centred, weight.astype(kind))
    shape = (1, -1) + (1,) * (sums.ndim - 2)
    return sums.astype(np.int64) + bias.astype(np.int64).reshape(shape)


def _conv(step: Step, x: Integers) -> Integers:
    if x[0].size == step.arrays["weight"].shape[1]:  # a linear layer's: one place
        x = x.reshape(len(x), -1, 1, 1)  # (N, C, H, W) -> (N, C * H * W, 1, 1)
    sums = _sums(step, x, lambda a, w: run.conv(step, a, w, np.zeros(len(w), a.dtype)))
    factor, shift = (
        step.arrays[key][:, None, None].astype(np.int64) for key in ("factor", "shift")
    )
    return _clip(_rounded(sums * factor, shift) + int(step.numbers["zero_y"]))


def _logits(step: Step, x: Integers) -> Array:
    flat = x.reshape(len(x), -1)
    sums = _sums(step, flat, lambda a, w: ops.linear(a, w, np.zeros(len(w), a.dtype)))
    scaled: Array = sums.astype(np.float32) * step.arrays["scale"]
    return scaled


def _real(step: Step, x: Integers) -> Array:
    n = step.numbers
    return (x.astype(np.float32) - np.float32(n["zero_x"])) * np.float32(n["step_x"])


def _rbf(step: Step, x: Integers) -> Array:
    return run.OPS["rbf"](step, _real(step, x))


def _max_pool(step: Step, x: Integers) -> Integers:
    return run.max_pool(step, x.astype(np.float32)).astype(np.int8)


def _avg_pool(step: Step, x: Integers) -> Integers:
    zero = int(step.numbers["zero_x"])
    centred = x.astype(np.float32) - np.float32(zero)
    total = run.avg_pool(step, centred, divisor=1).astype(np.int64)
    ones = np.ones((1, *x.shape[1:]), np.float32)
    means = run.avg_pool(step, ones)  # what is counted is inside / mean of ones
    count = np.rint(run.avg_pool(step, ones, divisor=1) / means).astype(np.int64)
    return _clip(np.sign(total) * ((2 * np.abs(total) + count) // (2 * count)) + zero)


def _lrn(step: Step, x: Integers) -> Integers:
    n = step.numbers
    result = run.lrn(step, _real(step, x))
    return _clip(np.rint(result * np.float32(n["per_step_y"])) + n["zero_y"])


def _add(step: Step, x: Integers, other: Integers) -> Integers:
    n = {key: int(number) for key, number in step.numbers.items()}
    x = x.reshape(other.shape).astype(np.int64)
    total = (x - n["zero_x"]) * n["factor_x"]
    total = total + (other.astype(np.int64) - n["zero_other"]) * n["factor_other"]
    return _clip(_rounded(total, n["shift"]) + n["zero_y"])


def _dequantise(step: Step, x: Integers) -> Array:
    n = step.numbers
    return (x.astype(np.float32) - np.float32(n["zero"])) * np.float32(n["step"])


OPS: dict[str, Callable[..., Any]] = {
    "quantise": _quantise,
    "conv": _conv,
    "logits": _logits,
    "rbf": _rbf,
    "max_pool": _max_pool,
    "avg_pool": _avg_pool,
    "lrn": _lrn,
    "add": _add,
    "table": lambda step, x: step.arrays["table"][x.astype(np.int64) + 128],
    "dequantise": _dequantise,
}
