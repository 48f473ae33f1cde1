"""Run an integer program in NumPy, bit for bit as C does: int8's accuracy without a compiler."""

from typing import Any

import numpy as np

from badak.arrays import Array, InBlocks
from badak.formats.steps.kinds import KINDS
from badak.formats.steps.program import Program
from badak.formats.steps.run import BATCH


def logits(program: Program, images: Array | InBlocks) -> Array:
    """Return the integer program's output for images (N, C, H, W): (N, K) float32."""
    starts = range(0, len(images), BATCH)
    outputs = [_output(program, images[start : start + BATCH]) for start in starts]
    return np.concatenate(outputs).reshape(len(images), -1)


def _output(program: Program, images: Array) -> Any:
    arrays: dict[int, Any] = {0: images}
    for step in program.steps:
        inputs = [arrays[value] for value in step.inputs]
        arrays[step.output] = KINDS[step.op].run_int8(step, *inputs)
    return arrays[program.output]
