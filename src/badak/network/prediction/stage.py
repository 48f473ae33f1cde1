"""Predicted: a whole network as a stage: native segments, and layers that run by themselves."""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from badak.arrays import Array, Shape
from badak.layers import Block, Layer
from badak.network.prediction.fuse import fused
from badak.network.prediction.graph import Operation, Value
from badak.network.prediction.lower import lowered
from badak.network.prediction.numbers import weights
from badak.network.prediction.segment import Segment
from badak.network.prediction.weights import Packed, Weights
from badak.network.stages import Gradients, Stage
from badak.ops import edition


class Segments:
    """A network's segments, and the layers between them; what plans of all batch sizes share."""

    def __init__(self, layers: Mapping[str, Layer], input_shape: Shape, watch: Any) -> None:
        self.graph = lowered(layers, input_shape)
        fused(self.graph)
        self.parts: list[Segment | Operation] = []
        run: list[Operation] = []
        for operation in [*self.graph.operations, None]:
            if operation is not None and operation.kind != "layer":
                run.append(operation)
                continue
            if run:
                self.parts.append(Segment(run))
            run = []
            if operation is not None:
                self.parts.append(operation)
        self.filters = [
            (part, operation)
            for part in self.parts
            if isinstance(part, Segment)
            for operation in part.filters()
        ]
        self.weights = Weights(watch, self._pack)

    def _pack(self, number: int, images: int) -> Any:
        part, operation = self.filters[number]
        return part.packed(operation, images, *weights(operation))


class Predicted(Stage):
    """All layers of a network in prediction, for batches of one size."""

    def __init__(self, segments: Segments, count: int, direct: bool = True) -> None:
        self.segments = segments
        parts = segments.parts
        # Whether one native call is all, so that it can read the images where they are.
        self.direct = direct and len(parts) == 1 and isinstance(parts[0], Segment)
        self.layouts = {
            part: part.layout(count, self.direct) for part in parts if isinstance(part, Segment)
        }
        self.at_once = tuple(
            images for layout in self.layouts.values() for images in layout.at_once()
        )
        self.programs: list[Any] = []
        self.packed: Packed = []

    def refresh(self) -> None:
        """Use other weights if they changed."""
        packed = self.segments.weights.current(self.at_once)
        if packed is not self.packed:
            self.packed = packed
            for program in self.programs:
                program.use(packed)

    def forward(self, x: Array) -> Array:
        """All parts; the calls stay good for this batch size.

        If it is `direct`, nothing is computed yet: `run_on` writes to the array that is returned.
        """
        graph = self.segments.graph
        arrays: dict[Value, Array] = {graph.input: x}
        self.programs, filters = [], 0
        for part in self.segments.parts:
            if isinstance(part, Operation):
                arrays[part.makes] = _by_layer(part, [arrays[value] for value in part.reads])
                continue
            for value in part.makes:
                shape = len(x), *value.shape
                arrays[value] = edition.pixels().room(math.prod(shape)).reshape(shape)
            layout = self.layouts[part]
            program = layout.program([arrays[one] for one in (*part.reads, *part.makes)], filters)
            filters += len(layout.makes)
            program.use(self.packed)
            self.programs.append(program)
            if not self.direct:
                program.run()
        return arrays[graph.output].reshape(len(x), *graph.output_shape)

    def run_on(self, images: Array) -> bool:
        """Run after `forward` built it; whether all numbers of the images are finite."""
        finite: bool = self.programs[0].run_on(images)
        return finite

    def backward(self, grad_y: Array, need_grad_x: bool) -> tuple[Array | None, Gradients]:
        """No way back."""
        raise NotImplementedError


def _by_layer(operation: Operation, values: list[Array]) -> Array:
    """A layer's own output."""
    (layer,) = operation.layers
    *reads, _ = operation.shapes
    seen = [value.reshape(len(value), *shape) for value, shape in zip(values, reads, strict=True)]
    y = layer.join(seen)[0] if isinstance(layer, Block) else layer.forward(seen[0], False)[0]
    return np.asarray(y)
