"""Segments: operations that the native core runs in one call, between arrays (N, C, H, W)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from badak.arrays import Array
from badak.network.prediction.bands import banded
from badak.network.prediction.graph import PLAIN, Operation, Value
from badak.network.prediction.phases import Phase, phases_of
from badak.network.prediction.rooms import Room, Rooms, furnished
from badak.network.prediction.writer import written
from badak.ops import edition

# A first layer of at most so many channels reads the images as they are.
PLANES = 4
FILTERS = ("conv", "plain", "linear", "scale")  # what has weights
FEW_FILTERS = 8  # a first layer with fewer would leave its vectors half empty


def reads_planes(operation: Operation) -> bool:
    """Whether a convolution, if it is the first, reads (N, C, H, W)."""
    few = operation.reads[0].shape[0] <= PLANES and operation.reads[0].shape[1:] != (1, 1)
    return operation.kind == "conv" and operation.groups == 1 and operation.add is None and few


def stays_plain(operation: Operation) -> bool:
    """Whether a first layer also makes (N, C, H, W), which are turned after it."""
    few = operation.makes.shape[0] < FEW_FILTERS
    return few and operation.limits in (PLAIN, (0.0, float("inf")))


@dataclass
class Layout:
    """A segment for one batch size.

    Attributes:
        count: the batch's size.
        rooms: where values lie.
        phases: the operations in order.
        makes: what each operation with weights makes.
    """

    count: int
    rooms: Rooms
    phases: list[Phase]
    makes: list[Value]

    def at_once(self) -> list[int]:
        """For each operation with weights how many images come at a time, about: 1, 4, 16, ...

        Only a convolution of pixels is packed by it; all else says 1, so that it is packed once.
        """
        groups: dict[Value, int] = {}
        for phase in self.phases:
            for operation in phase.operations:
                for one in [part.conv for part in operation.parts] or [operation]:
                    groups[one.makes] = phase.group if one.kind == "conv" else 1
        return [4 ** ((groups[value].bit_length() - 1) // 2) for value in self.makes]

    def program(self, arrays: Sequence[Array], first_filter: int) -> Any:
        """The native call between these arrays; its filters are numbered from `first_filter`."""
        indices = {value: first_filter + number for number, value in enumerate(self.makes)}
        return written(self.count, self.phases, self.rooms, indices, arrays)


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

    def packed(self, operation: Operation, at_once: int, weight: Array, bias: Array) -> Any:
        """A filter's weights for the native core, for so many images at a time."""
        native = edition.predict()
        if operation.kind != "conv":
            return native.packed_rows(weight, bias)
        x = operation.reads[0]
        way = "pixels"
        if x in self.reads and reads_planes(operation):
            way = "plain" if stays_plain(operation) else "planes"
        how = way, x.shape, operation.window, operation.groups, at_once
        return native.packed(*how, weight, bias)

    def layout(self, count: int, check: bool) -> "Layout":
        """How a batch of `count` images passes.

        Args:
            count: the batch's size.
            check: whether to look for numbers that are not finite in the first value it reads.
        """
        rooms = Rooms()
        operations = self._between(rooms)
        makes = [one.makes for one in operations if one.kind in FILTERS]
        operations = furnished(operations, rooms)
        if check:
            operations.insert(0, Operation("check", self.reads[:1], self.reads[0]))
        phases = phases_of(operations, rooms, count)
        for phase in phases:
            phase.operations = banded(phase.operations, rooms)
        return Layout(count, rooms, phases, makes)

    def _between(self, rooms: Rooms) -> list[Operation]:
        """The operations, with those before and after that turn arrays into maps and back.

        Array 0 is the first value that it reads, and so on; then come those that it makes.
        """
        numbers = {value: number for number, value in enumerate([*self.reads, *self.makes])}
        before: list[Operation] = []
        turned: dict[Value, Value] = {}
        for value in self.reads:
            rooms.of[value] = Room(value.shape, array=numbers[value]), 0
            readers = [one for one in self.operations if value in one.all_reads()]
            if all(_takes_array(one, value) for one in readers):
                continue
            maps = turned[value] = Value(value.shape)
            maps.readers = [one for one in readers if not _takes_array(one, value)]
            before.append(Operation("from_planes", [value], maps))
        inner: list[Operation] = []
        for one in self.operations:
            if one.reads[0] in self.reads and reads_planes(one) and stays_plain(one):
                planes = Value(one.makes.shape)
                rooms.of[planes] = Room(planes.shape, planes=True), 0
                inner.append(replace(one, kind="plain", makes=planes))
                inner.append(Operation("from_planes", [planes], one.makes))
            else:
                inner.append(one if _all_take(one, turned) else _reading(one, turned))
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
    """Whether an operation reads a value from before as it is.

    All others may read past the last pixel, and after an array of others there is no room.
    """
    if value.shape[1:] != (1, 1):
        return reads_planes(operation)
    return operation.kind == "linear"


def _all_take(operation: Operation, turned: Mapping[Value, Value]) -> bool:
    return not any(
        value in turned and not _takes_array(operation, value) for value in operation.all_reads()
    )


def _reading(operation: Operation, turned: Mapping[Value, Value]) -> Operation:
    reads = [turned.get(value, value) for value in operation.reads]
    add = operation.add and turned.get(operation.add, operation.add)
    return replace(operation, reads=reads, add=add)
