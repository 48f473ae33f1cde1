"""A window's geometry as a step's numbers: from a layer, and for the ops."""

from typing import Any

from badak.arrays import Shape
from badak.formats.steps.program import Step
from badak.ops.window import Window

SIDES = ("top", "bottom", "left", "right")
CELLS = ("kh", "kw", "sh", "sw", "dh", "dw")


def numbers_of(window: Window, shape: Shape) -> dict[str, float]:
    """The geometry of a window over an input of this shape, by name."""
    (top, bottom), (left, right) = window.sides(*shape[1:])
    cells = (*window.kernel, *window.stride, *window.dilation)
    numbers = dict(zip(CELLS + SIDES, (*cells, top, bottom, left, right), strict=True))
    return {**numbers, "ceil": int(window.ceil_mode)}


def pair(step: Step, rows: str, columns: str) -> tuple[int, int]:
    """Two of a step's numbers, such as the kernel's rows and columns."""
    return int(step.numbers[rows]), int(step.numbers[columns])


def geometry_of(step: Step) -> dict[str, Any]:
    """Stride and padding as the ops take them."""
    padding = pair(step, "top", "bottom"), pair(step, "left", "right")
    return {"stride": pair(step, "sh", "sw"), "padding": padding}
