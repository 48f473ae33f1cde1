"""The table of a network: shapes with their formula, parameters, FLOPs, bytes, receptive fields.

All by arithmetic on shapes; nothing runs.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from badak import terminal
from badak.arrays import Shape
from badak.layers import Layer, Linear, Residual

if TYPE_CHECKING:
    from rich.console import Group


@dataclass(frozen=True)
class Row:
    """One layer's numbers.

    Attributes:
        name: in the network.
        kind: the layer's class.
        formula: the output-size formula with its numbers, where a window slides.
        output_shape: of one image.
        parameters: how many numbers training changes.
        flops: of one image's forward pass; a multiply-add counts as two.
        backward_flops: of its backward pass in training: as many again for the gradient of the
            input, which the first layer does not need, and for that of the parameters.
        bytes: of the parameters and of one image's output.
        receptive_field: rows and columns of the network's input that one output can see.
    """

    name: str
    kind: str
    formula: str
    output_shape: Shape
    parameters: int
    flops: int
    backward_flops: int
    bytes: int
    receptive_field: tuple[int, int]


@dataclass(frozen=True)
class Summary:
    """A network's rows and sums; ``str()`` draws the table, rich prints it as its own.

    Attributes:
        input_shape: (C, H, W).
        rows: one a layer; before a block's, which is its sum's, those of the layers inside.
    """

    input_shape: Shape
    rows: tuple[Row, ...]

    @classmethod
    def of(cls, layers: Mapping[str, Layer], input_shape: Shape, dtype: Any) -> "Summary":
        """Work the rows out from built layers.

        The receptive field grows by (covered - 1) times the distance between neighbours, which
        each stride multiplies (Araujo et al. 2019, section 2).
        """
        rows: list[Row] = []
        reach = _Reach(input_shape, (1, 1), (1, 1))
        for name, layer in layers.items():
            itemsize, first = np.dtype(dtype).itemsize, not rows
            more, reach = _walk(name, layer, reach, input_shape, itemsize, first)
            rows += more
        return cls(input_shape, tuple(rows))

    @property
    def parameters(self) -> int:
        """How many numbers training changes, in all."""
        return sum(row.parameters for row in self.rows)

    @property
    def flops(self) -> int:
        """Floating-point operations of one image's forward pass, in all."""
        return sum(row.flops for row in self.rows)

    @property
    def training_flops(self) -> int:
        """Floating-point operations of one image's forward and backward pass, in all."""
        return self.flops + sum(row.backward_flops for row in self.rows)

    @property
    def bytes(self) -> int:
        """Bytes of the parameters and of all outputs of one image."""
        return sum(row.bytes for row in self.rows)

    def __rich__(self) -> "Group":
        columns = ["Layer", "Kind", "Size", "Output", "Params", "FLOPs", "Bytes", "Sees"]
        rows = [
            [
                row.name,
                row.kind,
                row.formula.replace(" ", ""),
                _times(row.output_shape),
                f"{row.parameters:,}" if row.parameters else "",
                terminal.short(row.flops),
                terminal.short(row.bytes),
                _times(row.receptive_field),
            ]
            for row in self.rows
        ]
        footer = [
            "all",
            "",
            "",
            "",
            f"{self.parameters:,}",
            terminal.short(self.flops),
            terminal.short(self.bytes),
        ]
        return terminal.table(
            f"Input {_times(self.input_shape)}; FLOPs and bytes for one image",
            columns,
            rows,
            footer=[*footer, ""],
            numbers=("Params", "FLOPs", "Bytes", "Output", "Sees"),
        )

    def __str__(self) -> str:
        return terminal.render(self)


class _Reach(NamedTuple):
    """Where a walk through the layers stands.

    Attributes:
        shape: of what comes in.
        sees: rows and columns of the network's input that one value of it can see.
        apart: how far in the network's input two neighbours of it lie apart.
    """

    shape: Shape
    sees: tuple[int, int]
    apart: tuple[int, int]

    def behind(self, layer: Layer, input_shape: Shape) -> "_Reach":
        """Behind a layer of a network for such images."""
        sees, apart, window = self.sees, self.apart, layer.window(self.shape)
        if window is not None:
            (rows, columns), (down, right) = window.covers, window.stride
            sees = sees[0] + (rows - 1) * apart[0], sees[1] + (columns - 1) * apart[1]
            apart = apart[0] * down, apart[1] * right
        elif isinstance(layer, Linear):
            sees = max(sees[0], input_shape[1]), max(sees[1], input_shape[2])
        return _Reach(layer.output_shape(self.shape), sees, apart)


def _walk(
    name: str, layer: Layer, reach: _Reach, input_shape: Shape, itemsize: int, first: bool
) -> tuple[list[Row], _Reach]:
    """The rows of one layer, for a block those of the layers inside and its sum's; what follows."""
    inside: list[Row] = []
    behind = reach.behind(layer, input_shape)
    if isinstance(layer, Residual):
        for path, layers in layer.paths:
            end = reach
            for place, (key, one) in enumerate(layers.items()):
                at_start = first and place == 0
                rows, end = _walk(f"{name}.{path}{key}", one, end, input_shape, itemsize, at_start)
                inside += rows
            sees = max(behind.sees[0], end.sees[0]), max(behind.sees[1], end.sees[1])
            behind = _Reach(end.shape, sees, end.apart)
    count = 0 if inside else layer.parameter_count()
    flops = layer.flops(reach.shape) - sum(row.flops for row in inside)
    row = Row(
        name=name,
        kind=type(layer).__name__,
        formula=_formula(layer, reach.shape),
        output_shape=behind.shape,
        parameters=count,
        flops=flops,
        backward_flops=flops * ((not first) + bool(count)),
        bytes=itemsize * (count + int(np.prod(behind.shape, dtype=object))),
        receptive_field=behind.sees,
    )
    return [*inside, row], behind


def _formula(layer: Layer, shape: Shape) -> str:
    """The output size's, once where rows and columns have the same."""
    window = layer.window(shape)
    if window is None:
        return ""
    return "\n".join(dict.fromkeys(window.formula(axis, shape[axis + 1]) for axis in (0, 1)))


def _times(shape: Shape) -> str:
    return "x".join(str(size) for size in shape)
