"""Step: one layer's part of a forward pass, with the numbers that it reads and makes."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from badak import checks
from badak.arrays import Array, Shape
from badak.errors import ArgumentTypeError, BadakError, shown
from badak.layers.walk import INPUT, Visit

AXES = {3: ("channel", "y", "x"), 1: ("unit",)}
PARAMETER_AXES = {4: ("filter", "channel", "row", "column"), 2: ("output", "input"), 1: ("number",)}
Axes = Mapping[int, tuple[str, ...]]


class Step(NamedTuple):
    """One layer, and arrays of one image.

    Attributes:
        name: of the layer; inside a block ``"block1.conv1"``.
        layer: the layer, whose class the table of kinds has looked up.
        reads: names of the layers whose outputs it computes from; `INPUT` is the image.
        inputs: these outputs, (C, H, W) or (D,).
        output: its own.
    """

    name: str
    layer: Any
    reads: tuple[str, ...]
    inputs: tuple[Array, ...]
    output: Array

    @property
    def shapes(self) -> list[Shape]:
        """Of the inputs."""
        return [array.shape for array in self.inputs]

    @property
    def kind(self) -> str:
        """The layer's class by name."""
        return type(self.layer).__name__


def steps(image: Array, visits: Iterable[Visit[Array]]) -> Iterator[Step]:
    """Yield the steps of visits of one image (1, C, H, W)."""
    outputs = {INPUT: image[0]}
    for visit in visits:
        outputs[visit.name] = visit.output[0]
        inputs = tuple(outputs[name] for name in visit.reads)
        yield Step(visit.name, visit.layer, visit.reads, inputs, visit.output[0])


def checked_index(index: Sequence[int], shape: Shape, names: Axes = AXES) -> Shape:
    """Return a place of an array of this shape; `names` are those of its axes.

    Raises:
        ArgumentTypeError: not a list of integers.
        BadakError: as many numbers as the shape has not, or one out of range.

    Example:
        >>> checked_index([3, 24, 0], (30, 24, 24))
        Traceback (most recent call last):
        badak.errors.BadakError: index: y must be at most 23; got 24
    """
    axes = names.get(len(shape)) or tuple(f"axis {axis}" for axis in range(len(shape)))
    if not isinstance(index, Sequence) or isinstance(index, str):
        raise ArgumentTypeError(f"index must be ({', '.join(axes)}); got {shown(index)}")
    if len(index) != len(shape):
        raise BadakError(
            f"index must be ({', '.join(axes)}) of an array of shape {shape}; got {shown(index)}"
        )
    return tuple(
        checks.integer(place, f"index: {axis}", maximum=size - 1)
        for place, axis, size in zip(index, axes, shape, strict=True)
    )
