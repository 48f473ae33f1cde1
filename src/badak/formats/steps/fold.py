"""Fewer steps with the same result: filters take in the factors and limits after them."""

import dataclasses
from collections.abc import Mapping
from math import inf

import numpy as np

from badak.arrays import Shape
from badak.formats.steps.kinds import KINDS
from badak.formats.steps.kinds.window import SIDES
from badak.formats.steps.program import Program, Step

# Steps with weights and a bias for each filter.
FILTERS = ("conv", "conv_transpose", "linear")
Ranges = Mapping[int, tuple[float, float]]


def folded(program: Program, ranges: Ranges | None = None) -> Program:
    """Return a program whose filters hold the batch norm or Scale after them, without `layers`.

    With the ranges of values, for integers, also ReLU and ReLU6 are left out where the smallest
    integer means 0.

    Example:
        >>> from badak.formats.steps.lower import lowered
        >>> from badak.models import ResNet20
        >>> program = lowered(ResNet20(), "C export")
        >>> len(program.steps), len(folded(program).steps)
        (70, 51)
    """
    short = Program(program.shapes, output=program.output)
    places: dict[int, int] = {}  # value -> the number of the step in `short` that writes it
    for step in program.steps:
        place = places.get(step.inputs[0])
        if place is not None and len(program.readers(step.inputs[0])) == 1:
            before = short.steps[place]
            if _is_factor(step, before, program.shapes[before.output]):
                short.steps[place] = _joined(before, step)
                places[step.output] = place
                continue
            if ranges and step.output != program.output and _limits(step, before, ranges):
                short.steps[place] = dataclasses.replace(before, output=step.output)
                places[step.output] = place
                continue
        places[step.output] = len(short.steps)
        short.steps.append(step)
    return short


def _is_factor(step: Step, before: Step, shape: Shape) -> bool:
    """Whether the step multiplies what each filter gives by one number and adds another."""
    if before.op not in FILTERS or step.op not in ("conv", "scale"):
        return False
    weight, n = step.arrays["weight"], step.numbers
    if step.op == "scale":
        return weight.size in (1, len(before.arrays["weight"]))
    alone = weight.shape[1:] == (1, 1, 1) and len(weight) == n["groups"] == shape[0]
    return alone and (n["sh"], n["sw"]) == (1, 1) and not any(n[k] for k in SIDES)


def _joined(filters: Step, step: Step) -> Step:
    factor, more = (step.arrays[key].ravel().astype(np.float64) for key in ("weight", "bias"))
    weight, bias = filters.arrays["weight"], filters.arrays["bias"]
    rows = weight.reshape(len(weight), -1) * factor[:, None]  # (F, C / groups * KH * KW)
    arrays = {"weight": rows.reshape(weight.shape), "bias": bias * factor + more}
    arrays = {key: array.astype(np.float32) for key, array in arrays.items()}
    return dataclasses.replace(filters, output=step.output, arrays=arrays)


def _limits(step: Step, before: Step, ranges: Ranges) -> bool:
    """Whether the step only limits numbers, as far as the integers of its output do as well."""
    if step.op not in ("relu", "hardtanh") or KINDS[before.op].keeps_scale:
        return False
    low, high = ranges[step.output]
    least, most = step.numbers.get("min_val", 0.0), step.numbers.get("max_val", inf)
    return least <= 0 <= low and high <= most
