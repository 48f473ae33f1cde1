"""Layers of rows: each output sees all numbers of the input."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from badak import layers
from badak.arrays import Array, Shape
from badak.inspect.follow.grid import Box, Grid, whole
from badak.inspect.follow.kinds.conv import summed
from badak.inspect.follow.kinds.kind import Cell, Kind, Recipe
from badak.inspect.follow.step import Step


class _All(Kind):
    def sees(self, layer: Any, shapes: Sequence[Shape], output: Shape, box: Box) -> list[Box]:
        """All."""
        return [whole(shape) for shape in shapes]


class Row(_All):
    """Linear: a row of the weight times the input."""

    how = "sum"

    def forward(self, step: Step, index: Shape) -> Recipe:
        """All inputs, each times its weight."""
        formula, numbers = summed(step.layer, index[0])
        row = step.layer.parameters["weight"][index[0]]
        return Recipe(formula, numbers, Grid.whole(step.shapes[0]), row)

    def back(self, step: Step, end: int, index: Shape) -> Recipe:
        """All outputs' gradients, each times its weight: a column."""
        column = step.layer.parameters["weight"][:, index[0]]
        return Recipe("total", {}, Grid.whole(step.output.shape), column)

    def cell(self, step: Step, key: str, index: Shape, grad_y: Array) -> Cell | None:
        """One product."""
        gradient = grad_y[index[:1]].reshape(1)
        if key == "bias":
            return Cell(np.ones_like(gradient), gradient, None, None, 0, index[0])
        inputs = step.inputs[0][index[1]].reshape(1)
        return Cell(inputs, gradient, None, None, index[1], index[0])


class Distance(_All):
    """EuclideanRBF: minus the squared distance to a class's code."""

    how = "distance"

    def forward(self, step: Step, index: Shape) -> Recipe:
        """The squares of all differences."""
        code, (x,) = step.layer.buffers["codes"][index[0]], step.inputs
        return Recipe("-total", {}, Grid.whole(x.shape), code, np.square(x - code))

    def back(self, step: Step, end: int, index: Shape) -> Recipe:
        """-2 (x - code) times each output's gradient."""
        codes = step.layer.buffers["codes"][:, index[0]]
        slopes = -2 * (step.inputs[0][index] - codes)
        return Recipe("total", {}, Grid.whole(step.output.shape), slopes)


KINDS: dict[type[layers.Layer], Kind] = {
    layers.Linear: Row(),
    layers.EuclideanRBF: Distance(),
}
