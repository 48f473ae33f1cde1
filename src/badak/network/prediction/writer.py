"""Writes phases of operations as a native prediction."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from badak import ops
from badak.arrays import Array
from badak.network.prediction.bands import Part
from badak.network.prediction.graph import Operation, Value
from badak.network.prediction.phases import Phase, slots
from badak.network.prediction.rooms import Room, Rooms
from badak.ops import edition


def written(
    count: int,
    phases: list[Phase],
    rooms: Rooms,
    indices: Mapping[Value, int],
    arrays: Sequence[Array],
) -> Any:
    """The native prediction for `count` images.

    Args:
        count: the batch's size.
        phases: the operations.
        rooms: where values lie.
        indices: the number of the weights with which a value is made.
        arrays: what it reads and writes, in the order of their numbers.
    """
    found, batch = slots(phases, rooms)
    native = edition.predict().Prediction(count, batch)
    for array in arrays:
        native.array(array)
    writer = _Writer(native, rooms, found, indices)
    for phase in phases:
        writer.write(phase)
    return native


class _Writer:
    """Writes operations to a native prediction."""

    def __init__(
        self,
        native: Any,
        rooms: Rooms,
        found: Mapping[Room, tuple[int, int]],
        indices: Mapping[Value, int],
    ) -> None:
        self.native, self.rooms, self.found, self.indices = native, rooms, found, indices

    def write(self, phase: Phase) -> None:
        """All of a phase."""
        self.native.phase(phase.group, phase.size)
        for operation in phase.operations:
            self._write(operation)

    def _write(self, operation: Operation) -> None:
        native, kind = self.native, operation.kind
        reads, made = (
            [self._place(value) for value in operation.reads],
            self._place(operation.makes),
        )
        add = None if operation.add is None else self._place(operation.add)
        after = add, *operation.limits, operation.pool
        if kind in ("conv", "plain", "linear"):
            native.filter(self.indices[operation.makes], reads[0], after, made)
        elif kind == "scale":
            native.scale(self.indices[operation.makes], reads[0], after, made)
        elif kind == "clamp":
            native.clamp(reads[0], after, made)
        elif kind == "activation":
            which, first, second = operation.numbers
            native.activation((int(which), first, second), reads[0], made)
        elif kind == "check":
            native.check(reads[0])
        elif kind == "bands":
            parts = [self._part(part, part is operation.parts[-1]) for part in operation.parts]
            native.bands(reads[0], parts, int(operation.numbers[0]))
        elif kind == "shuffle":
            native.shuffle(int(operation.numbers[0]), reads[0], made)
        elif kind in ("max_pool", "avg_pool"):
            self._pool(operation, reads[0], made)
        else:  # copy, gate, from_planes, to_planes
            getattr(native, kind)(*reads, made)

    def _pool(self, operation: Operation, x: Any, made: Any) -> None:
        shape = operation.reads[0].shape
        window = edition.predict().pool_numbers(shape, operation.window)
        if operation.kind == "max_pool":
            self.native.max_pool(window, x, made)
        else:
            self.native.avg_pool(window, divisors(operation), x, made)

    def _part(self, part: Part, last: bool) -> tuple[Any, ...]:
        """A convolution of a run; only the last one writes to a room, the others to rows."""
        conv = part.conv
        window = edition.predict().pool_numbers(conv.reads[0].shape, conv.window)
        add = None if conv.add is None else self._place(conv.add)
        room, _ = self.rooms.find(conv.makes)
        channels, height, width = conv.makes.shape
        rows = 0, 0, room.frame[2] * channels, height, width, channels, *room.strides
        then = [(int(one.numbers[0]), *one.numbers[1:]) for one in part.then]
        made = self._place(conv.makes) if last else rows
        return self.indices[conv.makes], window, (add, *conv.limits, False), made, then

    def _place(self, value: Value) -> tuple[int, ...]:
        room, first = self.rooms.find(value)
        phase, slot = self.found[room]
        channels, height, width = value.shape
        return phase, slot, room.start + first, height, width, channels, *room.strides


def divisors(operation: Operation) -> Array:
    """What the sum of each window is divided by, (OH, OW) float32."""
    _, height, width = operation.reads[0].shape
    ones = np.ones((1, 1, height, width))
    (layer,) = operation.layers
    window: Any = operation.window
    how = ones, window.kernel, window.stride, window.padding, window.ceil_mode
    means = ops.avg_pool2d(*how, getattr(layer, "count_include_pad", True))
    inside = ops.avg_pool2d(*how, divisor_override=1)
    return np.ascontiguousarray((inside / means)[0, 0], np.float32)
