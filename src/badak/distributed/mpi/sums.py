"""A sum on its way: each process adds one part of the array, in the order of the ranks.

Each receives its part from all others, adds, and sends the sum to all: as many bytes as a ring, in
two steps. A small array goes whole from each to all, in one step. Either way the sum is that of a
loop over the ranks, so it has the same bits on all processes and with any MPI library, and it is
known which process did not answer.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from badak.distributed.communicator import Pending, Stopwatch
from badak.distributed.half import from_half, to_half

if TYPE_CHECKING:
    from badak.distributed.mpi.communicator import MPI

FAREWELL = 0  # the tag of a last message; sums have the tags above
SMALL = 1 << 14  # bytes: an array of at most that goes whole
TAGS = 10_000  # the tags of that many sums are used in turn


class Sum(Pending):
    """A sum on its way: its parts come, are added, and go to all."""

    def __init__(self, owner: "MPI", array: NDArray[Any], half: bool, call: int) -> None:
        self._owner, self._array, self._half, self._call = owner, array, half, call
        self._tag = 1 + 2 * (call % TAGS)
        self.done = owner.size == 1 or array.size == 0
        if self.done:
            return
        numbers = array.reshape(-1)
        self._sent = to_half(numbers) if half else numbers
        self._whole = self._sent.nbytes <= SMALL
        size = owner.size
        self._cuts = [len(numbers) * rank // size for rank in range(size + 1)]
        own = slice(0, len(numbers)) if self._whole else self._part(owner.rank)
        self._own = own
        self._parts = np.empty((size, own.stop - own.start), self._sent.dtype)
        self._parts[owner.rank] = self._sent[own]
        everything = slice(0, len(numbers))
        self._exchange(
            self._tag,
            lambda rank: everything if self._whole else self._part(rank),
            lambda rank: self._parts[rank],
        )
        self._gathers = False

    def wait(self) -> None:
        """Return when the array holds the sum."""
        owner = self._owner
        with Stopwatch(owner), owner.faults():
            owner.until(lambda: self.done, self._call, self._missing)

    def advance(self) -> None:
        """Test what is on its way, and begin what comes after it."""
        if self.done or not self._owner.library.Request.Testall(self._requests):
            return
        if not self._gathers:
            self._add()
            if not self._whole:
                self._gathers = True
                own = self._own
                self._exchange(
                    self._tag + 1, lambda _: own, lambda rank: self._sent[self._part(rank)]
                )
                return
        if self._half:
            self._array.reshape(-1)[:] = from_half(self._sent)
        self.done = True
        del self._parts

    def _part(self, rank: int) -> slice:
        return slice(self._cuts[rank], self._cuts[rank + 1])

    def _exchange(
        self,
        tag: int,
        what: Callable[[int], slice],
        where: Callable[[int], NDArray[Any]],
    ) -> None:
        """Send `what` of the numbers to each other process, and receive its numbers in `where`."""
        messages, me, size = self._owner.messages, self._owner.rank, self._owner.size
        others = [(me + step) % size for step in range(1, size)]  # not all to the same one first
        self._from = others
        self._requests = [messages.Irecv(where(rank), rank, tag) for rank in others]
        self._requests += [messages.Isend(self._sent[what(rank)], rank, tag) for rank in others]

    def _add(self) -> None:
        """Add the parts in the order of the ranks, and put the sum where it belongs."""
        total = self._sent[self._own]
        wide = from_half(self._parts[0]) if self._half else self._parts[0]
        with np.errstate(over="ignore", invalid="ignore"):  # the trainer looks at the result
            for part in self._parts[1:]:
                wide += from_half(part) if self._half else part
        total[:] = to_half(wide) if self._half else wide

    def _missing(self) -> list[int]:
        waiting = zip(self._from, self._requests, strict=False)  # receives come first
        return sorted(rank for rank, request in waiting if not request.Test())
