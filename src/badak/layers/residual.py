"""Residual: layers with a way around them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, final

import numpy as np

from badak import ops
from badak.arrays import Array, Shape
from badak.errors import BadakError, where
from badak.layers.base import Gradients, Layer
from badak.layers.naming import named

Layers = Sequence[Layer] | Mapping[str, Layer]
# Blocks within blocks: far more than any paper has, far less than Python's stack bears.
DEEPEST = 8


@final
@dataclass
class Residual(Layer):
    """layers(x) + shortcut(x): what the layers learn is added to their input (He et al. 2016).

    Its parameters are those of the layers inside, named ``conv1.weight`` in the first path and
    ``shortcut.conv1.weight`` in the second; in a network the block's own name comes before.

    Args:
        layers: a list, named by kind and number as a network's; or name -> layer. They are copied.
        shortcut: likewise; the input itself where there are none.

    Raises:
        BadakError: no layers, a name that cannot be, or blocks nested more than 8 deep.

    Example:
        >>> from badak.layers import BatchNorm2d, Conv2d, ReLU
        >>> block = Residual([Conv2d(16, 3, padding=1), BatchNorm2d(), ReLU()])
        >>> block.output_shape((16, 8, 8)), list(block.layers)
        ((16, 8, 8), ['conv1', 'norm1', 'relu1'])
        >>> block.output_shape((3, 8, 8))
        Traceback (most recent call last):
        badak.errors.BadakError: the layers give (16, 8, 8) and the shortcut gives (3, 8, 8), ...
    """

    prefix: ClassVar[str] = "block"
    layers: Layers
    shortcut: Layers = ()

    def __post_init__(self) -> None:
        straight = _copies(self.layers)
        around = {} if self.shortcut in ((), [], {}) else _copies(self.shortcut)
        if "shortcut" in straight:
            raise BadakError(
                "no layer in a Residual may be named 'shortcut': that is the other path"
            )
        self.layers, self.shortcut = straight, around
        # What comes before the names of a path's layers, and these by name.
        self.paths = ("", straight), ("shortcut.", around)
        if self.depth() > DEEPEST:
            raise BadakError(f"Residual may be nested at most {DEEPEST} deep; got {self.depth()}")

    @property  # type: ignore[misc]  # read through, so that there is one truth
    def parameters(self) -> dict[str, Array]:
        """Name -> live array of a layer inside."""
        return {
            f"{name}.{key}": array
            for name, layer in self.leaves("")
            for key, array in layer.parameters.items()
        }

    @parameters.setter
    def parameters(self, _: Any) -> None:
        """A block has none of its own."""

    @property  # type: ignore[misc]
    def buffers(self) -> dict[str, Array]:
        """Name -> live array of a layer inside."""
        return {
            f"{name}.{key}": array
            for name, layer in self.leaves("")
            for key, array in layer.buffers.items()
        }

    @buffers.setter
    def buffers(self, _: Any) -> None:
        """A block has none of its own."""

    def leaves(self, name: str) -> Iterator[tuple[str, Layer]]:
        """The layers of both paths, those of blocks inside instead of these."""
        before = f"{name}." if name else ""
        for path, layers in self.paths:
            for key, layer in layers.items():
                yield from layer.leaves(f"{before}{path}{key}")

    def depth(self) -> int:
        """How deep blocks are nested here, 1 where this is the only one."""
        inside = [layer for _, layers in self.paths for layer in layers.values()]
        return 1 + max((one.depth() for one in inside if isinstance(one, Residual)), default=0)

    def output_shape(self, input_shape: Shape) -> Shape:
        """The shape that both paths must give."""
        return self._through(input_shape, lambda layer, shape: layer.output_shape(shape))

    def build(self, input_shape: Shape, generator: np.random.Generator, dtype: Any) -> Shape:
        """Make the parameters of all layers inside; see Layer.build."""
        return self._through(input_shape, lambda layer, s: layer.build(s, generator, dtype))

    def _through(self, input_shape: Shape, step: Any) -> Shape:
        ends = []
        for path, layers in self.paths:
            shape = input_shape
            for name, layer in layers.items():
                with where(f"{type(layer).__name__} {path + name!r}"):
                    shape = step(layer, shape)
            ends.append(shape)
        if ends[0] != ends[1]:
            raise BadakError(
                f"the layers give {ends[0]} and the shortcut gives {ends[1]}, which cannot be "
                "added: give the shortcut layers that change the shape alike"
            )
        return ends[0]

    def forward(self, x: Array, training: bool) -> tuple[Array, list[list[Any]]]:
        """Both paths, and their sum; the cache is every layer's own."""
        ends, caches = [], []
        for path, layers in self.paths:
            y, kept = x, []
            for name, layer in layers.items():
                with where(f"{type(layer).__name__} {path + name!r}"):
                    y, cache = layer.forward(y, training)
                kept.append(cache)
            ends.append(y)
            caches.append(kept)
        return ops.add(*ends), caches

    def backward(
        self, grad_y: Array, cache: list[list[Any]], need_grad_x: bool = True
    ) -> tuple[Array | None, Gradients]:
        """The gradient goes back through both paths, and what arrives is added."""
        ends: list[Any] = []
        grads: Gradients = {}
        for (path, layers), kept in zip(self.paths, cache, strict=True):
            grad: Any = grad_y
            for place, (name, layer) in reversed(list(enumerate(layers.items()))):
                with where(f"{type(layer).__name__} {path + name!r}"):
                    grad, own = layer.backward(grad, kept[place], need_grad_x or place > 0)
                grads |= {f"{path}{name}.{key}": value for key, value in own.items()}
            ends.append(grad)
        ordered = {name: grads[name] for name in self.parameters}
        return ops.add(*ends) if need_grad_x else None, ordered

    def flops(self, input_shape: Shape) -> int:
        """Those of all layers inside, and one for each sum."""
        total = super().flops(input_shape)
        for _, layers in self.paths:
            shape = input_shape
            for layer in layers.values():
                total += layer.flops(shape)
                shape = layer.output_shape(shape)
        return total


def _copies(layers: Layers) -> dict[str, Layer]:
    return {name: type(layer)(**layer.config()) for name, layer in named(layers).items()}
