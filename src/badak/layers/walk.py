"""walk: every layer in the order they compute, those inside blocks too, each by its full name.

Outside `Block` itself this is the only code that follows a block's paths.
"""

from collections.abc import Callable, Generator, Iterator, Mapping
from functools import reduce
from typing import Any, Generic, NamedTuple, TypeVar

from badak import ops
from badak.arrays import Array, Shape
from badak.errors import where
from badak.layers.base import Layer
from badak.layers.block import Block

Value = TypeVar("Value")
# (full name, layer, the values it reads) -> its output
Step = Callable[[str, Layer, list[Value]], Value]

INPUT = ""  # what the network's input is called; no layer can have this name


class Visit(NamedTuple, Generic[Value]):
    """One layer with its input and output: the shapes for one image, or arrays.

    Attributes:
        name: of the layer; inside a block ``"block1.conv1"``.
        layer: the layer.
        source: name of the layer whose output is its input, or `INPUT`.
        reads: names of the layers whose outputs it computes from: `source`, or for a block the
            last layer of each path, which an empty path leaves at `source`.
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
    return _walk(layers, "", INPUT, input_shape, _output_shape)


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
    return _walk(layers, "", INPUT, x, step or _predict)


def _walk(
    layers: Mapping[str, Layer], prefix: str, source: str, value: Value, step: Step[Value]
) -> Generator[Visit[Value], None, tuple[str, Value]]:
    """Yield the visits of layers in order; return the last one's name and output."""
    for key, layer in layers.items():
        name, ends = prefix + key, [(source, value)]
        if isinstance(layer, Block):
            ends = []
            for path, inside in layer.paths:
                end = yield from _walk(inside, f"{name}.{path}", source, value, step)
                ends.append(end)
        with where(f"{type(layer).__name__} {name!r}"):
            output = step(name, layer, [end for _, end in ends])
        yield Visit(name, layer, source, tuple(read for read, _ in ends), value, output)
        source, value = name, output
    return source, value


def _output_shape(_: str, layer: Layer, shapes: list[Shape]) -> Shape:
    if isinstance(layer, Block):
        return layer.joined_shape(shapes)
    return layer.output_shape(shapes[0])


def _predict(_: str, layer: Layer, values: list[Array]) -> Array:
    if isinstance(layer, Block):
        return layer.join(values)
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
        # A layer's own, or for a block the shapes of the ends of its paths.
        self._caches: dict[str, Any] = {}

    def forward(self, x: Array) -> Iterator[Visit[Array]]:
        """Run `x` through the layers, and yield each one as `run` does."""
        return run(self._layers, x, self._forward)

    def backward(self, grad_y: Array, need_grad_x: bool = True) -> Iterator[tuple[str, Array]]:
        """Yield each layer's name and its output's gradient, last to first; then `INPUT`'s.

        A block comes before its own layers. The bits are those of `Layer.backward`.
        """
        grad_x = yield from self._backward(self._layers, "", grad_y, need_grad_x)
        if need_grad_x:
            yield INPUT, grad_x

    def _forward(self, name: str, layer: Layer, values: list[Array]) -> Array:
        if isinstance(layer, Block):
            self._caches[name] = [value.shape for value in values]
            y: Array = self._call(name, "forward", layer.join, values)
        else:
            y, self._caches[name] = self._call(
                name, "forward", layer.forward, values[0], self._training
            )
        return y

    def _backward(
        self, layers: Mapping[str, Layer], prefix: str, grad: Any, need_grad_x: bool
    ) -> Generator[tuple[str, Array], None, Any]:
        """Yield as `backward` does; return the gradient of these layers' input."""
        for place, (key, layer) in reversed(list(enumerate(layers.items()))):
            name, need = prefix + key, need_grad_x or place > 0
            yield name, grad
            if isinstance(layer, Block):
                starts = self._call(name, "backward", layer.split, grad, self._caches[name])
                ends = []
                for (path, inside), start in zip(layer.paths, starts, strict=True):
                    end = yield from self._backward(inside, f"{name}.{path}", start, need)
                    ends.append(end)
                grad = self._call(name, "backward", reduce, ops.add, ends) if need else None
            else:
                with where(f"{type(layer).__name__} {name!r}"):
                    grad, _ = self._call(
                        name, "backward", layer.backward, grad, self._caches[name], need
                    )
        return grad
