"""What flows through an ONNX graph that is read, and the layers that make it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from badak.arrays import Array, Shape
from badak.layers import Layer

# How files lay out maps: as badak does, and as TensorFlow does, with the channels last.
CHANNELS_FIRST, CHANNELS_LAST = (0, 1, 2), (1, 2, 0)


@dataclass(frozen=True)
class Loaded:
    """A layer, and the arrays that it and what it holds need: one dict for each leaf, in order."""

    layer: Layer
    arrays: tuple[dict[str, Array], ...] = ({},)


@dataclass(frozen=True)
class Value:
    """What flows through the network: one array per image.

    Attributes:
        name: in the file.
        shape: of one image as badak holds it: (C, H, W), or (D,).
        sources: names of the values that it is computed from; several if paths join.
        layers: those that make it from its one source.
        joins: "Add", "Mul" or "Concat" if paths join.
        uses: how many nodes take it.
        axes: which axis of `shape` each axis of the file's array is, after that of the images; the
            file may leave out an axis of size 1.
        order: (C, H, W) if the file laid it out in a row as (H, W, C).
        probabilities: whether a softmax computed it, which badak leaves to `predict_proba` and
            the loss; its sources are then the logits.
        groups: of channels, if the file has maps as (groups, numbers of each); else 0.
    """

    name: str
    shape: Shape
    sources: tuple[str, ...] = ()
    layers: tuple[Loaded, ...] = ()
    joins: str = ""
    uses: int = 1
    axes: tuple[int, ...] = CHANNELS_FIRST
    order: Shape | None = None
    probabilities: bool = False
    groups: int = 0

    @property
    def file_shape(self) -> Shape:
        """Of one image as the file holds it."""
        if self.groups:
            return self.groups, len(self) // self.groups * self.places
        return tuple(self.shape[axis] for axis in self.axes)

    @property
    def wide(self) -> list[int]:
        """Those of `axes` whose size is not 1."""
        return [axis for axis in self.axes if self.shape[axis] != 1]

    @property
    def mixed(self) -> bool:
        """Whether the file's order of numbers is another than badak's."""
        return self.order is not None or self.wide != sorted(self.wide)

    def laid(self, sizes: Sequence[int]) -> tuple[int, ...] | None:
        """The axes of an array of these sizes that has the same numbers in the same order, or None.

        Only axes of size 1 may then come, go and move, which computes nothing.
        """
        if [size for size in sizes if size != 1] != [self.shape[axis] for axis in self.wide]:
            return None
        for layout in (CHANNELS_FIRST, CHANNELS_LAST) if len(self.shape) == 3 else ():
            same = replace(self, axes=layout)
            if same.file_shape == tuple(sizes) and same.wide == self.wide:
                return layout
        wide = iter(self.wide)
        narrow = (axis for axis, size in enumerate(self.shape) if size == 1)
        axes = tuple(next(narrow if size == 1 else wide, -1) for size in sizes)
        return None if -1 in axes else axes

    @property
    def rows(self) -> bool:
        """Whether it is rows, but not the channels of maps of one place."""
        return len(self.axes) == 1 and (len(self.shape) == 1 or self.axes != (0,))

    @property
    def places(self) -> int:
        """Rows times columns."""
        return int(np.prod(self.shape[1:], dtype=object))

    @property
    def last(self) -> Loaded | None:
        """The layer that makes it, if nothing but the next node takes it."""
        return self.layers[-1] if self.layers and self.uses == 1 else None

    def with_last(self, last: Loaded) -> "Value":
        """The same value made by another last layer."""
        return replace(self, layers=(*self.layers[:-1], last))

    def __len__(self) -> int:
        return self.shape[0]
