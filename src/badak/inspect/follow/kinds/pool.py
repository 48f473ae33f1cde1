"""Pooling: the largest number under a window, or a sum with one weight for all."""

from abc import abstractmethod
from collections.abc import Sequence
from typing import Any

import numpy as np

from badak import layers
from badak.arrays import Array, Indices, Shape
from badak.inspect.follow.grid import Box, Grid
from badak.inspect.follow.kinds.conv import summed
from badak.inspect.follow.kinds.kind import Kind, Recipe
from badak.inspect.follow.kinds.window import box_under, over, size_of, under
from badak.inspect.follow.step import Step


class Pool(Kind):
    """What slides a window over each map by itself."""

    def sees(self, layer: Any, shapes: Sequence[Shape], output: Shape, box: Box) -> list[Box]:
        """What lies under the windows, of the same channels."""
        (shape,) = shapes
        return [box_under(layer.window(shape), size_of(shape), box, box[0])]

    def under(self, step: Step, index: Shape) -> Grid:
        """The inputs of one output."""
        (shape,) = step.shapes
        window = step.layer.window(shape)
        return under(window, size_of(shape), index[1:], np.array([index[0]]))

    def over(self, step: Step, index: Shape) -> Grid:
        """The outputs whose windows lie over one input."""
        (shape,), size = step.shapes, size_of(step.output.shape)
        window = step.layer.window(shape)
        return over(window, size_of(shape), size, index[1:], np.array([index[0]]))


class Max(Pool):
    """The largest wins, and takes all of the gradient."""

    how = "max"

    def forward(self, step: Step, index: Shape) -> Recipe:
        """The winner, the first of equal ones."""
        place = divmod(int(_winners(step)[index]), step.inputs[0].shape[2])
        winner = {0: (index[0], *place)}
        return Recipe("max(inputs)", {}, self.under(step, index), sources=winner)

    def back(self, step: Step, end: int, index: Shape) -> Recipe:
        """The gradients of the outputs that it won."""
        grid = self.over(step, index)
        mine = index[1] * step.inputs[0].shape[2] + index[2]
        won = _winners(step)[np.ix_(*grid.axes)] == mine
        return Recipe("total", {}, grid, won.astype(step.output.dtype))


def _winners(step: Step) -> Indices:
    """(C, OH, OW): where each output's winner lies in its map, y * W + x."""
    _, (indices, _) = step.layer.forward(step.inputs[0][None], training=False)
    winners: Indices = indices[0]
    return winners


class Weighted(Pool):
    """A sum whose weight depends on the place alone."""

    how = "sum"

    @abstractmethod
    def weights(self, step: Step, grid: Grid, places: Grid) -> Array:
        """The weight of the inputs in `grid` in the outputs at `places`; one of the two is one."""

    def forward(self, step: Step, index: Shape) -> Recipe:
        """All under the window."""
        grid = self.under(step, index)
        formula, numbers = summed(step.layer, index[0])
        return Recipe(formula, numbers, grid, self.weights(step, grid, Grid.at(index)))

    def back(self, step: Step, end: int, index: Shape) -> Recipe:
        """The share of each output whose window lies here."""
        grid = self.over(step, index)
        return Recipe("total", {}, grid, self.weights(step, Grid.at(index), grid))


class Mean(Weighted):
    """Average pooling: one over the number of cells that count."""

    def weights(self, step: Step, grid: Grid, places: Grid) -> Array:
        """1 / count, 0 for cells beyond the padding, or in padding that does not count."""
        (shape,), layer = step.shapes, step.layer
        window, size = layer.window(shape), size_of(shape)
        padding = getattr(layer, "count_include_pad", True)
        counts, counted = [], []
        for axis, sides in enumerate(window.sides(*size)):
            before, after = sides if padding else (0, 0)
            start = places.axes[axis + 1] * window.stride[axis] - sides[0]
            stop = np.minimum(start + window.kernel[axis], size[axis] + after)
            counts.append(stop - np.maximum(start, -before))
            cells = grid.axes[axis + 1]
            counted.append((cells >= -before) & (cells < size[axis] + after))
        inside = np.multiply.outer(*counted)
        weights: Array = inside / np.multiply.outer(*counts)
        return weights[None].astype(step.output.dtype)


class Factor(Weighted):
    """LeNet-5's subsampling: one trained weight for each map."""

    def weights(self, step: Step, grid: Grid, places: Grid) -> Array:
        """The map's."""
        weight = step.layer.parameters["weight"]
        return np.full((1, 1, 1), weight[int(grid.axes[0][0])])


KINDS: dict[type[layers.Layer], Kind] = {
    layers.MaxPool2d: Max(),
    layers.AvgPool2d: Mean(),
    layers.GlobalAvgPool2d: Mean(),
    layers.Subsample2d: Factor(),
}
