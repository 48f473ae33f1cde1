"""walk: every layer in the order they compute, those inside blocks too, each by its full name.

Outside `Block` itself and a plan's stages this is the only code that follows a block's nodes.
"""

from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from typing import Any, Generic, NamedTuple, TypeVar

from badak.arrays import Array, Shape
from badak.errors import where
from badak.layers.base import Layer
from badak.layers.block import Block, gradients
from badak.layers.nodes import INPUT, Arriving, Node, Values, chain, passes_back

__all__ = ["INPUT", "Tape", "Visit", "run", "walk"]

Value = TypeVar("Value")
Named = tuple[str, Value]
# (full name, layer, the values it reads) -> its output
Step = Callable[[str, Layer, list[Value]], Value]


class Visit(NamedTuple, Generic[Value]):
    """One layer with its input and output: the shapes for one image, or arrays.

    Attributes:
        name: of the layer; inside a block ``"block1.conv1"``.
        layer: the layer.
        source: name of the layer whose output is its input, or `INPUT`; the first if it is a join
            of several.
        reads: names of the layers whose outputs it computes from: `source`, or for a block those
            that it joins.
        input: its input.
        output: its output.
    """

    name: str
    layer: Layer
    source: str
    reads: tuple[str, ...]
    input: Value
    output: Value


def walk(layers: Mapping[str, Layer], input_shape: Shape) -> Iterator[Visit[Shape]]:
    """Yield every layer with its shapes, in the order they compute; a block after its own layers.

    Example:
        >>> from badak.layers import Linear, ReLU, Residual
        >>> layers = {"block1": Residual([ReLU()]), "linear1": Linear(2)}
        >>> [(visit.name, visit.reads, visit.output) for visit in walk(layers, (3,))]
        [('block1.relu1', ('',), (3,)), ('block1', ('block1.relu1', ''), (3,)), ('linear1', ...)]
    """
    return _walk_all(layers, input_shape, _output_shape)


def run(
    layers: Mapping[str, Layer], x: Array, step: Step[Array] | None = None
) -> Iterator[Visit[Array]]:
    """Yield every layer with its arrays, as `walk` does with shapes.

    `step` computes each output, a block's from the ends of its paths; in prediction, if None.

    Example:
        >>> import numpy as np
        >>> from badak.layers import ReLU, Residual
        >>> visits = run({"block1": Residual([ReLU()])}, np.array([[-1.0, 2.0]]))
        >>> [(visit.name, visit.output.tolist()) for visit in visits]
        [('block1.relu1', [[0.0, 2.0]]), ('block1', [[-1.0, 4.0]])]
    """
    return _walk_all(layers, x, step or _predict)


def _walk_all(
    layers: Mapping[str, Layer], value: Value, step: Step[Value]
) -> Generator[Visit[Value], None, None]:
    nodes, end = chain(layers)
    yield from _walk(nodes, (end,), "", (INPUT, value), step)


def _walk(
    nodes: Sequence[Node],
    ends: Sequence[str],
    prefix: str,
    start: Named[Value],
    step: Step[Value],
) -> Generator[Visit[Value], None, list[Named[Value]]]:
    """Yield the visits of nodes in order; return the ends."""
    values = Values(nodes, ends, start)
    for node in nodes:
        name, layer, read = prefix + node.name, node.layer, values.take(node.reads)
        source, entered = read[0]
        if isinstance(layer, Block) and len(read) == 1:
            read = yield from _walk(layer.nodes, layer.ends, f"{name}.", read[0], step)
        with where(f"{type(layer).__name__} {name!r}"):
            output = step(name, layer, [value for _, value in read])
        yield Visit(name, layer, source, tuple(key for key, _ in read), entered, output)
        values.put(node.name, (name, output))
    return values.take(ends)


def _output_shape(_: str, layer: Layer, shapes: list[Shape]) -> Shape:
    if isinstance(layer, Block):
        return layer.joined_shape(shapes)
    return layer.output_shape(shapes[0])


def _predict(_: str, layer: Layer, values: list[Array]) -> Array:
    if isinstance(layer, Block):
        return layer.join(values)[0]
    return layer.forward(values[0], training=False)[0]


def _call(_: str, __: str, function: Callable[..., Any], *arguments: Any) -> Any:
    return function(*arguments)


class Tape:
    """A forward pass through which gradients can flow back, layer by layer.

    ``call(layer's full name, "forward" or "backward", function, *arguments)`` makes each call;
    `badak.inspect.profile` times them.
    """

    def __init__(
        self,
        layers: Mapping[str, Layer],
        training: bool = False,
        call: Callable[..., Any] = _call,
    ) -> None:
        self._layers, self._training, self._call = layers, training, call
        # A layer's own, or for a block that of its join.
        self._caches: dict[str, Any] = {}

    def forward(self, x: Array) -> Iterator[Visit[Array]]:
        """Run `x` through the layers, and yield each one as `run` does."""
        return run(self._layers, x, self._forward)

    def backward(self, grad_y: Array, need_grad_x: bool = True) -> Iterator[tuple[str, Array]]:
        """Yield each layer's name and its output's gradient, last to first; then `INPUT`'s.

        A block comes before its own layers. The bits are those of `Layer.backward`.
        """
        nodes, end = chain(self._layers)
        arriving = Arriving((end,), (grad_y,))
        yield from self._backward(nodes, "", arriving, need_grad_x)
        if need_grad_x:
            yield INPUT, arriving.of(INPUT)

    def _forward(self, name: str, layer: Layer, values: list[Array]) -> Array:
        if isinstance(layer, Block):
            y, cache = self._call(name, "forward", layer.join, values)
        else:
            training = self._training and not layer.frozen
            y, cache = self._call(name, "forward", layer.forward, values[0], training)
        self._caches[name] = cache
        result: Array = y
        return result

    def _backward(
        self, nodes: Sequence[Node], prefix: str, arriving: Arriving, need_grad_x: bool
    ) -> Iterator[tuple[str, Array]]:
        """Yield as `backward` does; `arriving` has the ends' gradients, and then the input's."""
        for node in reversed(nodes):
            name, layer, reads = prefix + node.name, node.layer, len(node.reads)
            need, grad = passes_back(node, need_grad_x), arriving.of(node.name)
            yield name, grad
            if isinstance(layer, Block) and reads == 1:
                starts = self._call(name, "backward", layer.split, grad, self._caches[name])
                inside = Arriving(layer.ends, starts)
                yield from self._backward(layer.nodes, f"{name}.", inside, need)
                parts = [self._call(name, "backward", inside.of, INPUT)] if need else [None]
            else:
                with where(f"{type(layer).__name__} {name!r}"):
                    parts, _ = self._call(
                        name, "backward", gradients, layer, grad, self._caches[name], reads, need
                    )
            arriving.add(node.reads, parts)
