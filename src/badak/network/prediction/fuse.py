"""Fewer operations with the same result: filters take in what follows them."""

from dataclasses import replace

from badak.layers import ZeroPad2d
from badak.network.prediction.graph import Graph, Operation, Value
from badak.ops.window import Window

HALVES = Window((2, 2), (2, 2))
FILTERS = ("conv", "linear")


def fused(graph: Graph) -> None:
    """Join operations, in place."""
    makers: dict[Value, Operation] = {}
    rest: list[Operation] = []
    for operation in graph.operations:
        _pad_within(operation, makers, rest)
        before = _taker(operation, makers, rest)
        if before is None:
            makers[operation.makes] = operation
            rest.append(operation)
        else:
            before.makes = operation.makes
            makers[operation.makes] = before
    graph.operations = rest


def _pad_within(
    operation: Operation, makers: dict[Value, Operation], order: list[Operation]
) -> None:
    """Let a convolution put the zeros around its maps that the layer before it puts there."""
    x = operation.reads[0]
    pad, window = makers.get(x), operation.window
    if operation.kind != "conv" or window is None or len(x.readers) > 1 or x.kept:
        return
    if pad is None or pad.window is None or not pad.plain or len(pad.layers) > 1:
        return
    if not isinstance(pad.layers[0], ZeroPad2d):
        return
    (top, bottom), (left, right) = pad.window.sides(*pad.reads[0].shape[1:])
    (above, below), (before, after) = window.sides(*x.shape[1:])
    padding = (top + above, bottom + below), (left + before, right + after)
    operation.window = replace(window, padding=padding)
    operation.reads = list(pad.reads)
    pad.reads[0].readers.remove(pad)
    pad.reads[0].readers.append(operation)
    order.remove(pad)


def _taker(
    operation: Operation, makers: dict[Value, Operation], order: list[Operation]
) -> Operation | None:
    """The operation before that now does this one's work too, if one can."""
    if operation.kind == "clamp" and operation.add is not None:
        return _add_taker(operation, makers, order)
    x = operation.reads[0]
    before = makers.get(x)
    if before is None or len(x.readers) > 1 or x.kept:
        return None
    if operation.kind == "scale" and before.kind in (*FILTERS, "scale") and before.plain:
        before.layers += operation.layers
        return before
    if operation.kind == "clamp" and _limits(operation, before):
        return before
    if operation.window == HALVES and operation.kind == "max_pool" and _can_pool(before):
        before.pool = True
        return before
    return None


def _can_pool(operation: Operation) -> bool:
    """Whether 2x2 max pooling can follow in the same step."""
    return operation.kind == "conv" and not operation.pool and min(operation.makes.shape[1:]) > 1


def _limits(operation: Operation, before: Operation) -> bool:
    """Take in limits, if the operation before can have such."""
    (first, last), (low, high) = before.limits, operation.limits
    if before.kind == "linear" and (low, high) != (0.0, float("inf")):
        return False
    if before.kind not in ("conv", "linear", "scale", "clamp"):
        return False
    before.limits = min(max(first, low), high), min(max(last, low), high)
    return True


def _add_taker(
    operation: Operation, makers: dict[Value, Operation], order: list[Operation]
) -> Operation | None:
    """A sum goes to the convolution that makes its last part."""
    x, other = operation.reads[0], operation.add
    made = [value for value in (x, other) if value in makers]
    if not made or x is other or other is None:
        return None
    last = max(made, key=lambda value: order.index(makers[value]))
    first = other if last is x else x
    before = makers[last]
    if before.kind != "conv" or not before.plain or len(last.readers) > 1 or last.kept:
        return None
    before.add = first
    first.readers.remove(operation)
    first.readers.append(before)
    return before
