"""TableConv2d: a convolution whose filters see only some of the maps."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, final

import numpy as np

from badak import checks, ops
from badak.arrays import Array, Shape
from badak.errors import ArgumentTypeError, BadakError, shown
from badak.layers import initial
from badak.layers.base import Gradients, Layer, image_shape
from badak.ops.window import IntOrPair, Window

Table = Sequence[Sequence[int]]


@final
@dataclass
class TableConv2d(Layer):
    """Convolution of images (N, C, H, W) with F filters, each over the maps that a table names.

    From LeCun et al. 1998, table I: fewer connections, and filters that must learn from different
    maps. Parameters ``weight`` (F, C, KH, KW), which counts only where there is a connection, is 0
    elsewhere and stays 0 in training, and ``bias`` (F,).

    Args:
        table: for each filter, the numbers of the input's maps that it sees, from 0.
        kernel_size: rows and columns of a filter.
        weight_init: "he", "xavier" or a standard deviation, by each filter's own connections.

    Raises:
        ArgumentTypeError: a table that is not a list of lists of integers.
        BadakError: a filter that sees nothing, or one map twice; or an argument out of range.

    Example:
        >>> layer = TableConv2d([[0, 1, 2], [1], [0, 2]], kernel_size=5)
        >>> layer.build((3, 14, 14), np.random.default_rng(0), np.float32)
        (3, 10, 10)
        >>> layer.parameter_count()  # 6 connections of 25, and 3
        153
    """

    prefix: ClassVar[str] = "conv"
    table: Table
    kernel_size: IntOrPair
    weight_init: initial.WeightInit = "he"

    def __post_init__(self) -> None:
        self.table = _checked(self.table)
        self._window = Window.of(self.kernel_size)
        initial.check(self.weight_init)

    def output_shape(self, input_shape: Shape) -> Shape:
        """(C, H, W) -> (F, OH, OW)."""
        channels, height, width = image_shape(input_shape)
        last = max(map(max, self.table))
        if last >= channels:
            raise BadakError(
                f"table names map {last}, and the input has {channels}: 0 to {channels - 1}"
            )
        return (len(self.table), *self._window.output_size(height, width))

    def state_shapes(self, input_shape: Shape) -> dict[str, Shape]:
        """Those of weight and bias."""
        filters = len(self.table)
        return {"weight": (filters, input_shape[0], *self._window.kernel), "bias": (filters,)}

    def build(self, input_shape: Shape, generator: np.random.Generator, dtype: Any) -> Shape:
        """Make weight and bias; see Layer.build."""
        output_shape = self.output_shape(input_shape)
        shape = self.state_shapes(input_shape)["weight"]
        checks.memory(8 * int(np.prod(shape, dtype=object)), f"a weight {shape}")
        cells = shape[2] * shape[3]
        self._connected = np.zeros(shape, np.bool_)
        weight = np.zeros(shape, dtype)
        for number, maps in enumerate(self.table):
            self._connected[number, list(maps)] = True
            fans = len(maps) * cells, len(self.table) * cells
            own = (len(maps), *shape[2:])
            weight[number, list(maps)] = initial.weight(
                self.weight_init, own, fans, generator, dtype
            )
        self.parameters |= {"weight": weight, "bias": np.zeros(len(self.table), dtype)}
        return output_shape

    def parameter_count(self) -> int:
        """One for each cell of each connection, and one per filter."""
        return int(self._connected.sum()) + len(self.table)

    def connected_weight(self) -> Array:
        """A copy of the weight as it counts: 0 where nothing is connected."""
        return np.where(self._connected, self.parameters["weight"], 0)

    def forward(self, x: Array, training: bool) -> tuple[Array, tuple[Array, Array]]:
        """(N, C, H, W) -> (N, F, OH, OW); the cache is the input and the connected weight."""
        weight = self._where_connected(self.parameters["weight"])
        return ops.conv2d(x, weight, self.parameters["bias"]), (x, weight)

    def backward(
        self, grad_y: Array, cache: tuple[Array, Array], need_grad_x: bool = True
    ) -> tuple[Array | None, Gradients]:
        """Gradients of the input, ``weight`` (0 where nothing is connected) and ``bias``."""
        grad_x, grad_weight, grad_bias = ops.conv2d_backward(
            grad_y, *cache, need_grad_x=need_grad_x
        )
        return grad_x, {"weight": self._where_connected(grad_weight), "bias": grad_bias}

    def _where_connected(self, array: Array) -> Array:
        """The array, 0 elsewhere: a dropout that keeps the connections, as they are."""
        return ops.dropout_backward(array, self._connected, 0.0)

    def flops(self, input_shape: Shape) -> int:
        """Two for each cell of each connection at each place, and one for the bias."""
        filters, rows, columns = self.output_shape(input_shape)
        kh, kw = self._window.kernel
        return rows * columns * (2 * kh * kw * sum(map(len, self.table)) + filters)

    def window(self, input_shape: Shape) -> Window:
        """The filter's window."""
        return self._window


def _checked(table: Any) -> tuple[tuple[int, ...], ...]:
    """The table as tuples of Python's integers."""
    words = "table must hold a list of map numbers for each filter"
    if not isinstance(table, Sequence) or isinstance(table, str) or not table:
        raise ArgumentTypeError(f"{words}; got {shown(table)}")
    rows = []
    for number, maps in enumerate(table):
        if not isinstance(maps, Sequence) or isinstance(maps, str):
            raise ArgumentTypeError(f"{words}; entry {number} is {shown(maps)}")
        row = tuple(checks.integer(seen, "a map's number in table") for seen in maps)
        if not row or len(set(row)) < len(row):
            raise BadakError(
                f"table must name at least one map for each filter, and none twice; filter "
                f"{number} sees {row}"
            )
        rows.append(row)
    return tuple(rows)
