"""Central differences: compare an array's gradient with the effect of changing its entries."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from badak.arrays import Array, Indices

# A gradient with a relative error below this is right.
TOLERANCE = 1e-6
# Large enough for rounding (1e-16 / STEP) and small enough for curvature (STEP ** 2) to stay far
# below TOLERANCE.
STEP = 2e-5
# Gradients smaller than this share of their array's largest are compared with that share ...
FLOOR = 1e-2
# ... or this share of the largest of all: a bias before batch norm has gradient 0, up to rounding.
FLOOR_OF_ALL = 1e-3
# A value of 1 is rounded to within 2e-16, and its difference quotient to within 1e-11: no error
# below a ten-millionth of this can be seen, however small the gradients of a trained network are.
FLOOR_OF_ROUNDING = float(np.finfo(np.float64).eps) / STEP / 1e-7

# What depends on the entries: a loss, or any array, which stands for its sum.
Value = Callable[[], Array | float]


@dataclass(frozen=True)
class ArrayCheck:
    """The comparison of one array's gradient.

    Attributes:
        name: of the parameter, or "input".
        entries: the number of entries compared.
        kinks: the number skipped because the loss has a kink there (ReLU at 0, equal values
            under a max) and so no gradient.
        worst: the largest relative error; infinite if a gradient is NaN, infinite or not of its
            array's shape, or if changing an entry makes the value NaN.
    """

    name: str
    entries: int
    kinks: int
    worst: float


def compare(
    arrays: dict[str, Array],
    gradients: dict[str, Array],
    value: Value,
    minimum: float,
    samples: int | None,
    generator: np.random.Generator,
) -> tuple[ArrayCheck, ...]:
    """Compare each array's gradient with the central differences of a value.

    The entries of the arrays are changed and restored; the sum of what `value` computes from them
    is differentiated. Gradients below `minimum` are lost in rounding. Of each array `samples`
    entries are compared, drawn at random; all if None.

    Example:
        >>> x = np.array([3.0])
        >>> draw = np.random.default_rng(0)
        >>> (row,) = compare({"x": x}, {"x": 2 * x}, lambda: x**2, 0.0, None, draw)
        >>> row.worst < 1e-6
        True
    """
    sizes = {name: largest(gradient) for name, gradient in gradients.items()}
    minimum = max(minimum, FLOOR_OF_ALL * max(sizes.values(), default=0.0))
    return tuple(
        _compare(
            name,
            array,
            gradients[name],
            value,
            _places(array.size, samples, generator),
            max(FLOOR * sizes[name], minimum),
        )
        for name, array in arrays.items()
    )


def largest(array: Array) -> float:
    """Return the largest magnitude of the finite entries.

    Example:
        >>> largest(np.array([1.0, -2.0, np.nan]))
        2.0
    """
    return float(np.abs(array[np.isfinite(array)]).max(initial=0.0))


def _places(size: int, samples: int | None, generator: np.random.Generator) -> Indices:
    if samples is None or samples >= size:
        return np.arange(size)
    return np.sort(generator.choice(size, samples, replace=False))


def _compare(
    name: str, array: Array, gradient: Array, value: Value, places: Indices, floor: float
) -> ArrayCheck:
    if gradient.shape != array.shape:
        return ArrayCheck(name, 0, 0, math.inf)
    here, worst, kinks = value(), 0.0, 0
    for place in places:
        index = np.unravel_index(place, array.shape)
        numeric, kink = _difference(array, index, value, here, floor)
        if kink:
            kinks += 1
            continue
        analytic = float(gradient[index])
        error = abs(numeric - analytic) / max(abs(numeric), abs(analytic), floor)
        worst = max(worst, math.inf if math.isnan(error) else error)  # max would ignore NaN
    if not np.isfinite(gradient).all():  # even if no such entry was drawn
        worst = math.inf
    return ArrayCheck(name, len(places) - kinks, kinks, worst)


def _difference(
    array: Array,
    index: tuple[np.intp, ...],
    value: Value,
    here: Array | float,
    floor: float,
) -> tuple[float, bool]:
    """The central difference at one entry, and whether the value has a kink there.

    If the step is halved, a smooth value gives the same central difference, and the gap between its
    two one-sided differences halves. At a kink, at least one of these does not hold.
    """
    before = array[index]
    central, gap = [], []
    for step in (STEP, STEP / 2):
        array[index] = before + step
        above = value()
        array[index] = before - step
        below = value()
        array[index] = before
        # Sum the differences instead of subtracting the sums: most entries cancel.
        central.append(float(np.sum(above - below)) / (2 * step))
        gap.append(abs(float(np.sum(above - 2 * here + below))) / step)
    scale = max(abs(central[1]), floor)
    moved = abs(central[0] - central[1]) > 1e-7 * scale + 1e-10
    stays = gap[1] > 0.75 * gap[0] and gap[1] > 1e-6 * scale + 1e-9
    return central[1], moved or stays
