"""Normalisations by an image's own statistics, and by neighbouring channels."""

from abc import abstractmethod
from typing import Any

import numpy as np

from badak import layers
from badak.arrays import Array, Shape
from badak.inspect.follow.formula import used
from badak.inspect.follow.grid import Grid
from badak.inspect.follow.kinds.kind import Kind, OneByOne, Recipe
from badak.inspect.follow.kinds.pointwise import NORM, spread
from badak.inspect.follow.step import Step


class Normalised(OneByOne):
    """By mean and variance of a set of the image's numbers."""

    how = "statistics"

    @abstractmethod
    def together(self, layer: Any, shape: Shape, index: Shape) -> Grid:
        """Where the numbers lie that are normalised with the one at `index`."""

    def forward(self, step: Step, index: Shape) -> Recipe:
        """Batch norm's formula, with these statistics."""
        grid = self.together(step.layer, step.output.shape, index)
        mean, var = _moments(grid.of(step.inputs[0]))
        numbers = {"x": float(step.inputs[0][index]), "mean": mean, "var": var}
        numbers |= {"eps": step.layer.eps}
        own = {key: float(spread(array, index)) for key, array in step.layer.parameters.items()}
        formula = NORM if own else NORM.replace(" * weight + bias", "")
        return Recipe(formula, used(formula, numbers | own), grid)

    def back(self, step: Step, end: int, index: Shape) -> Recipe:
        """Its own output's gradient, less what it moved mean and variance of all the others.

        The slope of output j is ``weight_j / std * ((j is i) - (1 + h_i * h_j) / count)``, where h
        are the normalised numbers (Ioffe and Szegedy 2015, section 3).
        """
        grid = self.together(step.layer, step.output.shape, index)
        x = grid.of(step.inputs[0]).astype(np.float64)
        mean, var = _moments(x)
        std = np.sqrt(var + step.layer.eps)
        normed, place = (x - mean) / std, grid.place(index) or ()
        slopes = -(1 + normed[place] * normed) / x.size
        slopes[place] += 1
        slopes = slopes / std * _weights(step, grid)
        return Recipe("total", {}, grid, slopes.astype(step.output.dtype))


def _moments(x: Array) -> tuple[float, float]:
    return float(x.mean(dtype=np.float64)), float(x.var(dtype=np.float64))


def _weights(step: Step, grid: Grid) -> Any:
    """The layer's weights of a grid's outputs; 1 without any."""
    weight = step.layer.parameters.get("weight")
    if weight is None:
        return 1.0
    if weight.ndim == len(grid.axes):
        return weight[np.ix_(*grid.axes)]
    return weight[grid.axes[0]][:, None, None]  # (C,) -> (C, 1, 1)


class Grouped(Normalised):
    """GroupNorm and InstanceNorm2d: a group's channels, everywhere."""

    def together(self, layer: Any, shape: Shape, index: Shape) -> Grid:
        """The group of the channel."""
        size = shape[0] // layer.groups(shape[0])
        first = index[0] // size * size
        return Grid((np.arange(first, first + size), *Grid.whole(shape).axes[1:]))


class Layered(Normalised):
    """LayerNorm: all channels of a place, or everything."""

    def together(self, layer: layers.LayerNorm, shape: Shape, index: Shape) -> Grid:
        """As the layer's axes say."""
        if layer.axes == "all":
            return Grid.whole(shape)
        return Grid((np.arange(shape[0]), *(np.array([place]) for place in index[1:])))


class Response(OneByOne):
    """LocalResponseNorm: by the squares of neighbouring channels."""

    how = "statistics"

    def forward(self, step: Step, index: Shape) -> Recipe:
        """The number, divided by a power of the neighbours' squares."""
        layer = step.layer
        grid = _neighbours(step, index, layer.size // 2, (layer.size - 1) // 2)
        squares = np.square(grid.of(step.inputs[0]), dtype=np.float64).sum()
        numbers = {"x": float(step.inputs[0][index]), "squares": float(squares)}
        numbers |= {key: float(getattr(layer, key)) for key in ("k", "alpha", "beta")}
        formula = "x / (k + alpha * squares)**beta"
        return Recipe(formula, used(formula, numbers), grid)

    def back(self, step: Step, end: int, index: Shape) -> Recipe:
        """Through its own output, and through the squares of its neighbours'.

        With s the bracket, the slope of output j is
        ``(j is i) * s_j ** -beta - 2 * alpha * beta * x_i * x_j * s_j ** (-beta - 1)``.
        """
        layer, (x,) = step.layer, step.inputs
        grid = _neighbours(step, index, (layer.size - 1) // 2, layer.size // 2)
        line = x[:, index[1], index[2]].astype(np.float64)
        sums = np.convolve(np.square(line), np.ones(layer.size))  # of size channels before each
        scale = layer.k + layer.alpha * sums[(layer.size - 1) // 2 :][: len(line)]
        near = grid.axes[0]
        slopes = -2 * layer.alpha * layer.beta * line[index[0]] * line[near]
        slopes *= scale[near] ** (-layer.beta - 1)
        slopes[near == index[0]] += scale[index[0]] ** -layer.beta
        return Recipe("total", {}, grid, slopes[:, None, None].astype(x.dtype))


def _neighbours(step: Step, index: Shape, before: int, after: int) -> Grid:
    first, stop = max(index[0] - before, 0), min(index[0] + after + 1, len(step.output))
    return Grid((np.arange(first, stop), *(np.array([place]) for place in index[1:])))


KINDS: dict[type[layers.Layer], Kind] = {
    layers.GroupNorm: Grouped(),
    layers.InstanceNorm2d: Grouped(),
    layers.LayerNorm: Layered(),
    layers.LocalResponseNorm: Response(),
}
