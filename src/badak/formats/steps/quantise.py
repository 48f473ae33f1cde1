"""A program in 8-bit integers: weights scaled for each filter, activations by calibration.

real = scale * (q - zero), q in -128..127; a filter's weights have zero = 0 and a scale of their
own. Sums are 32-bit integers, brought to the output's scale by a 31-bit factor and a shift: Jacob
et al. 2018, *Quantization and training of neural networks for efficient integer-arithmetic-only
inference*, sections 2.1 to 2.4. Functions of one value become tables of 256.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from badak.arrays import Array
from badak.errors import BadakError
from badak.formats.steps.fold import folded
from badak.formats.steps.program import Program, Step
from badak.formats.steps.run import OPS, values

LOW, HIGH = -128, 127
# Of a bias in steps of its sum: leaves the products as much room again and more.
LARGEST_BIAS = 2**29
BATCH = 256


class Scale(NamedTuple):
    """real = step * (q - zero)."""

    step: float
    zero: int


@dataclass
class _Work:
    """The integer program as it grows, and what the old one's values became."""

    old: Program
    ranges: dict[int, tuple[float, float]]
    new: Program
    value: dict[int, int] = field(default_factory=dict)
    scale: dict[int, Scale] = field(default_factory=dict)

    def put(self, step: Step, op: str, worth: Scale | None, numbers: Any, **arrays: Any) -> None:
        """Append a step in place of an old one; without a scale its output is float."""
        inputs = tuple(self.value[one] for one in step.inputs)
        shape = self.old.shapes[step.output]
        self.value[step.output] = self.new.add(op, step.name, inputs, shape, numbers, **arrays)
        if worth is not None:
            self.scale[step.output] = worth

    def output_scale(self, step: Step) -> Scale:
        return scale_of(*self.ranges[step.output])


def quantised(program: Program, images: Array) -> Program:
    """Return the program in integers.

    Args:
        program: what `lowered` returned.
        images: (N, C, H, W), some hundreds like those that will come: they set the ranges.

    Returns:
        A program of integer ops, from float images to float logits.

    Raises:
        BadakError: an op whose result no 8 bits can hold.
    """
    ranges = _ranges(program, images)  # of the whole program: with what is left out below
    program = folded(program, drop_relu=True)
    work = _Work(program, ranges, Program([program.shapes[0]]))
    first = scale_of(*ranges[0])
    numbers = {"per_step": np.float32(1 / first.step).item(), "zero": first.zero}
    work.value[0] = work.new.add("quantise", "image", (0,), program.shapes[0], numbers)
    work.scale[0] = first
    for step in program.steps:
        INTEGER.get(step.op, _table)(work, step)
    if program.output in work.scale:
        scale = work.scale[program.output]
        numbers = {"step": np.float32(scale.step).item(), "zero": scale.zero}
        shape, last = program.shapes[program.output], (work.value[program.output],)
        work.new.output = work.new.add("dequantise", "logits", last, shape, numbers)
    else:
        work.new.output = work.value[program.output]
    return work.new


def scale_of(low: float, high: float) -> Scale:
    """The scale whose 256 steps span low to high, 0 among them.

    Example:
        >>> scale_of(0.0, 2.55).zero, round(scale_of(-1.0, 1.55).step, 4)
        (-128, 0.01)
    """
    low, high = min(low, 0.0), max(high, 0.0)
    step = (high - low) / (HIGH - LOW) or 1.0
    return Scale(step, int(np.clip(round(LOW - low / step), LOW, HIGH)))


def factor_of(ratio: NDArray[np.float64]) -> tuple[NDArray[np.int32], NDArray[np.uint8]]:
    """Write ratios above 0 as factor / 2^shift, the factor below 2^31, the shift in 1..62.

    Example:
        >>> factor, shift = factor_of(np.array([0.75]))
        >>> (factor / 2.0**shift).tolist()
        [0.75]
    """
    _, exponent = np.frexp(ratio)  # ratio = m * 2^exponent, m in [0.5, 1)
    shift = np.clip(31 - exponent, 1, 62)
    factor = np.clip(np.rint(np.ldexp(ratio, shift)), 0, 2**31 - 1)
    return factor.astype(np.int32), shift.astype(np.uint8)


def _ranges(program: Program, images: Array) -> dict[int, tuple[float, float]]:
    """The least and the largest of each value over all images."""
    if not len(images):
        raise BadakError("int8 needs images to calibrate with; the data set is empty")
    found: dict[int, tuple[float, float]] = {}
    for start in range(0, len(images), BATCH):
        for value, array in values(program, images[start : start + BATCH]).items():
            low, high = found.get(value, (np.inf, -np.inf))
            found[value] = min(low, float(array.min())), max(high, float(array.max()))
    return found


def _sums(work: _Work, step: Step) -> None:
    """Convolution or linear layer: integer products; floats at the network's end."""
    weight, bias = (step.arrays[key].astype(np.float64) for key in ("weight", "bias"))
    rows = weight.reshape(len(weight), -1)  # (F, C / groups * KH * KW)
    x = work.scale[step.inputs[0]]
    # What a weight's step is worth: the largest fits, and the bias, in steps of sums, does too.
    own = np.maximum(np.abs(rows).max(axis=1) / HIGH, np.abs(bias) / (x.step * LARGEST_BIAS))
    own[own == 0] = 1.0
    q_rows = np.clip(np.rint(rows / own[:, None]), -HIGH, HIGH).astype(np.int8)
    q_bias = np.rint(bias / (x.step * own)).astype(np.int32)
    largest = (HIGH - LOW) * np.abs(q_rows.astype(np.int64)).sum(axis=1) + np.abs(q_bias)
    if (largest >= 2**31).any():
        raise BadakError(f"{step.name}: its sums do not fit 32 bits; int8 cannot hold this layer")
    arrays = {"weight": q_rows.reshape(weight.shape), "bias": q_bias}
    numbers: dict[str, float] = {**step.numbers, "zero_x": x.zero}
    if step.op == "linear" and step.output == work.old.output:
        work.put(step, "logits", None, numbers, **arrays, scale=x.step * own)
        return
    y = work.output_scale(step)
    if step.op == "linear":  # one place, as many maps as inputs
        numbers |= dict.fromkeys(("kh", "kw", "sh", "sw", "dh", "dw", "groups"), 1)
        numbers |= dict.fromkeys(("top", "bottom", "left", "right"), 0)
        arrays["weight"] = q_rows[:, :, None, None]
    factor, shift = factor_of(x.step * own / y.step)
    numbers["zero_y"] = y.zero
    work.put(step, "conv", y, numbers, **arrays, factor=factor, shift=shift)


def _rbf(work: _Work, step: Step) -> None:
    if step.output != work.old.output:
        raise BadakError(f"{step.name}: int8 can hold EuclideanRBF as the last layer only")
    x = work.scale[step.inputs[0]]
    numbers = {"step_x": np.float32(x.step).item(), "zero_x": x.zero}
    work.put(step, "rbf", None, numbers, weight=step.arrays["weight"])


def _pool(work: _Work, step: Step) -> None:
    """Pooling keeps its input's scale."""
    x = work.scale[step.inputs[0]]
    work.put(step, step.op, x, {**step.numbers, "zero_x": x.zero})


def _lrn(work: _Work, step: Step) -> None:
    x, y = work.scale[step.inputs[0]], work.output_scale(step)
    more = {"step_x": np.float32(x.step).item(), "zero_x": x.zero}
    more |= {"per_step_y": np.float32(1 / y.step).item(), "zero_y": y.zero}
    work.put(step, "lrn", y, {**step.numbers, **more})


def _add(work: _Work, step: Step) -> None:
    x, other = (work.scale[one] for one in step.inputs)
    y = work.output_scale(step)
    ratios = np.array([x.step, other.step]) / y.step
    _, shifts = factor_of(ratios)
    shift = int(shifts.min()) - 1  # one for both, and room for their sum
    factors = np.rint(np.ldexp(ratios, shift)).astype(int).tolist()
    numbers = {"zero_x": x.zero, "factor_x": factors[0], "zero_other": other.zero}
    numbers |= {"factor_other": factors[1], "shift": shift, "zero_y": y.zero}
    work.put(step, "add", y, numbers)


def _table(work: _Work, step: Step) -> None:
    """Any function of one value: its results for all 256."""
    x, y = work.scale[step.inputs[0]], work.output_scale(step)
    reals = ((np.arange(LOW, HIGH + 1) - x.zero) * x.step).astype(np.float32)
    results = np.rint(OPS[step.op](step, reals[None])[0] / y.step) + y.zero
    work.put(step, "table", y, {}, table=np.clip(results, LOW, HIGH).astype(np.int8))


INTEGER: dict[str, Callable[[_Work, Step], None]] = {
    "conv": _sums,
    "linear": _sums,
    "rbf": _rbf,
    "max_pool": _pool,
    "avg_pool": _pool,
    "lrn": _lrn,
    "add": _add,
}
