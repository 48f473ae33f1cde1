"""The table of a network: shapes with their formula, parameters, FLOPs, bytes, receptive fields.

All by arithmetic on shapes; nothing runs.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from badak import notebook, terminal
from badak.arrays import Shape
from badak.layers import Block, Layer
from badak.layers.walk import INPUT, Visit, walk
from badak.network.receptive import receptive_fields

if TYPE_CHECKING:
    from rich.console import Group


@dataclass(frozen=True)
class Row:
    """One layer's numbers.

    Attributes:
        name: in the network.
        kind: the layer's class.
        formula: the output-size formula with its numbers, if a window slides.
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

    @classmethod
    def of(cls, visit: Visit[Shape], receptive_field: tuple[int, int], itemsize: int) -> "Row":
        """Work out one layer's numbers; a block's are those of its joining alone."""
        layer, shape = visit.layer, visit.input
        if isinstance(layer, Block):
            parameters, flops = 0, layer.joining_flops(visit.output)
        else:
            parameters, flops = layer.parameter_count(), layer.flops(shape)
        return cls(
            name=visit.name,
            kind=type(layer).__name__,
            formula=_formula(layer, shape),
            output_shape=visit.output,
            parameters=parameters,
            flops=flops,
            backward_flops=flops * ((visit.source != INPUT) + bool(parameters)),
            bytes=itemsize * (parameters + int(np.prod(visit.output, dtype=object))),
            receptive_field=receptive_field,
        )


@dataclass(frozen=True)
class Summary:
    """A network's rows and sums; ``str()`` draws the table, rich prints it as its own.

    Attributes:
        input_shape: (C, H, W).
        rows: one per layer; a block's is its joining alone, and those inside come before it.
    """

    input_shape: Shape
    rows: tuple[Row, ...]

    @classmethod
    def of(cls, layers: Mapping[str, Layer], input_shape: Shape, dtype: Any) -> "Summary":
        """Work the rows out from built layers."""
        fields, itemsize = receptive_fields(layers, input_shape), np.dtype(dtype).itemsize
        rows = (
            Row.of(visit, fields[visit.name].size, itemsize) for visit in walk(layers, input_shape)
        )
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
        return terminal.table(**self._table())

    def _repr_html_(self) -> str:
        return notebook.table(**self._table())

    def __str__(self) -> str:
        return terminal.render(self)

    def _table(self) -> dict[str, Any]:
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
        sums = [f"{self.parameters:,}", terminal.short(self.flops), terminal.short(self.bytes)]
        return {
            "title": f"Input {_times(self.input_shape)}; FLOPs and bytes for one image",
            "columns": columns,
            "rows": rows,
            "footer": ["all", "", "", "", *sums, ""],
            "numbers": ("Params", "FLOPs", "Bytes", "Output", "Sees"),
        }


def _formula(layer: Layer, shape: Shape) -> str:
    """The output size's; once if it is the same for rows and columns."""
    window = layer.window(shape)
    if window is None:
        return ""
    return "\n".join(dict.fromkeys(window.formula(axis, shape[axis + 1]) for axis in (0, 1)))


def _times(shape: Shape) -> str:
    return "x".join(str(size) for size in shape)
