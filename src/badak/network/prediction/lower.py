"""Turn layers into operations. A layer that has none here becomes a "layer" and runs by itself."""

from collections.abc import Callable, Mapping
from typing import Any

from badak import layers as kinds
from badak.arrays import Shape
from badak.layers import Block, Layer
from badak.layers.activation import Activation
from badak.layers.walk import INPUT, Visit, walk
from badak.network.prediction.graph import Graph, Operation, Value, as_maps
from badak.ops import edition

# Layers that change no number in prediction.
UNCHANGED: tuple[type[Layer], ...] = (kinds.Dropout, kinds.Flatten, kinds.Graph)


def lowered(layers: Mapping[str, Layer], input_shape: Shape) -> Graph:
    """Return the network's operations, one for each layer that computes."""
    start = Value(as_maps(input_shape))
    graph = Graph(start, start, input_shape)
    values, shapes = {INPUT: start}, {INPUT: input_shape}
    for visit in walk(layers, input_shape):
        reads = [values[read] for read in visit.reads]
        if isinstance(visit.layer, UNCHANGED):
            made = reads[0]
        else:
            made = _add(graph, visit, reads, [shapes[read] for read in visit.reads])
        values[visit.name], shapes[visit.name] = made, visit.output
        graph.output, graph.output_shape = made, visit.output
    graph.output.kept = True
    return graph


def _add(graph: Graph, visit: Visit[Shape], reads: list[Value], shapes: list[Shape]) -> Value:
    """Append the layer's operation, or several that join values two at a time."""
    made = Value(as_maps(visit.output))
    layer = visit.layer
    as_seen = all(value.shape == as_maps(shape) for value, shape in zip(reads, shapes, strict=True))
    operation: Operation | None = None
    if isinstance(layer, Block):
        if type(layer) is kinds.Residual and reads[0].shape == reads[1].shape:
            made = Value(reads[0].shape)
            operation = _join(layer, reads, made)
        elif as_seen:
            operation = _join(layer, reads, made)
    elif as_seen and type(layer) in LOWERINGS:
        operation = LOWERINGS[type(layer)](layer, shapes[0], reads, made)
    elif isinstance(layer, kinds.Linear):
        operation = _linear(layer, shapes[0], reads, made)
    if operation is None and _is_pointwise(layer):
        made = Value(reads[0].shape)
        operation = _pointwise(layer, reads, made)
    if operation is None:
        made = Value(as_maps(visit.output))
        operation = Operation("layer", reads, made, [layer], shapes=[*shapes, visit.output])
    operation.name = visit.name
    graph.operations.append(operation)
    for value in operation.all_reads():
        value.readers.append(operation)
    return made


def _join(block: Block, reads: list[Value], made: Value) -> Operation | None:
    if type(block) is kinds.Residual:
        return Operation("clamp", reads[:1], made, add=reads[1])
    if type(block) is kinds.Concat:
        return Operation("concat", reads, made)
    if type(block) is kinds.Product and len(reads) == 2:
        maps, gate = sorted(reads, key=lambda value: -value.shape[1] * value.shape[2])
        if gate.shape[1:] == (1, 1) and gate.shape[0] == maps.shape[0]:
            return Operation("gate", [maps, gate], made)
    return None


def _conv(layer: Any, shape: Shape, reads: list[Value], made: Value) -> Operation:
    each = isinstance(layer, (kinds.Subsample2d, kinds.ZeroPad2d))  # each map by itself
    groups = shape[0] if each else getattr(layer, "groups", 1)
    return Operation("conv", reads, made, [layer], window=layer.window(shape), groups=groups)


def _linear(layer: Any, shape: Shape, reads: list[Value], made: Value) -> Operation:
    return Operation("linear", reads, made, [layer])


def _scale(layer: Any, shape: Shape, reads: list[Value], made: Value) -> Operation | None:
    if isinstance(layer, kinds.Scale) and layer.per == "element" and reads[0].shape[1:] != (1, 1):
        return None
    return Operation("scale", reads, made, [layer])


def _max_pool(layer: Any, shape: Shape, reads: list[Value], made: Value) -> Operation:
    return Operation("max_pool", reads, made, [layer], window=layer.window(shape))


def _avg_pool(layer: Any, shape: Shape, reads: list[Value], made: Value) -> Operation:
    return Operation("avg_pool", reads, made, [layer], window=layer.window(shape))


def _slice(layer: Any, shape: Shape, reads: list[Value], made: Value) -> Operation:
    return Operation("slice", reads, made, [layer], numbers=(layer.start,))


def _shuffle(layer: Any, shape: Shape, reads: list[Value], made: Value) -> Operation:
    return Operation("shuffle", reads, made, [layer], numbers=(layer.groups,))


def _is_pointwise(layer: Layer) -> bool:
    return isinstance(layer, (Activation, kinds.ReLU, kinds.Sigmoid, kinds.Tanh))


def _pointwise(layer: Any, reads: list[Value], made: Value) -> Operation:
    """The order of the numbers does not matter, so flattened maps are still maps."""
    if isinstance(layer, kinds.ReLU):
        return Operation("clamp", reads, made, limits=(0.0, float("inf")))
    if isinstance(layer, (kinds.ReLU6, kinds.Hardtanh)):
        options = layer.options()
        return Operation("clamp", reads, made, limits=(options["min_val"], options["max_val"]))
    if isinstance(layer, Activation):
        op, given = layer.op, [_number(value) for value in layer.options().values()]
    else:
        op, given = type(layer).__name__.lower(), []
    return Operation("activation", reads, made, numbers=edition.pixels_maps().activation(op, given))


def _number(value: Any) -> float:
    return float(value == "tanh" if isinstance(value, str) else value)


Lowering = Callable[[Any, Shape, list[Value], Value], Operation | None]
LOWERINGS: dict[type[Layer], Lowering] = {
    kinds.Conv2d: _conv,
    kinds.TableConv2d: _conv,
    kinds.Subsample2d: _conv,
    kinds.ZeroPad2d: _conv,
    kinds.Linear: _linear,
    kinds.BatchNorm2d: _scale,
    kinds.BatchNorm1d: _scale,
    kinds.FrozenBatchNorm2d: _scale,
    kinds.Scale: _scale,
    kinds.Normalize: _scale,
    kinds.MaxPool2d: _max_pool,
    kinds.AvgPool2d: _avg_pool,
    kinds.GlobalAvgPool2d: _avg_pool,
    kinds.ChannelSlice: _slice,
    kinds.ChannelShuffle: _shuffle,
}
