"""Layer: what every layer is. Layers hold parameters, names and shapes; ops hold the arithmetic."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any, ClassVar

import numpy as np

from badak.arrays import Array, Shape
from badak.errors import BadakError
from badak.layers import changes
from badak.ops.window import Window

Gradients = dict[str, Array]


@dataclass
class Layer(ABC):
    """One step of a network; the fields of a concrete layer are its constructor's arguments.

    A layer keeps no memory of a forward pass: `forward` returns a cache, and `backward` takes it.
    The cache refers to the layer's input, which must not change between the two calls. Every
    constructor raises BadakError for an argument out of range, and names it.

    Attributes:
        generator: what the layer draws from in training, if it draws at all.
        frozen: whether training leaves it as it is: it then runs as in prediction; see
            `badak.Network.freeze`.
        prefix: how a network names such layers, followed by a number.
        version: how often an attribute was set; a recorded plan is good until the next time.
        recordable: whether its arithmetic is the native core's alone, so that a plan can repeat it.
    """

    prefix: ClassVar[str]
    version: ClassVar[int] = 0
    recordable: ClassVar[bool] = True
    generator: np.random.Generator | None = field(
        default=None, init=False, repr=False, compare=False
    )
    frozen: bool = field(default=False, init=False, repr=False, compare=False)

    def __setattr__(self, name: str, value: Any) -> None:
        """Set an attribute, and count it."""
        object.__setattr__(self, name, value)
        object.__setattr__(self, "version", self.version + 1)
        changes.note()

    @property
    def alone(self) -> bool:
        """Whether training asks no other process, so that a plan can repeat it."""
        return True

    @property
    def parameters(self) -> dict[str, Array]:
        """Name -> live array that training changes; filled by `build`."""
        return self._arrays("parameters")

    @parameters.setter
    def parameters(self, arrays: dict[str, Array]) -> None:
        self.__dict__["parameters"] = arrays

    @property
    def buffers(self) -> dict[str, Array]:
        """Name -> live array that is saved with them but has no gradient."""
        return self._arrays("buffers")

    @buffers.setter
    def buffers(self, arrays: dict[str, Array]) -> None:
        self.__dict__["buffers"] = arrays

    def _arrays(self, name: str) -> dict[str, Array]:
        """The dictionary, whose arrays the caller may change."""
        arrays: dict[str, Array] = self.__dict__.setdefault(name, {})
        changes.note()  # only now: who looks at the mark in between must see that it is held
        return arrays

    def build(self, input_shape: Shape, generator: np.random.Generator, dtype: Any) -> Shape:
        """Make the parameters for inputs ``(N, *input_shape)`` and return the output's shape.

        Args:
            input_shape: of one image: (C, H, W), or (D,).
            generator: the source of the initial values.
            dtype: float32 or float64.

        Returns:
            The shape of one image's output.

        Raises:
            BadakError: such an input cannot pass; the message says what would.
        """
        return self.output_shape(input_shape)

    def state_shapes(self, input_shape: Shape) -> dict[str, Shape]:
        """Name -> shape of each parameter and buffer, by arithmetic alone.

        A file's claims are compared with its tensors by these, before anything is made.
        """
        return {}

    @abstractmethod
    def output_shape(self, input_shape: Shape) -> Shape:
        """Shape of one image's output, by arithmetic alone; raises BadakError if none fits."""

    @abstractmethod
    def forward(self, x: Array, training: bool) -> tuple[Array, Any]:
        """Return the output ``(N, *output_shape)`` and what `backward` needs."""

    @abstractmethod
    def backward(
        self, grad_y: Array, cache: Any, need_grad_x: bool = True
    ) -> tuple[Array | None, Gradients]:
        """Return the gradient of the input (None if not needed) and of each parameter."""

    def flops(self, input_shape: Shape) -> int:
        """Floating-point operations of one image's forward pass; a multiply-add counts as two."""
        return int(np.prod(self.output_shape(input_shape), dtype=object))

    def window(self, input_shape: Shape) -> Window | None:
        """The window this layer slides over its input; None if it works point by point."""
        return None

    def parameter_count(self) -> int:
        """How many numbers training changes."""
        return sum(array.size for array in self.parameters.values())

    def leaves(self, name: str) -> Iterator[tuple[str, "Layer"]]:
        """Yield the layers that compute, with their full names: this one, or those it holds."""
        yield name, self

    def config(self) -> dict[str, Any]:
        """The constructor's arguments as plain numbers, words and tuples (and layers)."""
        return {f.name: _plain(getattr(self, f.name)) for f in fields(self) if f.init}


@dataclass
class Pointwise(Layer):
    """A layer whose output has its input's shape."""

    def output_shape(self, input_shape: Shape) -> Shape:
        """The input's own shape."""
        return input_shape


def image_shape(input_shape: Shape) -> tuple[int, int, int]:
    """Return (C, H, W), or raise BadakError if the input is not an image."""
    if len(input_shape) != 3:
        raise BadakError(f"the input must be images (C, H, W); got {input_shape}")
    channels, height, width = input_shape
    return channels, height, width


def _plain(value: Any) -> Any:
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, Mapping):
        return {key: _plain(member) for key, member in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return tuple(_plain(member) for member in value)
    return value
