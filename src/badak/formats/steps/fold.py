"""Fewer steps with the same result: batch norm is folded into the convolution before it."""

import dataclasses

import numpy as np

from badak.formats.steps.kinds.window import SIDES
from badak.formats.steps.program import Program, Step


def folded(program: Program, drop_relu: bool = False) -> Program:
    """Return a program whose convolutions hold the batch norm that follows them, without `layers`.

    With drop_relu also a ReLU after a sum is left out: for integers, whose smallest value can mean
    0.

    Example:
        >>> from badak.formats.steps.lower import lowered
        >>> from badak.models import ResNet20
        >>> program = lowered(ResNet20(), "C export")
        >>> len(program.steps), len(folded(program).steps)
        (70, 51)
    """
    short = Program(program.shapes, output=program.output)
    for step in program.steps:
        place = next(
            (i for i, earlier in enumerate(short.steps) if earlier.output in step.inputs), None
        )
        before = None if place is None else short.steps[place]
        alone = before is not None and len(program.readers(before.output)) == 1
        if before and place is not None and alone and before.op == "conv" and _is_factor(step):
            short.steps[place] = _joined(before, step)
        elif before and place is not None and alone and drop_relu and _is_clip(before, step):
            short.steps[place] = dataclasses.replace(before, output=step.output)
        else:
            short.steps.append(step)
    return short


def _is_clip(before: Step, step: Step) -> bool:
    return step.op == "relu" and before.op in ("conv", "linear", "add")


def _is_factor(step: Step) -> bool:
    """Whether the step multiplies each map by one number and adds another."""
    if step.op != "conv":
        return False
    weight = step.arrays["weight"]
    n = step.numbers
    alone = weight.shape[1:] == (1, 1, 1) and len(weight) == n["groups"]
    return alone and (n["sh"], n["sw"]) == (1, 1) and not any(n[k] for k in SIDES)


def _joined(conv: Step, step: Step) -> Step:
    factor = step.arrays["weight"].reshape(-1).astype(np.float64)  # (F, 1, 1, 1) -> (F,)
    weight = conv.arrays["weight"] * factor[:, None, None, None]
    bias = conv.arrays["bias"] * factor + step.arrays["bias"]
    arrays = {"weight": weight.astype(np.float32), "bias": bias.astype(np.float32)}
    return dataclasses.replace(conv, output=step.output, arrays=arrays)
