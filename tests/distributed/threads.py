"""Ranks that are threads of one process: a Communicator in memory, for tests of what stands on one.

Each call of a rank has a number; what the ranks bring to one number must be of the same kind, shape
and dtype, so a test fails if two ranks call different things.
"""

import threading
from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from badak.distributed import Communicator, Pending, WorkersLost
from badak.distributed.communicator import Stopwatch
from badak.distributed.half import from_half, to_half

Result = TypeVar("Result")


class Brought(NamedTuple):
    """What one rank brings to a call."""

    kind: str
    array: NDArray[Any]


class Room:
    """Where ranks leave what the others need; a call's table is cleared when all have read it."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.gone: set[int] = set()
        self._changed = threading.Condition()
        self._tables: dict[int, dict[int, Brought]] = {}
        self._read: dict[int, set[int]] = {}

    def bring(self, number: int, rank: int, brought: Brought) -> None:
        """Leave something, and do not wait."""
        with self._changed:
            self._tables.setdefault(number, {})[rank] = brought
            self._changed.notify_all()

    def all_of(self, number: int, rank: int, timeout: float) -> list[Brought]:
        """Wait until every rank has brought something, and return it in the order of ranks."""
        with self._changed:
            table = self._tables[number]
            whole = self._changed.wait_for(
                lambda: len(table) == self.size or self.gone - table.keys(), timeout
            )
            if len(table) < self.size:
                lost = sorted(self.gone - table.keys()) if whole else []
                raise WorkersLost(f"ranks {lost or 'unknown'} are gone or silent", lost)
            read = self._read.setdefault(number, set())
            read.add(rank)
            if len(read) == self.size:
                del self._tables[number], self._read[number]
        every = [table[each] for each in range(self.size)]
        forms = {(kind, array.shape, array.dtype) for kind, array in every}
        assert len(forms) == 1, f"the ranks made different calls: {forms}"
        return every

    def leave(self, rank: int) -> None:
        """Whoever waits for this rank from now on waits in vain."""
        with self._changed:
            self.gone.add(rank)
            self._changed.notify_all()


class Threads(Communicator):
    """One rank of a `Room`.

    Attributes:
        calls: the kind and the number of elements of each call so far.
    """

    engine = "threads"

    def __init__(self, room: Room, rank: int, timeout: float = 20) -> None:
        super().__init__(timeout)
        self.room, self.rank, self.size = room, rank, room.size
        self.calls: list[tuple[str, int]] = []

    def barrier(self) -> None:
        self._meet("barrier", np.zeros(0))()

    def close(self) -> None:
        self.room.leave(self.rank)

    def _start(self, array: NDArray[Any], half: bool) -> Pending:
        if not half:
            return Sum(array, self._meet("sum", array))
        bits = self._meet("half sum", to_half(array))
        return Sum(array, lambda: [from_half(each) for each in bits()], half)

    def _broadcast(self, array: NDArray[Any], root: int) -> None:
        array[...] = self._meet(f"broadcast of {root}", array)()[root]

    def _meet(self, kind: str, array: NDArray[Any]) -> Callable[[], list[NDArray[Any]]]:
        """Bring an array to the next call; what is returned waits for the others' arrays."""
        number = len(self.calls)
        self.calls.append((kind, array.size))
        self.room.bring(number, self.rank, Brought(kind, array.copy()))

        def arrays() -> list[NDArray[Any]]:
            with Stopwatch(self):
                every = self.room.all_of(number, self.rank, self.timeout)
            return [brought.array for brought in every]

        return arrays


class Sum(Pending):
    """A sum that is made by whoever waits for it, in the order of ranks."""

    def __init__(
        self, array: NDArray[Any], arrays: Callable[[], list[NDArray[Any]]], half: bool = False
    ) -> None:
        self._array, self._arrays, self._half = array, arrays, half

    def wait(self) -> None:
        first, *rest = self._arrays()
        total = first.copy()
        for array in rest:
            total += array
        self._array[...] = from_half(to_half(total)) if self._half else total


def on_ranks(size: int, job: Callable[[Threads], Result], timeout: float = 20) -> list[Result]:
    """Call ``job(communicator)`` on each of `size` ranks at once; return what each returned.

    A rank whose job raises is gone for the others. The first such fault is raised here; one that
    only says that others are gone comes last.
    """
    room, results, faults = Room(size), dict[int, Result](), list[BaseException]()

    def run(rank: int) -> None:
        with Threads(room, rank, timeout) as communicator:
            try:
                results[rank] = job(communicator)
            except BaseException as fault:
                faults.append(fault)

    threads = [threading.Thread(target=run, args=(rank,), daemon=True) for rank in range(size)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(3 * timeout)
    for fault in sorted(faults, key=lambda each: isinstance(each, WorkersLost)):
        raise fault
    assert len(results) == size, f"only ranks {sorted(results)} ended in time"
    return [results[rank] for rank in range(size)]
