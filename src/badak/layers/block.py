"""Block: a layer that holds others, on several paths from one input or in any other order."""

from abc import abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from badak.arrays import Array, Shape
from badak.errors import BadakError, where
from badak.layers.base import Gradients, Layer
from badak.layers.naming import named
from badak.layers.nodes import INPUT, Arriving, Node, Values, passes_back

Layers = Sequence[Layer] | Mapping[str, Layer]
Cache = tuple[dict[str, Any], Any]
# Blocks within blocks: far more than any paper has, far fewer than Python's stack allows.
DEEPEST = 8


@dataclass
class Block(Layer):
    """Nodes compute from the input, and what some of them make is joined to one output.

    A block without nodes is a join alone: its ends are all the input, and in a `Graph` they may be
    any values.

    Attributes:
        holds: which arguments hold layers: "layers" in a row, or several such "paths".
    """

    prefix: ClassVar[str] = "block"
    holds: ClassVar[Mapping[str, str]]

    @abstractmethod
    def inside(self) -> Iterator[tuple[str, Layer]]:
        """The layers inside, each with its name here, in the order of `nodes`."""

    @property
    @abstractmethod
    def nodes(self) -> Sequence[Node]:
        """The same layers, with the names of what each reads."""

    @property
    @abstractmethod
    def ends(self) -> Sequence[str]:
        """The names of the values that are joined; `INPUT` is the input itself."""

    @abstractmethod
    def joined_shape(self, ends: list[Shape]) -> Shape:
        """The output's shape from those of the ends; raises BadakError if they do not fit."""

    @abstractmethod
    def join(self, ends: list[Array]) -> tuple[Array, Any]:
        """The output from the ends, and what `split` needs."""

    @abstractmethod
    def split(self, grad_y: Array, cache: Any) -> list[Array]:
        """The gradient of each end, from the output's."""

    @property  # read through, so that there is one truth
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

    @property
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

    def everything(self, name: str) -> Iterator[tuple[str, Layer]]:
        """This block and all layers and blocks inside, with their full names."""
        yield name, self
        for key, layer in self.inside():
            full = f"{name}.{key}" if name else key
            if isinstance(layer, Block):
                yield from layer.everything(full)
            else:
                yield full, layer

    def leaves(self, name: str) -> Iterator[tuple[str, Layer]]:
        """All layers inside, those of blocks instead of these."""
        for full, layer in self.everything(name):
            if not isinstance(layer, Block):
                yield full, layer

    def check_depth(self) -> None:
        """Raise BadakError if blocks are nested too deep."""
        if self.depth() > DEEPEST:
            kind = type(self).__name__
            raise BadakError(f"{kind} may be nested at most {DEEPEST} deep; got {self.depth()}")

    def depth(self) -> int:
        """How deep blocks are nested here, 1 if this is the only one."""
        blocks = (layer for _, layer in self.inside() if isinstance(layer, Block))
        return 1 + max((block.depth() for block in blocks), default=0)

    def state_shapes(self, input_shape: Shape) -> dict[str, Shape]:
        """Those of all layers inside, under the names that `parameters` and `buffers` have."""
        return node_state_shapes(self.nodes, input_shape)

    def output_shape(self, input_shape: Shape) -> Shape:
        """The shape that the ends' make."""
        return self._through(input_shape, output_shape)

    def build(self, input_shape: Shape, generator: np.random.Generator, dtype: Any) -> Shape:
        """Make the parameters of all layers inside; see Layer.build."""

        def build(layer: Layer, shapes: list[Shape]) -> Shape:
            output = output_shape(layer, shapes)
            return layer.build(shapes[0], generator, dtype) if len(shapes) == 1 else output

        return self._through(input_shape, build)

    def _through(self, input_shape: Shape, step: Callable[[Layer, list[Shape]], Shape]) -> Shape:
        shapes = Values(self.nodes, self.ends, input_shape)
        for node in self.nodes:
            with _in(node):
                shapes.put(node.name, step(node.layer, shapes.take(node.reads)))
        return self.joined_shape(shapes.take(self.ends))

    def forward(self, x: Array, training: bool) -> tuple[Array, Cache]:
        """All nodes, then the join; the cache is every layer's own, and the join's."""
        values, caches = Values(self.nodes, self.ends, x), {}
        for node in self.nodes:
            with _in(node):
                y, caches[node.name] = outcome(node.layer, values.take(node.reads), training)
            values.put(node.name, y)
        y, cache = self.join(values.take(self.ends))
        return y, (caches, cache)

    def backward(
        self, grad_y: Array, cache: Cache, need_grad_x: bool = True
    ) -> tuple[Array | None, Gradients]:
        """Add up the gradients that all readers of a value pass back."""
        caches, joined = cache
        arriving = Arriving(self.ends, self.split(grad_y, joined))
        grads: Gradients = {}
        for node in reversed(self.nodes):
            with _in(node):
                parts, own = gradients(
                    node.layer,
                    arriving.of(node.name),
                    caches[node.name],
                    len(node.reads),
                    passes_back(node, need_grad_x),
                )
            arriving.add(node.reads, parts)
            grads |= {f"{node.name}.{key}": value for key, value in own.items()}
        ordered = {name: grads[name] for name in self.parameters if name in grads}
        return arriving.of(INPUT) if need_grad_x else None, ordered

    def flops(self, input_shape: Shape) -> int:
        """The sum over all layers inside, and the cost of joining."""
        total = 0

        def count(layer: Layer, shapes: list[Shape]) -> Shape:
            nonlocal total
            shape = output_shape(layer, shapes)
            if isinstance(layer, Block) and len(shapes) > 1:
                total += layer.joining_flops(shape)
            else:
                total += layer.flops(shapes[0])
            return shape

        return self.joining_flops(self._through(input_shape, count)) + total

    def joining_flops(self, output_shape: Shape) -> int:
        """Floating-point operations of the join alone."""
        return int(np.prod(output_shape, dtype=object))


def copies(layers: Layers) -> dict[str, Layer]:
    """Name layers as a network does, and copy them; there may be none."""
    if isinstance(layers, (tuple, list, dict)) and not layers:
        return {}
    return {name: type(layer)(**layer.config()) for name, layer in named(layers).items()}


def output_shape(layer: Layer, shapes: list[Shape]) -> Shape:
    """Return the shape of a layer's output, or of a join's if it reads several values."""
    if len(shapes) > 1 and isinstance(layer, Block):
        return layer.joined_shape(shapes)
    return layer.output_shape(shapes[0])


def outcome(layer: Layer, values: list[Array], training: bool) -> tuple[Array, Any]:
    """Return a layer's or a join's output, and what `gradients` needs."""
    if len(values) > 1 and isinstance(layer, Block):
        return layer.join(values)
    return layer.forward(values[0], training and not layer.frozen)


def gradients(
    layer: Layer, grad_y: Array, cache: Any, reads: int, need: bool
) -> tuple[Sequence[Array | None], Gradients]:
    """Return the gradients of what a layer or a join read, and of its parameters if it learns."""
    if reads > 1 and isinstance(layer, Block):
        return layer.split(grad_y, cache), {}
    grad_x, own = layer.backward(grad_y, cache, need)
    return [grad_x], {} if layer.frozen else own


def node_state_shapes(nodes: Sequence[Node], input_shape: Shape) -> dict[str, Shape]:
    """Return name -> shape of all parameters and buffers.

    `input_shape` is what `INPUT` is.

    Raises:
        BadakError: a layer does not fit what it reads.
    """
    state: dict[str, Shape] = {}
    values = {INPUT: input_shape}
    for node in nodes:
        shapes = [values[read] for read in node.reads]
        with _in(node):
            values[node.name] = output_shape(node.layer, shapes)
            own = node.layer.state_shapes(shapes[0])
        state |= {f"{node.name}.{key}": size for key, size in own.items()}
    return state


def _in(node: Node) -> Any:
    return where(f"{type(node.layer).__name__} {node.name!r}")
