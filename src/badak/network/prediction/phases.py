"""The order of work: which operations a group of images passes in one go, and with what memory."""

from dataclasses import dataclass, field
from math import prod

from badak.network.prediction.graph import Operation
from badak.network.prediction.rooms import NO_FRAME, Room, Rooms

BATCH, ARRAY = -1, -2  # csrc/predict/prediction.h
CACHE = 96 * 1024  # numbers: what a group of images may fill of a core's cache
WEIGHTS = 64 * 1024  # numbers: weights that stay in it beside the maps
PLACES = 128  # so many make it worth while to read larger weights again
TILES = 48  # likewise, if they are transformed
MOST = 16  # images that pass together; where more are needed, the whole batch does


@dataclass
class Phase:
    """Operations that a group of images passes.

    Attributes:
        group: how many images.
        operations: in order.
        size: numbers that one image has in the phase's memory.
    """

    group: int
    operations: list[Operation] = field(default_factory=list)
    size: int = 0


def phases_of(operations: list[Operation], rooms: Rooms, count: int) -> list[Phase]:
    """Cut operations into phases for a batch of `count` images."""
    result: list[Phase] = []
    for operation in operations:
        needed = min(images_needed(operation), count)
        if 2 * needed > count or needed > MOST:
            needed = count
        size = _numbers(operation, rooms)
        if not result or (needed > 0 and not _joins(needed, result[-1].group, size)):
            result.append(Phase(max(needed, 1)))
        phase = result[-1]
        phase.operations.append(operation)
        phase.group = max(phase.group, needed)
    for phase in result:
        if phase.group < count:
            largest = max(_numbers(operation, rooms) for operation in phase.operations)
            wanted = max(phase.group, min(CACHE // largest, -(-count // 8)))
            phase.group = max(1, min(wanted, count - 1))
    return result


def _joins(needed: int, group: int, size: int) -> bool:
    """Whether an operation that needs so many images at a time fits to those of a group.

    `size` is how many numbers of an image it reads and writes.
    """
    few = 4 * needed < group and group * size > 4 * CACHE
    return needed <= 2 * group and not few


def images_needed(operation: Operation) -> int:
    """How many images at a time make reading the weights worth while; 0 if there are none."""
    if operation.kind == "linear":
        return 1 << 30
    if operation.kind not in ("conv", "plain") or operation.window is None:
        return 0
    weights = weight_count(operation)
    places = prod(operation.window.output_size(*operation.reads[0].shape[1:]))
    if operation.window.kernel == (3, 3) and operation.window.stride == (1, 1):
        tiles = -(-places // 16)  # Winograd's, with four times the weights
        return -(-TILES // tiles) if 4 * weights > 2 * WEIGHTS else 1
    return -(-PLACES // places) if weights > WEIGHTS else 1


def weight_count(conv: Operation) -> int:
    """The number of a convolution's weights."""
    channels, filters = conv.reads[0].shape[0], conv.makes.shape[0]
    return channels // conv.groups * filters * prod(conv.window.kernel if conv.window else ())


def _numbers(operation: Operation, rooms: Rooms) -> int:
    """How many numbers of an image an operation reads and writes."""
    values = {*operation.all_reads(), operation.makes}
    return sum(room.strides[2] for room in {rooms.find(value)[0] for value in values})


def slots(phases: list[Phase], rooms: Rooms) -> tuple[dict[Room, tuple[int, int]], int]:
    """Give each room its memory.

    Returns:
        (phase or BATCH or array, numbers before it) of each room; numbers in the batch's memory.
    """
    used: dict[Room, list[tuple[int, int]]] = {}
    for number, phase in enumerate(phases):
        for place, operation in enumerate(phase.operations):
            for value in (*operation.all_reads(), operation.makes):
                used.setdefault(rooms.find(value)[0], []).append((number, place))
    found: dict[Room, tuple[int, int]] = {}
    batch = 0
    local: list[list[tuple[int, int, Room]]] = [[] for _ in phases]
    for room, uses in used.items():
        if room.array is not None:
            found[room] = ARRAY - room.array, 0
        elif len({number for number, _ in uses}) > 1:
            found[room] = BATCH, batch
            batch += room.size
        else:
            places = [place for _, place in uses]
            local[uses[0][0]].append((min(places), max(places), room))
    for number, rows in enumerate(local):
        size, at = _packed(sorted(rows, key=lambda row: row[:2]))
        phases[number].size = size
        found |= {room: (number, slot) for room, slot in at.items()}
    return found, batch


def _packed(rows: list[tuple[int, int, Room]]) -> tuple[int, dict[Room, int]]:
    """Place rooms by the first and the last operation that uses them.

    A room with a frame shares its memory only with rooms of the same kind, so that its zeros stay.
    """
    at: dict[Room, int] = {}
    size = 0
    framed: dict[object, list[tuple[int, int]]] = {}  # kind -> slots, with their last use
    for first, last, room in rows:
        if room.frame == NO_FRAME:
            continue
        free = framed.setdefault((room.shape, room.frame), [])
        for place, (slot, busy) in enumerate(free):
            if busy < first:
                free[place] = slot, last
                at[room] = slot
                break
        else:
            free.append((size, last))
            at[room] = size
            size += room.size
    base = size
    open_rows: list[tuple[int, int, int]] = []  # start, end, last use
    for first, last, room in rows:
        if room.frame != NO_FRAME:
            continue
        start, length = base, room.size
        for taken, end, busy in sorted(open_rows):
            if busy >= first and taken < start + length and start < end:
                start = end
        open_rows = [row for row in open_rows if row[2] >= first]
        open_rows.append((start, start + length, last))
        at[room] = start
        size = max(size, start + length)
    return size, at
