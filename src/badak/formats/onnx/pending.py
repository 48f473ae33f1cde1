"""What a graph computes that may become part of a layer: these never run.

`patterns` finds the layers that exporters wrote as several of them, folds or keeps the rest, and
lists what no layer does.
"""

from dataclasses import dataclass
from typing import Any, ClassVar, NoReturn, final

from badak.arrays import Array, Shape
from badak.layers.base import Layer
from badak.ops.window import Sides


@dataclass
class Pending(Layer):
    """A function of each number, such as Erf or Pow 2.

    Attributes:
        text: what it is.
    """

    recordable: ClassVar[bool] = False
    prefix: ClassVar[str] = "pending"
    text: str

    def output_shape(self, input_shape: Shape) -> Shape:
        """The input's own shape."""
        return input_shape

    def forward(self, x: Array, training: bool) -> NoReturn:
        """Nothing: it is replaced before a network is made."""
        raise NotImplementedError(self.text)

    def backward(self, grad_y: Array, cache: Any, need_grad_x: bool = True) -> NoReturn:
        """Nothing."""
        raise NotImplementedError(self.text)


@final
@dataclass
class Affine(Pending):
    """weight * x + bias: numbers, arrays of one per channel, or of x's shape."""

    text: str = "Affine"


@final
@dataclass
class Mean(Pending):
    """The mean along some of badak's axes."""

    text: str = "Mean"
    dims: tuple[int, ...] = (0,)

    def output_shape(self, input_shape: Shape) -> Shape:
        """The input's shape, with 1 along these axes."""
        return tuple(1 if dim in self.dims else n for dim, n in enumerate(input_shape))


@final
@dataclass
class LowPad(Pending):
    """What no maximum sees around maps: a part of the max pooling that follows.

    Attributes:
        sides: rows before and after, columns before and after.
        edge: whether it repeats the rim, which windows larger than the padding see anyway.
    """

    text: str = "padding with the lowest number, or the rim's,"
    sides: Sides = ((0, 0), (0, 0))
    edge: bool = False

    def output_shape(self, input_shape: Shape) -> Shape:
        """The input's shape with the padding."""
        channels, height, width = input_shape
        rows, columns = self.sides
        return channels, height + sum(rows), width + sum(columns)


@final
@dataclass
class Clamp(Pending):
    """What integers without negative numbers do: ReLU, unless no number is negative anyway."""

    text: str = "a smallest number of 0"


@final
@dataclass
class Crop(Pending):
    """Rows and columns cut off maps.

    Attributes:
        sides: rows before and after, columns before and after.
    """

    text: str = "cutting rows and columns off"
    sides: Sides = ((0, 0), (0, 0))

    def output_shape(self, input_shape: Shape) -> Shape:
        """The input's shape without them."""
        channels, height, width = input_shape
        rows, columns = self.sides
        return channels, height - sum(rows), width - sum(columns)
