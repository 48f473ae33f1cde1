"""The order in which C reads weights, and the working memory of its convolutions."""

from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from badak.formats.steps.blocks import rounded_up
from badak.formats.steps.program import Program, Step

# As many filters as `functions/conv.c` sums at once.
TILE = 64
# The number of weights of a filter in integers is a multiple of it.
BLOCK = 16
# As many places as `functions/conv_rows.c` and its int8 edition sum at once.
LANES = {False: 4, True: 16}
# Convolutions with up to as many maps per filter go row by row, unless they have many filters.
FEW_MAPS, MANY_FILTERS = 4, 16


def function_of(program: Program, step: Step) -> str:
    """The name of the function that computes a step."""
    return "conv_rows" if step.op == "conv" and _by_rows(program, step) else step.op


def _by_rows(program: Program, step: Step) -> bool:
    """Whether sums over many places at once are faster than sums over many filters."""
    filters, maps, *kernel = step.arrays["weight"].shape
    places = program.shapes[step.output][1:]
    if places == ():
        return False
    if step.arrays["weight"].dtype == np.int8 and maps * prod(kernel) <= BLOCK // 2:
        return True  # sums over filters would be mostly zeros
    many = filters / step.numbers["groups"] >= MANY_FILTERS
    return maps <= FEW_MAPS and not many


def scratch_of(program: Program, step: Step, integers: bool) -> int:
    """The number of elements that the step's function works in."""
    if step.op == "logits":
        return 2 * rounded_up(prod(program.shapes[step.inputs[0]]), BLOCK)  # 16-bit integers
    if step.op != "conv":
        return 0
    n = step.numbers
    inputs = int(prod(step.arrays["weight"].shape[1:]))
    if not _by_rows(program, step):
        return 2 * rounded_up(inputs, BLOCK) if integers else inputs
    return inputs // int(n["kw"]) * _length(program, step) * int(n["sw"]) + LANES[integers]


def _length(program: Program, step: Step) -> int:
    """The number of columns of a row with its padding that have the same rest by the stride."""
    n = step.numbers
    width = program.shapes[step.inputs[0]][2] + n["left"] + n["right"]
    return -(-int(width) // int(n["sw"]))


def tiles(step: Step) -> NDArray[Any]:
    """The weights, up to 64 filters at a time: for each input, one weight of each filter.

    Example:
        >>> weight = np.arange(4, dtype=np.float32).reshape(2, 2)  # (filters, inputs)
        >>> tiles(Step("linear", arrays={"weight": weight}, name="", inputs=(0,), output=1))
        array([0., 2., 1., 3.], dtype=float32)
    """
    weight = step.arrays["weight"]
    groups = int(step.numbers.get("groups", 1))
    rows = weight.reshape(groups, len(weight) // groups, -1)  # (G, F / G, C / G * KH * KW)
    starts = range(0, rows.shape[1], TILE)
    return np.concatenate([rows[g, f : f + TILE].T.ravel() for g in range(groups) for f in starts])


def padded(step: Step) -> NDArray[Any]:
    """The weights, filter by filter, each with zeros up to a multiple of 16.

    Example:
        >>> weight = np.ones((2, 15), np.int8)
        >>> padded(Step("logits", arrays={"weight": weight}, name="", inputs=(0,), output=1)).shape
        (2, 16)
    """
    weight = step.arrays["weight"]
    rows = weight.reshape(len(weight), -1)  # (F, C / groups * KH * KW)
    return np.pad(rows, ((0, 0), (0, -rows.shape[1] % BLOCK)))


def lanes(program: Program, step: Step) -> NDArray[np.int32]:
    """Where each weight's first input is among the rows that `functions/rows.c` copies."""
    n = {key: int(number) for key, number in step.numbers.items()}
    length, rows = _length(program, step), step.arrays["weight"].shape[1] * n["kh"]
    column = np.arange(n["kw"], dtype=np.int32) * n["dw"]
    places = column % n["sw"] * length + column // n["sw"]
    # One for each row of weights: (KW,) -> (C / groups * KH, KW).
    result: NDArray[np.int32] = np.arange(rows, dtype=np.int32)[:, None] * n["sw"] * length + places
    return result


def starts(step: Step) -> NDArray[np.int32]:
    """What each integer sum starts with: the bias less what the inputs' zero adds to it."""
    weight, bias = (step.arrays[key].astype(np.int64) for key in ("weight", "bias"))
    sums = bias - int(step.numbers["zero_x"]) * weight.reshape(len(weight), -1).sum(axis=1)
    start: NDArray[np.int32] = sums.astype(np.int32)
    return start
