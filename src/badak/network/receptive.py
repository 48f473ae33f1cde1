"""Receptive fields: which pixels of the network's input one output of a layer can see.

Araujo, Norris and Sim 2019, *Computing receptive fields of convolutional neural networks*, section
2. All by arithmetic on shapes; nothing runs.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import reduce

from badak.arrays import Shape
from badak.layers import Block, ConvTranspose2d, Flatten, Layer, Linear
from badak.layers.walk import INPUT, walk
from badak.ops.window import Pair, Window

# Layers without a window that see more than one place even if they keep the shape.
MIXING = (Linear, ConvTranspose2d)


@dataclass(frozen=True)
class ReceptiveField:
    """The box of input pixels that each place of a layer's output sees; pairs are (rows, columns).

    Place (y, x) sees the rows from ``offset[0] + y * stride[0]``, ``size[0]`` of them, and the
    columns likewise. The box may reach beyond the image, into padding.

    Attributes:
        size: rows and columns of the box.
        stride: how far neighbouring places' boxes lie apart; 0 if all see the same.
        offset: the first row and column of place (0, 0)'s box; negative within the padding.
        places: rows and columns of the layer's output; (1, 1) if a flat layer has mixed them.
    """

    size: Pair
    stride: Pair
    offset: Pair
    places: Pair

    def box(self, y: int, x: int) -> tuple[slice, slice]:
        """Rows and columns that place (y, x) sees, as slices that may end outside the image."""
        top, left = (
            self.offset[axis] + place * self.stride[axis] for axis, place in enumerate((y, x))
        )
        return slice(top, top + self.size[0]), slice(left, left + self.size[1])

    def windowed(self, window: Window, places: Pair) -> "ReceptiveField":
        """The field of a layer that slides `window` over this one's output.

        The box grows by (covered - 1) strides, which the window's own stride then multiplies.
        """
        (top, _), (left, _) = window.sides(*self.places)
        (rows, columns), (height, width) = self.stride, window.covers
        return ReceptiveField(
            size=(self.size[0] + (height - 1) * rows, self.size[1] + (width - 1) * columns),
            stride=(rows * window.stride[0], columns * window.stride[1]),
            offset=(self.offset[0] - top * rows, self.offset[1] - left * columns),
            places=places,
        )

    def mixed(self, height: int, width: int, places: Pair) -> "ReceptiveField":
        """The field of a layer that sees all places at once, cut to the image it has to be in."""
        last = self.box(self.places[0] - 1, self.places[1] - 1)
        ends = min(last[0].stop, height), min(last[1].stop, width)
        offset = max(self.offset[0], 0), max(self.offset[1], 0)
        size = max(ends[0] - offset[0], 0), max(ends[1] - offset[1], 0)  # 0: padding alone
        return ReceptiveField(size, (0, 0), offset, places)

    def joined(self, other: "ReceptiveField", height: int, width: int) -> "ReceptiveField":
        """The field of a layer that joins to this one's output another's, place by place."""
        if (self.stride, self.places) != (other.stride, other.places):
            # The boxes drift apart, or rows come from different maps: take all that either sees.
            first, second = (field.mixed(height, width, self.places) for field in (self, other))
            return first.joined(second, height, width)
        boxes = zip(self.box(0, 0), other.box(0, 0), strict=True)
        (top, bottom), (left, right) = (
            (min(mine.start, its.start), max(mine.stop, its.stop)) for mine, its in boxes
        )
        return ReceptiveField((bottom - top, right - left), self.stride, (top, left), self.places)


def receptive_fields(layers: Mapping[str, Layer], input_shape: Shape) -> dict[str, ReceptiveField]:
    """Return every layer's receptive field, by name; in front of a block's, those inside.

    Layers that slide a window widen the field. Layers that work place by place see what the layer
    before them sees; so does Flatten, whose outputs are the places of the maps before it, and so do
    normalisations, whose statistics do not count here, as in other tools. A Linear, a transposed
    convolution, and any other layer that changes the shape count as seeing all that the places
    before them see. A block sees what any of its paths sees.

    Example:
        >>> from badak.layers import Conv2d, MaxPool2d
        >>> layers = {"conv1": Conv2d(4, 5, padding=2), "pool1": MaxPool2d(2)}
        >>> receptive_fields(layers, (1, 8, 8))["pool1"]
        ReceptiveField(size=(6, 6), stride=(2, 2), offset=(-2, -2), places=(4, 4))
    """
    _, height, width = input_shape
    fields = {INPUT: ReceptiveField((1, 1), (1, 1), (0, 0), (height, width))}
    for visit in walk(layers, input_shape):
        layer, shape = visit.layer, visit.output
        places = (shape[1], shape[2]) if len(shape) == 3 else (1, 1)
        field, *others = (fields[name] for name in visit.reads)
        window = layer.window(visit.input)
        if isinstance(layer, Block):
            field = reduce(lambda field, other: field.joined(other, height, width), others, field)
            field = replace(field, places=places)  # a gate's are those of the maps
        elif window is not None:
            field = field.windowed(window, places)
        elif isinstance(layer, MIXING) or not _by_place(layer, visit.input, shape):
            field = field.mixed(height, width, places)
        fields[visit.name] = field
    del fields[INPUT]
    return fields


def _by_place(layer: Layer, before: Shape, after: Shape) -> bool:
    """Whether each place of the output sees one place of the input."""
    maps = len(before) == len(after) == 3 and before[1:] == after[1:]
    return before == after or maps or isinstance(layer, Flatten)
