"""Segments: operations that the native core runs in one call, between arrays (N, C, H, W)."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from badak import ops
from badak.arrays import Array
from badak.network.prediction.bands import Part, banded
from badak.network.prediction.graph import Operation, Value
from badak.network.prediction.phases import Phase, phases_of, slots
from badak.network.prediction.rooms import NO_FRAME, Room, Rooms, furnished, reading_frame
from badak.ops import edition

# A first layer of at most so many channels reads the images as they are.
PLANES = 4
FILTERS = ("conv", "linear", "scale")  # what has weights


def reads_planes(operation: Operation) -> bool:
    """Whether a convolution, if it is the first, reads (N, C, H, W)."""
    few = operation.reads[0].shape[0] <= PLANES and operation.reads[0].shape[1:] != (1, 1)
    return operation.kind == "conv" and operation.groups == 1 and operation.add is None and few


class Segment:
    """Operations without a "layer" among them.

    Attributes:
        reads: the values from before that it needs, as arrays.
        makes: the values that are needed after it.
    """

    def __init__(self, operations: list[Operation]) -> None:
        self.operations = operations
        own = {operation.makes for operation in operations}
        reads = [value for operation in operations for value in operation.all_reads()]
        self.reads = list(dict.fromkeys(value for value in reads if value not in own))
        inside = set(operations)
        self.makes = [
            operation.makes
            for operation in operations
            if operation.makes.kept or any(one not in inside for one in operation.makes.readers)
        ]

    def filters(self) -> list[Operation]:
        """The operations that have weights."""
        return [one for one in self.operations if one.kind in FILTERS]

    def packed(self, operation: Operation, few: bool, weight: Array, bias: Array) -> Any:
        """A filter's weights for the native core, for few images at a time or many."""
        native = edition.predict()
        if operation.kind != "conv":
            return native.packed_rows(weight, bias)
        x = operation.reads[0]
        way = "planes" if x in self.reads and reads_planes(operation) else "pixels"
        how = way, x.shape, operation.window, operation.groups, few
        return native.packed(*how, weight, bias)

    def program(self, arrays: Mapping[Value, Array], first_filter: int, check: bool) -> Any:
        """The native call.

        Args:
            arrays: what it reads and makes.
            first_filter: the number of its first filter.
            check: whether it looks for numbers that are not finite in the first array.
        """
        rooms = Rooms()
        numbers = {value: number for number, value in enumerate(arrays)}
        count = len(next(iter(arrays.values())))
        operations = self._between(rooms, numbers)
        makes = [one.makes for one in operations if one.kind in FILTERS]
        indices = {value: first_filter + number for number, value in enumerate(makes)}
        operations = furnished(operations, rooms)
        if check:
            first = next(iter(arrays))
            operations.insert(0, Operation("check", [first], first))
        phases = phases_of(operations, rooms, count)
        for phase in phases:
            phase.operations = banded(phase.operations, rooms)
        found, batch = slots(phases, rooms)
        native = edition.predict().Prediction(count, batch)
        for array in arrays.values():
            native.array(array)
        writer = _Writer(native, rooms, found, indices)
        for phase in phases:
            writer.write(phase)
        return native

    def _between(self, rooms: Rooms, numbers: Mapping[Value, int]) -> list[Operation]:
        """The operations, with those before and after that turn arrays into maps and back."""
        before: list[Operation] = []
        turned: dict[Value, Value] = {}
        for value in self.reads:
            rooms.of[value] = Room(value.shape, array=numbers[value]), 0
            readers = [one for one in self.operations if value in one.all_reads()]
            if all(_takes_array(one, value) for one in readers):
                continue
            maps = turned[value] = Value(value.shape)
            maps.readers = [one for one in readers if not _takes_array(one, value)]
            kind = "copy" if value.shape[1:] == (1, 1) else "from_planes"
            before.append(Operation(kind, [value], maps))
        inner = [
            one if _all_take(one, turned) else _reading(one, turned) for one in self.operations
        ]
        after = []
        for value in self.makes:
            number = numbers[value]
            (maker,) = (one for one in self.operations if one.makes is value)
            rows = value.shape[1:] == (1, 1)
            if (
                rows
                and maker.kind != "slice"
                and not any(value in one.all_reads() for one in self.operations)
            ):
                rooms.of[value] = Room(value.shape, array=number), 0
                continue
            planes = Value(value.shape)
            rooms.of[planes] = Room(value.shape, array=number), 0
            after.append(Operation("copy" if rows else "to_planes", [value], planes))
        return [*before, *inner, *after]


def _takes_array(operation: Operation, value: Value) -> bool:
    """Whether an operation reads a value from before as it is."""
    if value.shape[1:] != (1, 1):
        return reads_planes(operation)
    if operation.kind != "conv" or operation.window is None:
        return True
    return reading_frame(operation.window, 1, 1) == NO_FRAME


def _all_take(operation: Operation, turned: Mapping[Value, Value]) -> bool:
    return not any(
        value in turned and not _takes_array(operation, value) for value in operation.all_reads()
    )


def _reading(operation: Operation, turned: Mapping[Value, Value]) -> Operation:
    reads = [turned.get(value, value) for value in operation.reads]
    add = operation.add and turned.get(operation.add, operation.add)
    return replace(operation, reads=reads, add=add)


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
        if kind in ("conv", "linear"):
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
