"""gradient_check: are the backward passes right? Central differences in float64 tell."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from badak import checks, terminal
from badak.arrays import Array, Indices, as_images, as_labels
from badak.errors import BadakError
from badak.network import Network

if TYPE_CHECKING:
    from rich.console import Group

# Large enough that rounding (1e-16 / STEP) and small enough that curvature (STEP ** 2) stay far
# below the 1e-6 that a right backward pass must reach.
STEP = 2e-5
# Gradients smaller than this share of their array's largest are measured against that share ...
FLOOR = 1e-2
# ... or this share of the largest of all: a bias before batch norm has gradient 0 but for rounding.
FLOOR_OF_ALL = 1e-3
# A loss of 1 is rounded to within 2e-16, and its difference quotient to within 1e-11: no error
# below a ten-millionth of this can be seen, however small the gradients of a trained network are.
FLOOR_OF_ROUNDING = float(np.finfo(np.float64).eps) / STEP / 1e-7


@dataclass(frozen=True)
class Checked:
    """One array's comparison.

    Attributes:
        name: of the parameter, or "input".
        entries: how many were compared.
        kinks: how many were passed over, because the loss has a corner there (ReLU at 0, equal
            values under a max): there is no gradient to compare.
        worst: the largest relative error; infinite where a gradient is NaN or infinite.
    """

    name: str
    entries: int
    kinks: int
    worst: float


@dataclass(frozen=True)
class GradientCheck:
    """What `gradient_check` found; ``str()`` draws the table.

    Attributes:
        rows: one a parameter, and one for the input.
    """

    rows: tuple[Checked, ...]

    @property
    def worst(self) -> float:
        """The largest relative error of all."""
        return max(row.worst for row in self.rows)

    def __rich__(self) -> "Group":
        cells = [
            [row.name, f"{row.entries:,}", f"{row.kinks:,}", f"{row.worst:.1e}"]
            for row in self.rows
        ]
        columns = ["Gradient of", "Compared", "At a corner", "Worst relative error"]
        return terminal.table(
            "Backward pass against central differences, float64",
            columns,
            cells,
            footer=["all", "", "", f"{self.worst:.1e}"],
            numbers=columns[1:],
        )

    def __str__(self) -> str:
        return terminal.render(self)


def gradient_check(
    net: Network,
    x: ArrayLike,
    labels: ArrayLike,
    *,
    samples: int | None = 30,
    training: bool = True,
    seed: int = 0,
) -> GradientCheck:
    """Compare every gradient with central differences of the loss (the book's chapter 5.7).

    ``(loss(w + h) - loss(w - h)) / (2 h)`` on a float64 copy of the network, for entries of every
    parameter and of the input. Errors are relative to the larger of the two gradients, or to a
    hundredth of the array's largest, a thousandth of the largest of all, or 1e-4 of the loss (of 1
    where it is smaller), below which rounding drowns the difference.

    Args:
        net: the network; it stays as it is.
        x: a few images (N, C, H, W).
        labels: (N,) class indices.
        samples: entries compared in each array, drawn at random; all where None.
        training: whether dropout drops (the same values each time) and batch norm uses the batch.
        seed: of the draw.

    Returns:
        The worst relative error for each array; below 1e-6 the backward pass is right.

    Raises:
        BadakError: no images, or images or labels that do not fit.

    Example:
        >>> from badak import data, models
        >>> train, _ = data.load("digits")
        >>> net = models.SimpleConvNet(weight_init="he")
        >>> gradient_check(net, train.images[:2], train.labels[:2], samples=5).worst < 1e-6
        True
    """
    if samples is not None:
        checks.integer(samples, "samples", minimum=1)
    checks.integer(seed, "seed")
    double = net.astype(np.float64)
    images = as_images(x, net.input_shape, np.float64).copy()
    indices = as_labels(labels, len(images), net.num_classes)
    if not len(images):
        raise BadakError("x must have at least one image; it is empty")
    generators = double.generators()
    states = {name: one.bit_generator.state for name, one in generators.items()}

    def rewind() -> None:
        for name, generator in generators.items():
            generator.bit_generator.state = states[name]

    def loss() -> float:
        rewind()
        return double.loss.forward(double.forward(images, training), indices)[0]

    rewind()
    with np.errstate(all="ignore"):  # what is not finite is found below
        result = double.forward_backward(images, indices, need_grad_x=True, training=training)
    arrays = double.parameters() | {"input": images}
    gradients = result.gradients | {"input": np.asarray(result.grad_x)}
    largest = {name: _largest(gradient) for name, gradient in gradients.items()}
    rounding = FLOOR_OF_ROUNDING * max(1.0, abs(result.loss))
    least = max(rounding, FLOOR_OF_ALL * max(largest.values()))
    generator = np.random.default_rng(seed)
    rows = []
    for name, array in arrays.items():
        floor = max(FLOOR * largest[name], least)
        places = _draw(array.size, samples, generator)
        rows.append(_compare(name, array, gradients[name], loss, places, floor))
    return GradientCheck(tuple(rows))


def _largest(gradient: Array) -> float:
    """The largest size of those that are numbers."""
    return float(np.abs(gradient[np.isfinite(gradient)]).max(initial=0.0))


def _draw(size: int, samples: int | None, generator: np.random.Generator) -> Indices:
    if samples is None or samples >= size:
        return np.arange(size)
    return np.sort(generator.choice(size, samples, replace=False))


def _compare(
    name: str,
    array: Array,
    gradient: Array,
    loss: Callable[[], float],
    places: Indices,
    floor: float,
) -> Checked:
    here, worst, kinks = loss(), 0.0, 0
    for place in places:
        index = np.unravel_index(place, array.shape)
        numeric, kink = _difference(array, index, loss, here, floor)
        if kink:
            kinks += 1
            continue
        analytic = float(gradient[index])
        scale = max(abs(numeric), abs(analytic), floor)
        worst = max(worst, abs(numeric - analytic) / scale)
    if not np.isfinite(gradient).all():  # also where no entry was drawn; NaN would lose any max
        worst = math.inf
    return Checked(name, len(places) - kinks, kinks, worst)


def _difference(
    array: Array,
    index: tuple[np.intp, ...],
    loss: Callable[[], float],
    here: float,
    floor: float,
) -> tuple[float, bool]:
    """The central difference at one entry, and whether the loss has a corner there.

    With half the step, a smooth loss gives the same central difference, and half the difference
    between its two one-sided ones. At a corner one of the two is not so.
    """
    value = array[index]
    central, gap = [], []
    for step in (STEP, STEP / 2):
        array[index] = value + step
        above = loss()
        array[index] = value - step
        below = loss()
        array[index] = value
        central.append((above - below) / (2 * step))
        gap.append(abs(above - 2 * here + below) / step)
    scale = max(abs(central[1]), floor)
    moved = abs(central[0] - central[1]) > 1e-7 * scale + 1e-10
    stays = gap[1] > 0.75 * gap[0] and gap[1] > 1e-6 * scale + 1e-9
    return central[1], moved or stays
