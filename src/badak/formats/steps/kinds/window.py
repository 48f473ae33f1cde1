"""A window's geometry among a step's numbers: written from a layer, read for the ops."""

from typing import Any

from badak.arrays import Shape
from badak.formats.steps.program import Step
from badak.ops.window import Window

SIDES = ("top", "bottom", "left", "right")
CELLS = ("kh", "kw", "sh", "sw", "dh", "dw")


def numbers_of(window: Window, shape: Shape) -> dict[str, float]:
    """A window over an input of a shape, as numbers by name."""
    (top, bottom), (left, right) = window.sides(*shape[1:])
    cells = (*window.kernel, *window.stride, *window.dilation)
    numbers = dict(zip(CELLS + SIDES, (*cells, top, bottom, left, right), strict=True))
    return {**numbers, "ceil": int(window.ceil_mode)}


def kernel_of(step: Step) -> tuple[int, int]:
    """The window's rows and columns."""
    return int(step.numbers["kh"]), int(step.numbers["kw"])


def geometry_of(step: Step) -> dict[str, Any]:
    """Stride and padding as the ops take them."""
    n = {key: int(number) for key, number in step.numbers.items()}
    return {
        "stride": (n["sh"], n["sw"]),
        "padding": ((n["top"], n["bottom"]), (n["left"], n["right"])),
    }


def dilation_of(step: Step) -> tuple[int, int]:
    """The distances of a window's cells."""
    return int(step.numbers["dh"]), int(step.numbers["dw"])
