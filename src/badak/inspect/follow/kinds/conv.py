"""Convolutions: a filter's sum of products, and the way back through col2im's overlapping sums.

Letters: C channels, F filters, Cg and Fg of them in a group, KH x KW kernel, OH x OW places.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from badak import layers
from badak.arrays import Array, Indices, Shape
from badak.inspect.features.filters import filters_of
from badak.inspect.follow.grid import Box, Grid
from badak.inspect.follow.kinds.kind import Cell, Kind, Recipe
from badak.inspect.follow.kinds.window import box_under, over, size_of, under
from badak.inspect.follow.step import Step


class Group(NamedTuple):
    """One group of a convolution: Cg input channels and Fg filters that see them, as ranges."""

    number: int
    channels: range
    filters: range


def group_of(layer: Any, channels: int, filters: int, **one: int) -> Group:
    """The group of ``channel=`` or of ``filter=``; a layer without groups is one."""
    count = getattr(layer, "groups", 1)
    wide, deep = channels // count, filters // count
    number = one["channel"] // wide if "channel" in one else one["filter"] // deep
    own, its = (range(number * size, number * size + size) for size in (wide, deep))
    return Group(number, own, its)


def summed(layer: Any, filter_number: int) -> tuple[str, dict[str, float]]:
    """The formula of a sum of products and what is added to it."""
    bias = layer.parameters.get("bias")
    if bias is None:
        return "total", {}
    return "total + bias", {"bias": float(bias[filter_number])}


def channels_seen(layer: Any, shape: Shape, output: Shape, box: Box) -> tuple[int, int]:
    """The first of the channels that a box of outputs sees, and the one after the last."""
    (first, stop), counts = box[0], (shape[0], output[0])
    begin = group_of(layer, *counts, filter=first).channels
    end = group_of(layer, *counts, filter=stop - 1).channels
    return begin.start, end.stop


class Conv(Kind):
    """A filter times what lies under it, of all channels of its group."""

    how = "sum"

    def channels(self, layer: Any, group: Group, number: int) -> Indices:
        """Those that a filter sees."""
        return np.array(group.channels)

    def filters(self, layer: Any, group: Group, channel: int) -> Indices:
        """Those that see a channel."""
        return np.array(group.filters)

    def sees(self, layer: Any, shapes: Sequence[Shape], output: Shape, box: Box) -> list[Box]:
        """What lies under the windows, of all channels of the groups."""
        (shape,) = shapes
        channels = channels_seen(layer, shape, output, box)
        return [box_under(layer.window(shape), size_of(shape), box, channels)]

    def forward(self, step: Step, index: Shape) -> Recipe:
        """The products of the filter with what lies under it, and the bias."""
        (shape,), layer = step.shapes, step.layer
        group = group_of(layer, shape[0], step.output.shape[0], filter=index[0])
        channels = self.channels(layer, group, index[0])
        grid = under(layer.window(shape), size_of(shape), index[1:], channels)
        formula, numbers = summed(layer, index[0])
        weight = filters_of(layer)[index[0]][channels - group.channels.start]
        return Recipe(formula, numbers, grid, weight)

    def back(self, step: Step, end: int, index: Shape) -> Recipe:
        """The products of each output's gradient with the cell of its filter that lay here."""
        (shape,), layer, output = step.shapes, step.layer, step.output.shape
        weight = filters_of(layer)
        group = group_of(layer, shape[0], output[0], channel=index[0])
        within = index[0] - group.channels.start
        filters = self.filters(layer, group, index[0])
        window, size = layer.window(shape), size_of(shape)
        grid = over(window, size, size_of(output), index[1:], filters)
        down, across = grid.kernel or ((), ())
        first = within * weight.shape[2]
        rows = (first + np.asarray(down)[:, None]) * weight.shape[3] + np.asarray(across)
        columns = grid.axes[1][:, None] * output[2] + grid.axes[2]
        cells = weight[np.ix_(filters, np.array([within]), down, across)][:, 0]
        return Recipe("total", {}, grid, cells, matrix=(rows, columns))

    def cell(self, step: Step, key: str, index: Shape, grad_y: Array) -> Cell | None:
        """The sum over all places of the input under the cell, times the output's gradient."""
        (shape,), layer, output = step.shapes, step.layer, step.output.shape
        number = index[0]
        if key == "bias":
            ones = np.ones_like(grad_y[number])
            return Cell(ones, grad_y[number], None, None, 0, number)
        group = group_of(layer, shape[0], output[0], filter=number)
        channel = group.channels.start + index[1]
        if number not in self.filters(layer, group, channel):
            return None  # a weight that does not count
        grid = under_cell(layer.window(shape), shape, output, index[2:], channel)
        inputs = grid.of(step.inputs[0])[0]
        _, rows, columns = grid.axes
        return Cell(inputs, grad_y[number], rows, columns, channel, number)


class Table(Conv):
    """TableConv2d: a filter sees the maps that its table names."""

    def channels(self, layer: layers.TableConv2d, group: Group, number: int) -> Indices:
        """The table's, in order."""
        return np.sort(np.array(layer.table[number]))

    def filters(self, layer: layers.TableConv2d, group: Group, channel: int) -> Indices:
        """Those that name the channel; there may be none."""
        named = [number for number, seen in enumerate(layer.table) if channel in seen]
        return np.array(named, np.int64)


def under_cell(window: Any, shape: Shape, output: Shape, cell: Shape, channel: int) -> Grid:
    """What lies under one cell of the kernel, at all places."""
    sides = window.sides(*shape[1:])
    rows, columns = (
        np.arange(output[axis + 1]) * window.stride[axis]
        - sides[axis][0]
        + window.dilation[axis] * cell[axis]
        for axis in (0, 1)
    )
    return Grid((np.array([channel]), rows, columns))


KINDS: dict[type[layers.Layer], Kind] = {layers.Conv2d: Conv(), layers.TableConv2d: Table()}
