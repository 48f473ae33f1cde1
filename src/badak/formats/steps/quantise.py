"""Turn a program into 8-bit integers: one scale per filter for weights, calibrated ones for values.

`badak.formats.steps.scale` says what the integers stand for.
"""

import numpy as np

from badak.arrays import Array, InBlocks, check_shape
from badak.errors import BadakError
from badak.formats.steps.fold import folded
from badak.formats.steps.kinds import KINDS
from badak.formats.steps.program import Operation, Program
from badak.formats.steps.run import BATCH, values
from badak.formats.steps.scale import Scales, scale_of, single


def quantised(program: Program, images: Array | InBlocks) -> Program:
    """Return a lowered program in integers, from float images to float logits.

    A few hundred images (N, C, H, W), like those in use, set the ranges.

    Raises:
        BadakError: no images, images of another shape, or a step not supported in integers.
    """
    ranges = _ranges(program, images)
    _share(program, ranges)
    program = folded(program, ranges)
    integers = Program([program.shapes[0]])
    x = scale_of(*ranges[0])
    first = Operation("quantise", {"per_step": single(1 / x.step), "zero": x.zero})
    # For each value of `program`: its number in `integers`, and its scale unless it is float.
    new = {0: integers.add(first, "image", (0,), program.shapes[0])}
    scales = {0: x}
    for step in program.steps:
        known = Scales(
            tuple(scales[value] for value in step.inputs),
            ranges[step.output],
            step.output == program.output,
        )
        operation, scale = KINDS[step.op].quantise(step, known)
        inputs = tuple(new[value] for value in step.inputs)
        new[step.output] = integers.add(operation, step.name, inputs, program.shapes[step.output])
        if scale is not None:
            scales[step.output] = scale
    integers.output = new[program.output]
    if program.output in scales:
        y = scales[program.output]
        last = Operation("dequantise", {"scale": single(y.step), "zero": y.zero})
        shape = program.shapes[program.output]
        integers.output = integers.add(last, "logits", (integers.output,), shape)
    return integers


def _ranges(program: Program, images: Array | InBlocks) -> dict[int, tuple[float, float]]:
    """The smallest and the largest number in each value over all images."""
    if not len(images):
        raise BadakError("int8 needs images to calibrate with; the data set is empty")
    check_shape(images, "calibration", (None, *program.shapes[0]))
    ranges: dict[int, tuple[float, float]] = {}
    for start in range(0, len(images), BATCH):
        for value, array in values(program, images[start : start + BATCH]).items():
            low, high = ranges.get(value, (np.inf, -np.inf))
            ranges[value] = min(low, float(array.min())), max(high, float(array.max()))
    return ranges


def _share(program: Program, ranges: dict[int, tuple[float, float]]) -> None:
    """Give one range to the inputs and outputs of steps that keep the scale, however many meet."""
    keeping = [step for step in program.steps if KINDS[step.op].keeps_scale]
    before = None
    while before != ranges:
        before = dict(ranges)
        for step in keeping:
            values = (*step.inputs, step.output)
            lows, highs = zip(*(ranges[value] for value in values), strict=True)
            ranges.update(dict.fromkeys(values, (min(lows), max(highs))))
