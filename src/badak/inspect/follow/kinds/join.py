"""Joins of several layers' outputs, number by number."""

from collections.abc import Sequence
from string import ascii_lowercase

import numpy as np

from badak import layers
from badak.arrays import Array, Shape
from badak.inspect.follow.grid import Box, Grid
from badak.inspect.follow.kinds.kind import Kind, OneByOne, Recipe
from badak.inspect.follow.step import Step


class Sum(OneByOne):
    """Residual: both get the gradient as it is."""

    how = "join"

    def forward(self, step: Step, index: Shape) -> Recipe:
        """The sum of both."""
        return _joined(" + ", step, index)

    def back(self, step: Step, end: int, index: Shape) -> Recipe:
        """The gradient of the sum."""
        grid = Grid.at(index)
        return Recipe("gradient", {}, grid, np.ones(grid.shape, step.output.dtype))


class Product(Kind):
    """Product: each gets the gradient times all others; one number may meet a whole map."""

    how = "join"

    def sees(
        self, layer: layers.Product, shapes: Sequence[Shape], output: Shape, box: Box
    ) -> list[Box]:
        """The same box, and of a gate the number of the same channel."""
        return [
            tuple((0, 1) if size < full else span for size, full, span in zip(*each, strict=True))
            for each in ((shape, output, box) for shape in shapes)
        ]

    def forward(self, step: Step, index: Shape) -> Recipe:
        """The product of all."""
        return _joined(" * ", step, index)

    def back(self, step: Step, end: int, index: Shape) -> Recipe:
        """The product of all others, at each place that it met."""
        shape, full = step.inputs[end].shape, step.output.shape
        grid = Grid(
            tuple(
                np.arange(most) if size < most else np.array([place])
                for size, most, place in zip(shape, full, index, strict=True)
            )
        )
        others = np.ones(grid.shape, step.output.dtype)
        for number, other in enumerate(step.inputs):
            if number != end:
                others = others * np.broadcast_to(other, full)[np.ix_(*grid.axes)]
        return Recipe("total", {}, grid, others)


def _met(array: Array, index: Shape) -> Shape:
    """The index of what a place of a join's output meets in one of its inputs."""
    return tuple(0 if size == 1 else place for size, place in zip(array.shape, index, strict=True))


def _joined(sign: str, step: Step, index: Shape) -> Recipe:
    places = {end: _met(array, index) for end, array in enumerate(step.inputs)}
    names = [_name(end) for end in places]
    values = [float(step.inputs[end][place]) for end, place in places.items()]
    return Recipe(sign.join(names), dict(zip(names, values, strict=True)), sources=places)


def _name(number: int) -> str:
    """a, b, ... z, a1, b1 and so on."""
    turn, letter = divmod(number, len(ascii_lowercase))
    return ascii_lowercase[letter] + (str(turn) if turn else "")


KINDS: dict[type[layers.Layer], Kind] = {layers.Residual: Sum(), layers.Product: Product()}
