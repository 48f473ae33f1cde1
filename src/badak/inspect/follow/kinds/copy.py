"""Layers that move numbers and compute nothing."""

from abc import abstractmethod
from collections.abc import Sequence
from typing import Any

import numpy as np

from badak import layers
from badak.arrays import Shape
from badak.inspect.follow.grid import Box, Grid
from badak.inspect.follow.kinds.kind import Kind, Recipe
from badak.inspect.follow.kinds.window import box_under, size_of
from badak.inspect.follow.step import Step

Place = tuple[int, Shape]


class Copy(Kind):
    """A number of the output is one of the input, or 0."""

    how = "copy"

    @abstractmethod
    def origin(self, layer: Any, shapes: Sequence[Shape], index: Shape) -> Place | None:
        """Which input, and where in it; None if it is a zero that the layer adds."""

    @abstractmethod
    def goal(self, layer: Any, shapes: Sequence[Shape], end: int, index: Shape) -> Shape | None:
        """Where a number of an input goes; None if it is left out."""

    def sees(self, layer: Any, shapes: Sequence[Shape], output: Shape, box: Box) -> list[Box]:
        """The same box."""
        return [box for _ in shapes]

    def forward(self, step: Step, index: Shape) -> Recipe:
        """The number itself."""
        origin = self.origin(step.layer, step.shapes, index)
        if origin is None or not Grid.at(origin[1]).inside(step.shapes[origin[0]]).all():
            return Recipe("0")
        end, place = origin
        return Recipe("x", {"x": float(step.inputs[end][place])}, sources={end: place})

    def back(self, step: Step, end: int, index: Shape) -> Recipe:
        """The gradient itself, or 0 if the number was left out."""
        goal, shape = self.goal(step.layer, step.shapes, end, index), step.output.shape
        if goal is None or not Grid.at(goal).inside(shape).all():
            nowhere = Grid(tuple(np.empty(0, np.int64) for _ in shape))
            return Recipe("0", {}, nowhere, np.empty(nowhere.shape, step.output.dtype))
        grid = Grid.at(goal)
        return Recipe("gradient", {}, grid, np.ones(grid.shape, step.output.dtype))


class Same(Copy):
    """Dropout, which does nothing in prediction, and the end of a Graph."""

    def origin(self, layer: Any, shapes: Sequence[Shape], index: Shape) -> Place | None:
        """The same place."""
        return 0, index

    def goal(self, layer: Any, shapes: Sequence[Shape], end: int, index: Shape) -> Shape | None:
        """The same place."""
        return index


class Flat(Copy):
    """Flatten: maps one after another, each row by row."""

    def origin(self, layer: Any, shapes: Sequence[Shape], index: Shape) -> Place | None:
        """Channel, row and column."""
        return 0, _place(index[0], shapes[0])

    def goal(self, layer: Any, shapes: Sequence[Shape], end: int, index: Shape) -> Shape | None:
        """Its number in the row."""
        return (int(np.ravel_multi_index(index, shapes[0])),)

    def sees(self, layer: Any, shapes: Sequence[Shape], output: Shape, box: Box) -> list[Box]:
        """From the first unit's place to the last's: whole rows, or maps, if there are several."""
        ((first, stop),), (shape,) = box, shapes
        begin, end, spans = _place(first, shape), _place(stop - 1, shape), []
        for axis, size in enumerate(shape):
            same = begin[:axis] == end[:axis]
            spans.append((begin[axis], end[axis] + 1) if same else (0, size))
        return [tuple(spans)]


def _place(number: int, shape: Shape) -> Shape:
    return tuple(int(place) for place in np.unravel_index(number, shape))


class Beside(Copy):
    """Concat: the channels of one input after those of another."""

    def origin(self, layer: Any, shapes: Sequence[Shape], index: Shape) -> Place | None:
        """The input whose channel it is."""
        for end, first in enumerate(_firsts(shapes)):
            if index[0] < first + shapes[end][0]:
                return end, (index[0] - first, *index[1:])
        return None

    def goal(self, layer: Any, shapes: Sequence[Shape], end: int, index: Shape) -> Shape | None:
        """As many channels later."""
        return (index[0] + _firsts(shapes)[end], *index[1:])

    def sees(self, layer: Any, shapes: Sequence[Shape], output: Shape, box: Box) -> list[Box]:
        """Of each input its own channels; there may be none."""
        (first, stop), *places = box
        return [
            ((max(first - before, 0), min(stop - before, shape[0])), *places)
            for before, shape in zip(_firsts(shapes), shapes, strict=True)
        ]


def _firsts(shapes: Sequence[Shape]) -> list[int]:
    return [sum(shape[0] for shape in shapes[:end]) for end in range(len(shapes))]


class Slice(Copy):
    """ChannelSlice: some of the channels."""

    def origin(self, layer: Any, shapes: Sequence[Shape], index: Shape) -> Place | None:
        """So many channels later."""
        return 0, (index[0] + layer.start, *index[1:])

    def goal(self, layer: Any, shapes: Sequence[Shape], end: int, index: Shape) -> Shape | None:
        """So many channels earlier."""
        return (index[0] - layer.start, *index[1:])

    def sees(self, layer: Any, shapes: Sequence[Shape], output: Shape, box: Box) -> list[Box]:
        """So many channels later."""
        (first, stop), *places = box
        return [((first + layer.start, stop + layer.start), *places)]


class Shuffle(Copy):
    """ChannelShuffle: the channels in another order."""

    def origin(self, layer: Any, shapes: Sequence[Shape], index: Shape) -> Place | None:
        """Channel number i of group g comes from place i * groups + g."""
        within, group = divmod(index[0], layer.groups)
        return 0, (group * (shapes[0][0] // layer.groups) + within, *index[1:])

    def goal(self, layer: Any, shapes: Sequence[Shape], end: int, index: Shape) -> Shape | None:
        """The other way round."""
        group, within = divmod(index[0], shapes[0][0] // layer.groups)
        return (within * layer.groups + group, *index[1:])

    def sees(self, layer: Any, shapes: Sequence[Shape], output: Shape, box: Box) -> list[Box]:
        """From the first of the box's channels to the last."""
        (first, stop), *places = box
        seen = [
            (self.origin(layer, shapes, (channel,)) or (0, ()))[1] for channel in range(first, stop)
        ]
        return [((min(seen)[0], max(seen)[0] + 1), *places)]


class Strided(Copy):
    """Widen2d and ZeroPad2d: places that a window of one cell lies on."""

    def origin(self, layer: Any, shapes: Sequence[Shape], index: Shape) -> Place | None:
        """What lies under the window."""
        (shape,) = shapes
        window = layer.window(shape)
        sides = window.sides(*shape[1:])
        places = [index[axis + 1] * window.stride[axis] - sides[axis][0] for axis in (0, 1)]
        return 0, (index[0], *places)

    def goal(self, layer: Any, shapes: Sequence[Shape], end: int, index: Shape) -> Shape | None:
        """The window's place, if it stops here."""
        (shape,) = shapes
        window = layer.window(shape)
        sides = window.sides(*shape[1:])
        moved = [index[axis + 1] + sides[axis][0] for axis in (0, 1)]
        places = [divmod(place, window.stride[axis]) for axis, place in enumerate(moved)]
        return None if any(rest for _, rest in places) else (index[0], *(at for at, _ in places))

    def sees(self, layer: Any, shapes: Sequence[Shape], output: Shape, box: Box) -> list[Box]:
        """What lies under the windows; of added channels nothing."""
        (shape,) = shapes
        channels = box[0][0], min(box[0][1], shape[0])
        return [box_under(layer.window(shape), size_of(shape), box, channels)]


KINDS: dict[type[layers.Layer], Kind] = {
    layers.Dropout: Same(),
    layers.Graph: Same(),
    layers.Flatten: Flat(),
    layers.Concat: Beside(),
    layers.ChannelSlice: Slice(),
    layers.ChannelShuffle: Shuffle(),
    layers.Widen2d: Strided(),
    layers.ZeroPad2d: Strided(),
}
