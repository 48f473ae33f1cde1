"""Planted: a layer like badak's own, except for one planted bug."""

from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np

from badak.arrays import Array, Shape
from badak.layers import BatchNorm2d, Conv2d, Dropout, Layer, Linear, MaxPool2d, ReLU, Sigmoid
from badak.layers.base import Gradients
from badak.ops.window import IntOrPair, Window


@dataclass
class Planted(Layer):
    """Does what `right` does, unless a subclass overrides it.

    Each subclass takes the arguments of the layer it replaces in a `Network`. Its docstring says
    what is wrong, how it shows in training, and the right line.

    Attributes:
        stands_for: the class of the right layer.
        right: the right layer, with the same arguments, parameters and generator.
    """

    stands_for: ClassVar[type[Layer]]
    right: Layer = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        self.right = self.stands_for(**self.config())

    def build(self, input_shape: Shape, generator: np.random.Generator, dtype: Any) -> Shape:
        """Let the right layer create the parameters, and share them."""
        output_shape = self.right.build(input_shape, generator, dtype)
        self.parameters, self.buffers = self.right.parameters, self.right.buffers
        self.generator = self.right.generator
        return output_shape

    def output_shape(self, input_shape: Shape) -> Shape:
        """The right layer's."""
        return self.right.output_shape(input_shape)

    def forward(self, x: Array, training: bool) -> tuple[Array, Any]:
        """The right layer's."""
        return self.right.forward(x, training)

    def backward(
        self, grad_y: Array, cache: Any, need_grad_x: bool = True
    ) -> tuple[Array | None, Gradients]:
        """The right layer's."""
        return self.right.backward(grad_y, cache, need_grad_x)

    def flops(self, input_shape: Shape) -> int:
        """The right layer's."""
        return self.right.flops(input_shape)

    def window(self, input_shape: Shape) -> Window | None:
        """The right layer's."""
        return self.right.window(input_shape)


@dataclass
class PlantedConv(Planted):
    """A convolution whose backward is written out, as in the textbook."""

    prefix: ClassVar[str] = Conv2d.prefix
    stands_for: ClassVar[type[Layer]] = Conv2d
    out_channels: int
    kernel_size: IntOrPair
    stride: IntOrPair = 1
    padding: IntOrPair = 0


@dataclass
class PlantedLinear(Planted):
    """A fully connected layer."""

    prefix: ClassVar[str] = Linear.prefix
    stands_for: ClassVar[type[Layer]] = Linear
    out_features: int


@dataclass
class PlantedMaxPool(Planted):
    """A max pooling."""

    prefix: ClassVar[str] = MaxPool2d.prefix
    stands_for: ClassVar[type[Layer]] = MaxPool2d
    kernel_size: IntOrPair
    stride: IntOrPair | None = None
    padding: IntOrPair = 0


@dataclass
class PlantedReLU(Planted):
    """A ReLU."""

    prefix: ClassVar[str] = ReLU.prefix
    stands_for: ClassVar[type[Layer]] = ReLU


@dataclass
class PlantedSigmoid(Planted):
    """A sigmoid."""

    prefix: ClassVar[str] = Sigmoid.prefix
    stands_for: ClassVar[type[Layer]] = Sigmoid


@dataclass
class PlantedDropout(Planted):
    """A dropout."""

    prefix: ClassVar[str] = Dropout.prefix
    stands_for: ClassVar[type[Layer]] = Dropout
    p: float = 0.5


@dataclass
class PlantedBatchNorm(Planted):
    """A batch normalisation."""

    prefix: ClassVar[str] = BatchNorm2d.prefix
    stands_for: ClassVar[type[Layer]] = BatchNorm2d
