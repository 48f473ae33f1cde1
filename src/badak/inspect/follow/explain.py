"""explain_number: how one number of any layer is computed, with all the numbers it takes."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike

from badak.arrays import Array, Mask, Shape
from badak.inspect.follow.formula import filled
from badak.inspect.follow.grid import Grid
from badak.inspect.follow.kinds import How, Recipe, kind_of
from badak.inspect.follow.step import Step, checked_index, steps
from badak.inspect.subject import one_image, one_layer
from badak.layers.walk import run
from badak.network import Network


@dataclass(frozen=True)
class Worked:
    """A formula and its numbers.

    Attributes:
        formula: such as ``"max(x, 0)"``; a Python expression.
        numbers: by the names in it, in its order.
        value: what comes out.
    """

    formula: str
    numbers: dict[str, float] = field(repr=False)
    value: float

    @property
    def worked(self) -> str:
        """The formula with its numbers, and the value, to four digits."""
        return f"{filled(self.formula, self.numbers)} = {self.value:.4g}"


@dataclass(frozen=True)
class Read:
    """A layer whose output a number is computed from.

    Attributes:
        layer: its name; ``""`` is the image.
        index: which of its numbers, if it is one alone: what a function is of, the winner of a
            maximum, the origin of a copy, a part of a join.
        value: that number.
    """

    layer: str
    index: Shape | None = None
    value: float | None = None


@dataclass(frozen=True)
class ExplainedNumber(Worked):
    """One number of a layer's output, taken apart; for all sums ``total + bias == value``.

    Attributes:
        layer: the layer's name.
        kind: its class by name.
        index: (channel, y, x), or (unit,).
        how: "sum", "max", "function" (of one number), "statistics" (also of others), "join" (of
            several layers), "copy", "distance", or "unknown" for a layer of one's own.
        reads: the layers that it computes from.
        grid: where the inputs lie in the layer that is read; None for joins and copies.
        inputs: (grid's shape) the numbers there, 0 in padding.
        inside: likewise, False in padding.
        weights: likewise, what they are multiplied by; None if they are not.
        products: likewise; of a distance the squares of the differences.
        total: the sum of products.
        bias: what is added to it, 0 if nothing is.
        winner: where in the grid a maximum has its winner.
    """

    layer: str
    kind: str
    index: Shape
    how: How
    reads: tuple[Read, ...]
    grid: Grid | None = None
    inputs: Array | None = field(default=None, repr=False)
    inside: Mask | None = field(default=None, repr=False)
    weights: Array | None = field(default=None, repr=False)
    products: Array | None = field(default=None, repr=False)
    total: float | None = None
    bias: float = 0.0
    winner: Shape | None = None


def explain_number(
    net: Network, image: ArrayLike, layer: str, index: Sequence[int]
) -> ExplainedNumber:
    """Take one number of any layer's output apart: what it is computed from, and how.

    `badak.inspect.explain_pixel` does so for convolutions alone, and can be drawn.

    Args:
        net: the network; dropout is off and batch norm uses its running statistics.
        image: (C, H, W): float, or uint8 in 0..255.
        layer: the layer's name; inside a block ``"block1.conv1"``.
        index: (channel, y, x) in its output, or (unit,) of a flat layer.

    Raises:
        BadakError: no such layer or place, or an image that does not fit.

    Example:
        >>> from badak.models import SimpleConvNet
        >>> net, image = SimpleConvNet(), np.ones((1, 28, 28))
        >>> sum_ = explain_number(net, image, "conv1", (3, 0, 5))
        >>> sum_.products.shape, bool(np.isclose(sum_.total + sum_.bias, sum_.value))
        ((1, 5, 5), True)
        >>> explain_number(net, 0 * image, "pool1", (3, 0, 5)).reads
        (Read(layer='relu1', index=(3, 0, 10), value=0.0),)
        >>> explain_number(net, 0 * image, "relu1", (3, 0, 5)).worked
        'max(0, 0) = 0'
    """
    one_layer(net, layer)
    images = one_image(net, image)
    visits = steps(images, run(net.layers, images))
    step = next(step for step in visits if step.name == layer)
    index = checked_index(index, step.output.shape)
    with np.errstate(all="ignore"):  # a network that diverged is shown too
        return _explained(step, index, kind_of(step.layer).forward(step, index))


def _explained(step: Step, index: Shape, recipe: Recipe) -> ExplainedNumber:
    kind, grid, numbers = kind_of(step.layer), recipe.grid, dict(recipe.numbers)
    inputs = inside = weights = products = total = winner = None
    if grid is not None:
        inputs = grid.of(step.inputs[0])
        inside = grid.inside(step.inputs[0].shape)
        if recipe.weights is not None:
            weights = np.broadcast_to(recipe.weights, inputs.shape)
            products = inputs * weights if recipe.products is None else recipe.products
            total = float(products.sum(dtype=np.float64))
            numbers = {"total": total} | numbers
        if kind.how == "max":
            winner = grid.place(recipe.sources[0])
    return ExplainedNumber(
        formula=recipe.formula,
        numbers=numbers,
        value=float(step.output[index]),
        layer=step.name,
        kind=step.kind,
        index=index,
        how=kind.how,
        reads=_reads(step, recipe),
        grid=grid,
        inputs=inputs,
        inside=inside,
        weights=weights,
        products=products,
        total=total,
        bias=numbers.get("bias", 0.0) if kind.how == "sum" else 0.0,
        winner=winner,
    )


def _reads(step: Step, recipe: Recipe) -> tuple[Read, ...]:
    reads = [Read(name) for name in step.reads]
    for end, place in recipe.sources.items():
        reads[end] = Read(step.reads[end], place, float(step.inputs[end][place]))
    return tuple(reads)
