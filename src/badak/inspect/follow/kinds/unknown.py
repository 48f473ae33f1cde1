"""A layer that no table has: what it sees, and the gradient that it passes back."""

from collections.abc import Sequence
from typing import Any

from badak.arrays import Shape
from badak.inspect.follow.grid import Box, Grid, whole
from badak.inspect.follow.kinds.kind import Kind, Recipe
from badak.inspect.follow.kinds.window import box_under, size_of
from badak.inspect.follow.step import Step

MOST = 4096  # numbers that are worth showing


class Unknown(Kind):
    """A user's own layer: by place if it keeps the places, else all may be seen."""

    how = "unknown"

    def sees(self, layer: Any, shapes: Sequence[Shape], output: Shape, box: Box) -> list[Box]:
        """What `badak.network.receptive` says of such a layer, of all channels."""
        return [self._seen(layer, shape, output, box) for shape in shapes]

    def _seen(self, layer: Any, shape: Shape, output: Shape, box: Box) -> Box:
        window = layer.window(shape)
        if window is not None and len(shape) == 3:
            return box_under(window, size_of(shape), box, (0, shape[0]))
        if shape == output or (len(shape) == len(output) == 3 and shape[1:] == output[1:]):
            return whole(shape)[:1] + box[1:] if len(shape) == 3 else box
        return whole(shape)

    def forward(self, step: Step, index: Shape) -> Recipe:
        """The value, and all inputs unless they are too many to show."""
        few = len(step.inputs) == 1 and step.inputs[0].size <= MOST
        return Recipe("value", {}, Grid.whole(step.shapes[0]) if few else None)

    def back(self, step: Step, end: int, index: Shape) -> Recipe:
        """The gradient that its own backward gives."""
        return Recipe("gradient")
