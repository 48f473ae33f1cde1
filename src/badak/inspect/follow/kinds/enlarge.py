"""Upsample: each number is a weighted sum of up to four."""

from collections.abc import Sequence

import numpy as np

from badak import layers
from badak.arrays import Array, Indices, Shape
from badak.inspect.follow.grid import Box, Grid
from badak.inspect.follow.kinds.kind import Kind, Recipe
from badak.inspect.follow.step import Step
from badak.ops.between import Between


class Interpolated(Kind):
    """Rows and columns between neighbours, or repeated."""

    how = "sum"

    def sees(
        self, layer: layers.Upsample, shapes: Sequence[Shape], output: Shape, box: Box
    ) -> list[Box]:
        """From the first row's neighbours to the last row's; rows beyond the map have none."""
        spans = []
        for axis, (first, stop) in enumerate(box[1:]):
            shares = _shares(layer, shapes[0], axis)
            seen = np.flatnonzero(shares[max(first, 0) : stop].any(axis=0))
            spans.append((int(seen[0]), int(seen[-1]) + 1) if seen.size else (0, 0))
        return [(box[0], *spans)]

    def forward(self, step: Step, index: Shape) -> Recipe:
        """The neighbours, each times its share."""
        lines = [_shares(step.layer, step.shapes[0], axis)[index[axis + 1]] for axis in (0, 1)]
        return Recipe("total", {}, *_crossing(step, index[0], lines))

    def back(self, step: Step, end: int, index: Shape) -> Recipe:
        """The outputs that took a share of it."""
        lines = [_shares(step.layer, step.shapes[0], axis)[:, index[axis + 1]] for axis in (0, 1)]
        return Recipe("total", {}, *_crossing(step, index[0], lines))


def _crossing(step: Step, channel: int, lines: list[Array]) -> tuple[Grid, Array]:
    """Where both shares are above 0, and their products."""
    rows, columns = (np.flatnonzero(line) for line in lines)
    weights = np.multiply.outer(lines[0][rows], lines[1][columns])
    grid = Grid((np.array([channel]), rows, columns))
    return grid, weights[None].astype(step.output.dtype)


def _shares(layer: layers.Upsample, shape: Shape, axis: int) -> Array:
    """(OH, H) or (OW, W): the share of each input row in each output row."""
    between = Between.of(shape[axis + 1], layer.factors[axis], layer.mode, layer.align_corners)
    places: Indices = np.arange(len(between.first))
    shares = np.zeros((len(places), shape[axis + 1]))
    shares[places, between.second] += between.share
    shares[places, between.first] += 1 - between.share
    return shares


KINDS: dict[type[layers.Layer], Kind] = {layers.Upsample: Interpolated()}
