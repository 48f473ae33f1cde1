"""Sums through Ray's object store: a process puts its numbers there, the others fetch them.

Small arrays travel with the call to the Meeting itself. Two processes exchange their whole arrays;
more exchange chunks: each sums one chunk of all of them, and all fetch the sums (reduce-scatter,
then all-gather). Every sum adds in the order of the ranks.
"""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from itertools import pairwise
from typing import Any, NoReturn

import numpy as np
import ray
from numpy.typing import NDArray

from badak.distributed.communicator import Communicator, Pending, Stopwatch, WorkersLost
from badak.distributed.half import from_half, to_half
from badak.distributed.ray.line import Line
from badak.distributed.ray.meeting import Broken, Group
from badak.errors import BadakError

INLINE = 64 << 10  # bytes of all processes together that a call may carry
PIECE = 16 << 20  # bytes: what is larger passes in pieces, so that no store need hold all of it
GRACE = 5.0  # seconds more than the Meeting waits
FIRST_SLICE = 2.0  # seconds


class CutOff(BadakError):
    """This process cannot reach the others: it cannot go on, and they go on without it."""


class Member:
    """One process on its way through the generations.

    Args:
        meeting: the handle of the Meeting's actor.
        number: its number there.
        timeout: seconds.
        fault: returns the error that ended the job of another process, if it is known here.
    """

    def __init__(
        self,
        meeting: Any,
        number: int,
        timeout: float,
        fault: Callable[[], BaseException | None] = lambda: None,
    ) -> None:
        self.meeting, self.number, self.timeout, self._fault = meeting, number, timeout, fault
        self.group: Group | None = None
        self.line = Line()

    def ask(self, method: str, *values: Any) -> Any:
        """Call a method of the Meeting until it has an answer."""
        while True:
            answer = self.get(getattr(self.meeting, method).remote(*values))
            if answer is not None:
                return answer
            if method == "exchange":
                values = (*values[:-1], None)  # it has the payload already

    def get(self, reference: Any) -> Any:
        """Return the Meeting's answer."""
        try:
            return ray.get(reference, timeout=self.timeout + GRACE)
        except ray.exceptions.GetTimeoutError:
            words = f"the machine of rank 0 did not answer for {self.timeout:g} s"
        except ray.exceptions.RayActorError:
            words = "the meeting on the machine of rank 0 has ended"
        except ray.exceptions.RayError as fault:
            words = f"Ray cannot reach rank 0: {first_line(fault)}"
        raise WorkersLost(words, [0] if self.number else [])

    def join(self, generation: int) -> Group:
        """Return the next group."""
        try:
            answer = self.ask("join", self.number, generation)
        except WorkersLost as fault:
            raise CutOff(str(fault)) from None
        if isinstance(answer, Broken):
            self.refuse(answer)
        self.group = answer
        return self.group

    def refuse(self, broken: Broken) -> NoReturn:
        """Raise what a broken generation means."""
        if broken.fatal:
            raise self._fault() or BadakError(broken.words)
        raise WorkersLost(broken.words, broken.ranks)


class RayCommunicator(Communicator):
    """A process among those of one generation.

    Args:
        member: this process.
        group: the generation; None for a process that comes to a training that has begun: all it
            can do is `regroup`.
        waited: seconds waited in former generations.
    """

    engine = "Ray"
    elastic = True

    def __init__(self, member: Member, group: Group | None, waited: float = 0.0) -> None:
        super().__init__(member.timeout)
        self.waited = waited
        self.joining = group is None
        self._member = member
        self._generation, members, _ = group or Group(0, (0, member.number), frozenset())
        self.rank, self.size = members.index(member.number), len(members)
        self._lost: BaseException | None = None
        if self.joining:
            self._lost = WorkersLost("this process has come later, and is to regroup first")
        self._number = 0
        self._waiting = 0
        self._kept: list[Any] = []
        self._closed = False

    @property
    def waiting(self) -> int:
        """How many new processes wait to be taken in, by `regroup`; as of the last sum."""
        return self._waiting

    def barrier(self) -> None:
        """Return when all processes have called it."""
        _Sum(self, self._put(lambda: self._exchange(None))).wait()

    def regroup(self) -> "RayCommunicator":
        """Return a communicator of those that are left and those that came."""
        member, generation = self._member, self._generation
        with Stopwatch(self):
            group = member.line.put(lambda: member.join(generation)).result()
        return RayCommunicator(member, group, self.waited)

    def close(self) -> None:
        """Leave; a second call does nothing."""
        if not self._closed:
            self._closed = True
            self._member.line.close(0)

    def _start(self, array: NDArray[Any], half: bool) -> Pending:
        return _Sum(self, self._put(lambda: self._sum(array, half)))

    def _broadcast(self, array: NDArray[Any], root: int) -> None:
        _Sum(self, self._put(lambda: self._send(array, root))).wait()

    def _put(self, call: Callable[[], Any]) -> "Future[None]":
        """Let the line make a call; after one that failed, all calls of this generation fail."""

        def made() -> None:
            if self._lost:
                raise self._lost
            try:
                call()
            except BaseException as fault:
                self._lost = fault
                raise

        return self._member.line.put(made)

    def _sum(self, array: NDArray[Any], half: bool) -> None:
        if self.size == 1:
            self._exchange(None)  # it tells how many wait
            return
        for piece in _pieces(array):
            mine = to_half(piece) if half else piece
            if mine.nbytes * self.size <= INLINE:
                total = _add(self._exchange(mine))
            elif self.size == 2:
                total = _add(self._fetch(self._exchange([ray.put(mine)]), 0, mine))
            else:
                total = self._scattered(mine)
            piece[:] = from_half(total) if half else total

    def _scattered(self, mine: NDArray[Any]) -> NDArray[Any]:
        """Sum one chunk of all processes' numbers, and fetch the sums of the others."""
        bounds = [rank * len(mine) // self.size for rank in range(self.size + 1)]
        chunks = [mine[start:end] for start, end in pairwise(bounds)]
        given = self._exchange([ray.put(chunk) for chunk in chunks])
        total = _add(self._fetch(given, self.rank, chunks[self.rank]))
        sums = self._exchange([ray.put(total)])
        return np.concatenate(self._fetch(sums, 0, total))

    def _send(self, array: NDArray[Any], root: int) -> None:
        if self.size == 1:
            self._exchange(None)
            return
        for piece in _pieces(array):
            small = piece.nbytes * self.size <= INLINE
            mine: Any = None
            if self.rank == root:
                mine = piece if small else [ray.put(piece)]
            given = self._exchange(mine)[root]
            if self.rank != root:
                piece[:] = given if small else self._get([root], given)[0]

    def _exchange(self, payload: Any) -> list[Any]:
        """Give something to all, and return what all give, in the order of the ranks."""
        self._number += 1
        answer = self._member.ask("exchange", self._generation, self._number, self.rank, payload)
        if isinstance(answer, Broken):
            self._member.refuse(answer)
        # What all have given now proves that they have fetched what was put before.
        self._kept = [payload, answer.payloads]
        self._waiting = answer.waiting
        payloads: list[Any] = answer.payloads
        return payloads

    def _fetch(self, given: list[list[Any]], index: int, mine: NDArray[Any]) -> list[NDArray[Any]]:
        """Return every rank's numbers at `index` of what it has put; one's own are here."""
        others = [rank for rank in range(self.size) if rank != self.rank]
        arrays = self._get(others, [given[rank][index] for rank in others])
        return [*arrays[: self.rank], mine, *arrays[self.rank :]]

    def _get(self, ranks: list[int], references: list[Any]) -> list[NDArray[Any]]:
        """Fetch what these ranks have put; look now and then whether they are still there."""
        since, slice_ = time.monotonic(), FIRST_SLICE
        while True:
            try:
                return ray.get(references, timeout=slice_)
            except ray.exceptions.GetTimeoutError:
                left = self.timeout - (time.monotonic() - since)
                if left <= 0:
                    here, _ = ray.wait(references, num_returns=len(references), timeout=0)
                    late = [
                        rank for rank, one in zip(ranks, references, strict=True) if one not in here
                    ]
                    self._accuse(late, f"its numbers did not come for {self.timeout:g} s")
                self._look()
                slice_ = min(2 * slice_, left)
            except ray.exceptions.ObjectLostError:
                lost = [rank for rank, one in zip(ranks, references, strict=True) if _is_lost(one)]
                self._accuse(lost, "its process or machine ended")

    def _look(self) -> None:
        """Raise WorkersLost if the generation has ended meanwhile."""
        broken = self._member.get(self._member.meeting.state.remote(self._generation))
        if broken is not None:
            self._member.refuse(broken)

    def _accuse(self, ranks: list[int], why: str) -> NoReturn:
        meeting = self._member.meeting
        for rank in ranks:  # none, if they have come in the meantime
            self._member.get(meeting.accuse.remote(self._generation, self.rank, rank, why))
        self._look()
        raise WorkersLost(f"what rank {ranks} has put cannot be fetched: {why}", ranks)


class _Sum(Pending):
    def __init__(self, communicator: Communicator, future: "Future[None]") -> None:
        self._communicator, self._future = communicator, future

    def wait(self) -> None:
        with Stopwatch(self._communicator):
            self._future.result()


def _add(arrays: list[NDArray[Any]]) -> NDArray[Any]:
    """Add in the order given; numbers of half width in float32, rounded once."""
    half = arrays[0].dtype == np.uint16
    total = from_half(arrays[0]) if half else arrays[0].copy()
    for array in arrays[1:]:
        total += from_half(array) if half else array
    return to_half(total) if half else total


def _is_lost(reference: Any) -> bool:
    try:
        ray.get(reference, timeout=0)
    except ray.exceptions.ObjectLostError:
        return True
    except ray.exceptions.GetTimeoutError:
        pass
    return False


def _pieces(array: NDArray[Any]) -> Iterator[NDArray[Any]]:
    flat = array.reshape(-1)
    length = max(1, PIECE // flat.itemsize)
    return (flat[start : start + length] for start in range(0, len(flat), length))


def first_line(fault: BaseException) -> str:
    """Return the first line of an error's words."""
    return (str(fault).strip() or type(fault).__name__).splitlines()[0]
