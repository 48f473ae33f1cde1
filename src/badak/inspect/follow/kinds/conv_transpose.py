"""Transposed convolution: each number is spread over a window of the output."""

from collections.abc import Sequence

import numpy as np

from badak import layers
from badak.arrays import Array, Shape
from badak.inspect.follow.grid import Box
from badak.inspect.follow.kinds.conv import channels_seen, group_of, summed, under_cell
from badak.inspect.follow.kinds.kind import Cell, Kind, Recipe
from badak.inspect.follow.kinds.window import box_over, over, size_of, under
from badak.inspect.follow.step import Step


class Transposed(Kind):
    """ConvTranspose2d: a Conv2d the other way round, so that its windows lie in the output."""

    how = "sum"

    def sees(
        self, layer: layers.ConvTranspose2d, shapes: Sequence[Shape], output: Shape, box: Box
    ) -> list[Box]:
        """The places whose windows reach the box, of all channels of the groups."""
        (shape,) = shapes
        channels = channels_seen(layer, shape, output, box)
        return [box_over(layer.spread, size_of(output), box, channels)]

    def forward(self, step: Step, index: Shape) -> Recipe:
        """The products of each input whose window reaches the place with the cell that does."""
        (shape,), layer, output = step.shapes, step.layer, step.output.shape
        group = group_of(layer, shape[0], output[0], filter=index[0])
        channels = np.array(group.channels)
        size, places = size_of(output), size_of(shape)
        grid = over(layer.spread, size, places, index[1:], channels)
        within = index[0] - group.filters.start
        weight = layer.parameters["weight"][
            np.ix_(channels, np.array([within]), *(grid.kernel or ()))
        ]
        formula, numbers = summed(layer, index[0])
        return Recipe(formula, numbers, grid, weight[:, 0])

    def back(self, step: Step, end: int, index: Shape) -> Recipe:
        """The products of the window's cells with the gradients of the outputs that they met."""
        (shape,), layer, output = step.shapes, step.layer, step.output.shape
        group = group_of(layer, shape[0], output[0], channel=index[0])
        grid = under(layer.spread, size_of(output), index[1:], np.array(group.filters))
        return Recipe("total", {}, grid, layer.parameters["weight"][index[0]])

    def cell(self, step: Step, key: str, index: Shape, grad_y: Array) -> Cell | None:
        """The sum over all inputs, times the gradient of the output that the cell took each to."""
        (shape,), layer, output = step.shapes, step.layer, step.output.shape
        if key == "bias":
            ones = np.ones_like(grad_y[index[0]])
            return Cell(ones, grad_y[index[0]], None, None, 0, index[0])
        group = group_of(layer, shape[0], output[0], channel=index[0])
        number = group.filters.start + index[1]
        grid = under_cell(layer.spread, output, shape, index[2:], number)
        rows, columns = (np.arange(size) for size in shape[1:])
        gradients = grid.of(grad_y)[0]
        return Cell(step.inputs[0][index[0]], gradients, rows, columns, index[0], number)


KINDS: dict[type[layers.Layer], Kind] = {layers.ConvTranspose2d: Transposed()}
