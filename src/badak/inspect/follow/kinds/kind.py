"""Kind: what one kind of layer says about its numbers; Recipe: how one of them is computed."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

from badak.arrays import Array, Indices, Shape
from badak.inspect.follow.grid import Box, Grid
from badak.inspect.follow.step import Step

How = Literal["sum", "max", "function", "statistics", "join", "copy", "distance", "unknown"]


@dataclass(frozen=True)
class Recipe:
    """How one number is computed from a grid of others, forward or backward.

    Attributes:
        formula: of the names in `numbers`, and of "total", the sum of all products.
        numbers: what the formula names, other than "total".
        grid: the numbers that it is computed from; None if they are no grid of one layer.
        weights: what they are multiplied by; an array that the grid's shape broadcasts.
        products: if they are not numbers times weights.
        sources: of an input from which it takes one number alone: which one.
        matrix: rows and columns of the im2col matrix under the grid's rows and columns.
    """

    formula: str
    numbers: Mapping[str, float] = field(default_factory=dict)
    grid: Grid | None = None
    weights: Array | None = None
    products: Array | None = None
    sources: Mapping[int, Shape] = field(default_factory=dict)
    matrix: tuple[Indices, Indices] | None = None


@dataclass(frozen=True)
class Cell:
    """What a parameter's gradient is the sum over.

    Attributes:
        inputs: what the parameter is multiplied by, at each place.
        gradients: of the outputs there.
        rows: of the input under each row of places; None if there are no places.
        columns: likewise.
        channel: of the input.
        filter: of the output.
    """

    inputs: Array
    gradients: Array
    rows: Indices | None
    columns: Indices | None
    channel: int
    filter: int


class Kind(ABC):
    """One record per kind of layer; methods take the layer, or its `Step`.

    Attributes:
        how: in which way numbers are computed, forward and backward.
    """

    how: ClassVar[How]

    @abstractmethod
    def sees(self, layer: Any, shapes: Sequence[Shape], output: Shape, box: Box) -> list[Box]:
        """Of each input, the box from which the output's `box` is computed."""

    @abstractmethod
    def forward(self, step: Step, index: Shape) -> Recipe:
        """How one number of the output is computed from the input."""

    @abstractmethod
    def back(self, step: Step, end: int, index: Shape) -> Recipe:
        """How one number's gradient is computed from the output's: one of input number `end`.

        The grid is of outputs, the weights their slopes; "gradient" in the formula is theirs.
        """

    def cell(self, step: Step, key: str, index: Shape, grad_y: Array) -> Cell | None:
        """The sum that is the gradient of one cell of a parameter; None if it is no such sum."""
        return None


class OneByOne(Kind):
    """Kinds that read one place for each place of their output."""

    def sees(self, layer: Any, shapes: Sequence[Shape], output: Shape, box: Box) -> list[Box]:
        """The same box."""
        return [box for _ in shapes]
