"""Block: what layers share that hold others on several paths from one input."""

from abc import abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any, ClassVar

import numpy as np

from badak import ops
from badak.arrays import Array, Shape
from badak.errors import BadakError, where
from badak.layers.base import Gradients, Layer
from badak.layers.naming import named

Layers = Sequence[Layer] | Mapping[str, Layer]
Path = tuple[str, dict[str, Layer]]
Cache = tuple[list[Shape], list[list[Any]]]
# Blocks within blocks: far more than any paper has, far fewer than Python's stack allows.
DEEPEST = 8


@dataclass
class Block(Layer):
    """Every path takes the input; what comes out of them becomes one output.

    Attributes:
        paths: for each path what comes before the names of its layers, and these by name; an empty
            path is the input itself.
    """

    prefix: ClassVar[str] = "block"

    def _hold(self, *paths: Path) -> None:
        """Take the paths, whose layers must be the block's own copies."""
        self.paths = paths
        if self.depth() > DEEPEST:
            kind = type(self).__name__
            raise BadakError(f"{kind} may be nested at most {DEEPEST} deep; got {self.depth()}")

    @abstractmethod
    def joined_shape(self, ends: list[Shape]) -> Shape:
        """The output's shape from those of the paths; raises BadakError if they do not fit."""

    @abstractmethod
    def join(self, ends: list[Array]) -> Array:
        """The output from those of the paths."""

    @abstractmethod
    def split(self, grad_y: Array, shapes: list[Shape]) -> list[Array]:
        """The gradient of each path's output, from the output's; `shapes` are theirs."""

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
        """Empty: a block has none of its own."""

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
        """Empty: a block has none of its own."""

    def blocks(self) -> Iterator["Block"]:
        """This block, and those inside."""
        yield self
        for _, layers in self.paths:
            for layer in layers.values():
                if isinstance(layer, Block):
                    yield from layer.blocks()

    def leaves(self, name: str) -> Iterator[tuple[str, Layer]]:
        """The layers of all paths, those of blocks inside instead of these."""
        before = f"{name}." if name else ""
        for path, layers in self.paths:
            for key, layer in layers.items():
                yield from layer.leaves(f"{before}{path}{key}")

    def depth(self) -> int:
        """How deep blocks are nested here, 1 if this is the only one."""
        inside = [layer for _, layers in self.paths for layer in layers.values()]
        return 1 + max((layer.depth() for layer in inside if isinstance(layer, Block)), default=0)

    def state_shapes(self, input_shape: Shape) -> dict[str, Shape]:
        """Those of all layers inside, under the names that `parameters` and `buffers` have."""
        shapes: dict[str, Shape] = {}
        for path, layers in self.paths:
            shapes |= path_state_shapes(layers, input_shape, path)
        return shapes

    def output_shape(self, input_shape: Shape) -> Shape:
        """The shape that the paths' make."""
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
        return self.joined_shape(ends)

    def forward(self, x: Array, training: bool) -> tuple[Array, Cache]:
        """All paths, joined; the cache is the shapes of their ends, and every layer's own."""
        ends, caches = [], []
        for path, layers in self.paths:
            y, kept = x, []
            for name, layer in layers.items():
                with where(f"{type(layer).__name__} {path + name!r}"):
                    y, cache = layer.forward(y, training)
                kept.append(cache)
            ends.append(y)
            caches.append(kept)
        return self.join(ends), ([end.shape for end in ends], caches)

    def backward(
        self, grad_y: Array, cache: Cache, need_grad_x: bool = True
    ) -> tuple[Array | None, Gradients]:
        """Add up the gradients that all paths pass back."""
        shapes, caches = cache
        ends: list[Any] = []
        grads: Gradients = {}
        starts = self.split(grad_y, shapes)
        for (path, layers), kept, start in zip(self.paths, caches, starts, strict=True):
            grad: Any = start
            for place, (name, layer) in reversed(list(enumerate(layers.items()))):
                with where(f"{type(layer).__name__} {path + name!r}"):
                    grad, own = layer.backward(grad, kept[place], need_grad_x or place > 0)
                grads |= {f"{path}{name}.{key}": value for key, value in own.items()}
            ends.append(grad)
        ordered = {name: grads[name] for name in self.parameters}
        return reduce(ops.add, ends) if need_grad_x else None, ordered

    def flops(self, input_shape: Shape) -> int:
        """The sum over all layers inside, and the cost of joining."""
        total = self.joining_flops(input_shape)
        for _, layers in self.paths:
            shape = input_shape
            for layer in layers.values():
                total += layer.flops(shape)
                shape = layer.output_shape(shape)
        return total

    def joining_flops(self, input_shape: Shape) -> int:
        """Floating-point operations of the joining."""
        return super().flops(input_shape)


def copies(layers: Layers) -> dict[str, Layer]:
    """Name layers as a network does, and copy them."""
    return {name: type(layer)(**layer.config()) for name, layer in named(layers).items()}


def path_state_shapes(
    layers: Mapping[str, Layer], input_shape: Shape, before: str = ""
) -> dict[str, Shape]:
    """Return name -> shape of all parameters and buffers of layers that follow one another.

    `before` is what the names begin with.
    """
    shapes: dict[str, Shape] = {}
    shape = input_shape
    for name, layer in layers.items():
        with where(f"{type(layer).__name__} {before + name!r}"):
            output_shape = layer.output_shape(shape)
            own = layer.state_shapes(shape)
        shapes |= {f"{before}{name}.{key}": size for key, size in own.items()}
        shape = output_shape
    return shapes
