"""Runs of convolutions in bands of rows: large maps between them never leave a core's cache."""

from dataclasses import dataclass, field
from itertools import pairwise

from badak.network.prediction.graph import Operation, Value
from badak.network.prediction.phases import weight_count
from badak.network.prediction.rooms import Rooms

WORTH = 96 * 1024  # numbers of maps that a run must keep from memory
WEIGHTS = 64 * 1024  # numbers: as many weights stay in the cache beside the rows
KEPT = 96 * 1024  # numbers of all rows that a core keeps
LONGEST = 3  # convolutions in a run: each adds rows that bands share


@dataclass
class Part:
    """A convolution of a run, and the activations that follow it in place."""

    conv: Operation
    then: list[Operation] = field(default_factory=list)

    @property
    def makes(self) -> Value:
        """The result."""
        return (self.then or [self.conv])[-1].makes


def banded(operations: list[Operation], rooms: Rooms) -> list[Operation]:
    """Join runs of operations, each of which becomes one."""
    result: list[Operation] = []
    rest = list(operations)
    while rest:
        chain = _chain(rest, rooms)
        if not chain:
            result.append(rest.pop(0))
            continue
        for run in _runs(chain, rooms):
            taken = sum(1 + len(part.then) for part in run)
            result += rest[:taken] if len(run) == 1 else [_joined(run, rooms)]
            del rest[:taken]
    return result


def _joined(run: list[Part], rooms: Rooms) -> Operation:
    """The operation that stands for a run."""
    reads = [run[0].conv.reads[0], *(part.conv.add for part in run if part.conv.add)]
    return Operation("bands", reads, run[-1].makes, numbers=(_rows(run, rooms),), parts=run)


def _chain(operations: list[Operation], rooms: Rooms) -> list[Part]:
    """The convolutions from the first operation on, each of which alone reads the one before."""
    parts: list[Part] = []
    for operation in operations:
        x = operation.reads[0]
        if parts and (x is not parts[-1].makes or not _passed_on(x, rooms)):
            break
        if parts and operation.kind == "activation":
            parts[-1].then.append(operation)
        elif _by_rows(operation, rooms):
            parts.append(Part(operation))
        else:
            break
    return parts


def _runs(chain: list[Part], rooms: Rooms) -> list[list[Part]]:
    """Cut a chain where little has to be stored."""
    best: list[tuple[int, list[list[Part]]]] = [(0, [])]  # numbers not stored, runs
    for end in range(1, len(chain) + 1):
        choices = []
        for start in range(max(0, end - LONGEST), end):
            run = chain[start:end]
            saved = _saved(run, rooms) if len(run) > 1 else 0
            if len(run) == 1 or saved > WORTH:
                before, runs = best[start]
                choices.append((before + max(0, saved - WORTH // 2), [*runs, run]))
        best.append(max(choices, key=lambda choice: choice[0]))
    return best[-1][1]


def _saved(run: list[Part], rooms: Rooms) -> int:
    """How many numbers of maps are not stored, less the weights that are read again."""
    rows = _rows(run, rooms)
    if rows == 0:
        return 0
    maps = sum(rooms.find(part.makes)[0].strides[2] for part in run[:-1])
    weights = sum(weight_count(part.conv) for part in run)
    bands = -(-run[-1].makes.shape[1] // rows)
    return maps - ((bands - 1) * weights if weights > WEIGHTS else 0)


def _by_rows(operation: Operation, rooms: Rooms) -> bool:
    """Whether a convolution's kernel takes any rows of the maps."""
    if operation.kind != "conv" or operation.pool or operation.window is None:
        return False
    x = operation.reads[0]
    channels, filters = x.shape[0], operation.makes.shape[0]
    if rooms.find(x)[0].array is not None:  # planes
        return False
    point = operation.groups == 1 and operation.window.kernel == (1, 1)
    return point or operation.groups == channels == filters > 1


def _passed_on(value: Value, rooms: Rooms) -> bool:
    """Whether only one operation reads a value, which lies alone in its room."""
    alone = rooms.alone(value) and not rooms.of[value][0].shared
    return alone and len(value.readers) == 1 and not value.kept


def _rows(run: list[Part], rooms: Rooms) -> int:
    """How many rows of the last map make a band; 0 if even one needs too many of the others."""
    height = run[-1].makes.shape[1]
    best = 0
    for rows in range(1, height // 2 + 1):
        kept, needed = 0, rows
        for before, part in reversed(list(pairwise(run))):
            window = part.conv.window
            if window is None:
                return 0
            needed = (needed - 1) * window.stride[0] + window.covers[0]
            kept += needed * rooms.find(before.makes)[0].strides[1]
        if kept <= KEPT:
            best = rows
    return best
