"""Central differences: one array's gradient compared with what moving its entries really does."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from badak.arrays import Array, Indices

# Below this relative error a gradient is right.
TOLERANCE = 1e-6
# Large enough that rounding (1e-16 / STEP) and small enough that curvature (STEP ** 2) stay far
# below the TOLERANCE that a right backward pass must reach.
STEP = 2e-5
# Gradients smaller than this share of their array's largest are measured against that share ...
FLOOR = 1e-2
# ... or this share of the largest of all: a bias before batch norm has gradient 0 but for rounding.
FLOOR_OF_ALL = 1e-3
# A value of 1 is rounded to within 2e-16, and its difference quotient to within 1e-11: no error
# below a ten-millionth of this can be seen, however small the gradients of a trained network are.
FLOOR_OF_ROUNDING = float(np.finfo(np.float64).eps) / STEP / 1e-7

# What the entries are moved to see change: a loss, or any array whose sum is meant.
Value = Callable[[], Array | float]


@dataclass(frozen=True)
class ArrayCheck:
    """One array's comparison.

    Attributes:
        name: of the parameter, or "input".
        entries: how many were compared.
        kinks: how many were passed over, because the loss has a corner there (ReLU at 0, equal
            values under a max): there is no gradient to compare.
        worst: the largest relative error; infinite where a gradient is NaN, infinite or of
            another shape than its array, or where moving an entry makes the value NaN.
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

    Args:
        arrays: name -> array; its entries are moved and put back.
        gradients: name -> what backward says, shaped like the array.
        value: computed anew from the arrays at each call; what is differentiated is its sum.
        minimum: gradients below it are lost in rounding.
        samples: entries of each array, drawn at random; all where None.
        generator: of the draw.

    Returns:
        A comparison for each array.

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
    """Return the largest size of those entries that are numbers.

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
        worst = max(worst, math.inf if math.isnan(error) else error)  # NaN would lose any max
    if not np.isfinite(gradient).all():  # also where no entry was drawn
        worst = math.inf
    return ArrayCheck(name, len(places) - kinks, kinks, worst)


def _difference(
    array: Array,
    index: tuple[np.intp, ...],
    value: Value,
    here: Array | float,
    floor: float,
) -> tuple[float, bool]:
    """The central difference at one entry, and whether the value has a corner there.

    With half the step, a smooth value gives the same central difference, and half the difference
    between its two one-sided ones. At a corner one of the two is not so.
    """
    before = array[index]
    central, gap = [], []
    for step in (STEP, STEP / 2):
        array[index] = before + step
        above = value()
        array[index] = before - step
        below = value()
        array[index] = before
        # Of arrays the differences are summed, not the sums subtracted: most entries cancel.
        central.append(float(np.sum(above - below)) / (2 * step))
        gap.append(abs(float(np.sum(above - 2 * here + below))) / step)
    scale = max(abs(central[1]), floor)
    moved = abs(central[0] - central[1]) > 1e-7 * scale + 1e-10
    stays = gap[1] > 0.75 * gap[0] and gap[1] > 1e-6 * scale + 1e-9
    return central[1], moved or stays
