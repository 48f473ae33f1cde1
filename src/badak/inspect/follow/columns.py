"""explain_columns: one number of a convolution, as im2col and a matrix product compute it.

Letters: a group has Cg channels and Fg filters of KH x KW; R = Cg * KH * KW; OH x OW places.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike

from badak.arrays import Array, Indices, Shape
from badak.inspect.features.filters import convolution, filters_of
from badak.inspect.follow.grid import Grid
from badak.inspect.follow.kinds.conv import Group, group_of
from badak.inspect.follow.kinds.window import size_of, under
from badak.inspect.follow.step import Step, checked_index, steps
from badak.inspect.subject import one_image
from badak.layers.walk import run
from badak.network import Network

MOST = 64  # rows and columns of the excerpts


@dataclass(frozen=True)
class ExplainedColumns:
    """``filters (Fg, R) @ matrix (R, OH * OW)``, of which one cell is the number, without bias.

    Attributes:
        layer: the convolution's name.
        index: (channel, y, x) of the number.
        value: the layer's own output there: ``total + bias``.
        total: cell [row, column] of the product.
        bias: what is added to it; 0 if the layer has none.
        group: which group of channels and filters; each has a product of its own.
        row: of filters and product: the filter's number in its group.
        column: of matrix and product: ``y * OW + x``.
        places: (OH, OW).
        matrix_shape: (R, OH * OW).
        filters_shape: (Fg, R).
        patch: (R,) the column of the matrix.
        filter: (R,) the row of the filters.
        products: (R,).
        pixels: (R, 3) channel, row and column of the input that each entry of the column copies;
            rows and columns off the map are padding.
        first_row: the first row of the excerpt of filters and product.
        first_column: the first column of the excerpt of matrix and product.
        matrix: (R, n), n at most 64: the columns from `first_column`.
        filters: (m, R), m at most 64: the rows from `first_row`.
        product: (m, n).
    """

    layer: str
    index: Shape
    value: float
    total: float
    bias: float
    group: int
    row: int
    column: int
    places: tuple[int, int]
    matrix_shape: tuple[int, int]
    filters_shape: tuple[int, int]
    patch: Array = field(repr=False)
    filter: Array = field(repr=False)
    products: Array = field(repr=False)
    pixels: Indices = field(repr=False)
    first_row: int
    first_column: int
    matrix: Array = field(repr=False)
    filters: Array = field(repr=False)
    product: Array = field(repr=False)


def explain_columns(
    net: Network, image: ArrayLike, layer: str, index: Sequence[int]
) -> ExplainedColumns:
    """Take one number of a convolution apart as im2col computes it: a row times a column.

    Args:
        net: the network.
        image: (C, H, W): float, or uint8 in 0..255.
        layer: name of a convolution layer; inside a block ``"block1.conv1"``.
        index: (channel, y, x) in its output.

    Raises:
        BadakError: no such convolution or place, or an image that does not fit.

    Source: Chellapilla et al. 2006; the book's chapter 7.4, which lays columns as rows.

    Example:
        >>> from badak import ops
        >>> from badak.models import SimpleConvNet
        >>> image = np.random.default_rng(0).random((1, 28, 28), np.float32)
        >>> step = explain_columns(SimpleConvNet(), image, "conv1", (3, 1, 5))
        >>> step.row, step.column, step.matrix_shape
        (3, 29, (25, 576))
        >>> bool((ops.im2col(image[None], 5)[0][:, step.column] == step.patch).all())
        True
    """
    convolution(net, layer)
    images = one_image(net, image)
    visits = steps(images, run(net.layers, images))
    step = next(step for step in visits if step.name == layer)
    index = checked_index(index, step.output.shape)
    (shape,), output = step.shapes, step.output.shape
    group = group_of(step.layer, shape[0], output[0], filter=index[0])
    weight = filters_of(step.layer)[group.filters.start : group.filters.stop]
    filters = weight.reshape(len(weight), -1)  # (Fg, Cg, KH, KW) -> (Fg, R)
    row, column = index[0] - group.filters.start, index[1] * output[2] + index[2]
    count = output[1] * output[2]
    first_row, first_column = _first(row, len(filters)), _first(column, count)
    shown = range(first_column, min(first_column + MOST, count))
    matrix = np.stack([_patch(step, group, number)[0] for number in shown], axis=1)
    patch, pixels = _patch(step, group, column)
    products = patch * filters[row]
    bias = step.layer.parameters.get("bias")
    rows = filters[first_row : first_row + MOST]
    return ExplainedColumns(
        layer=layer,
        index=index,
        value=float(step.output[index]),
        total=float(products.sum(dtype=np.float64)),
        bias=0.0 if bias is None else float(bias[index[0]]),
        group=group.number,
        row=row,
        column=column,
        places=size_of(output),
        matrix_shape=(filters.shape[1], count),
        filters_shape=(len(filters), filters.shape[1]),
        patch=patch,
        filter=filters[row],
        products=products,
        pixels=pixels,
        first_row=first_row,
        first_column=first_column,
        matrix=matrix,
        filters=rows,
        product=rows @ matrix,
    )


def _first(place: int, count: int) -> int:
    """Where an excerpt begins that has a place in its middle, as far as there are others."""
    return min(max(place - MOST // 2, 0), max(count - MOST, 0))


def _patch(step: Step, group: Group, column: int) -> tuple[Array, Indices]:
    """One column of the im2col matrix (R,), and where in the input its entries lie (R, 3)."""
    (shape,) = step.shapes
    place = divmod(column, step.output.shape[2])
    grid: Grid = under(step.layer.window(shape), size_of(shape), place, np.array(group.channels))
    lines = np.meshgrid(*grid.axes, indexing="ij")
    pixels = np.stack([line.reshape(-1) for line in lines], axis=1)
    return grid.of(step.inputs[0]).reshape(-1), pixels
