"""MPI: one of the processes that mpiexec or Slurm started.

No call waits longer than its timeout: a message is tested now and then, never waited for. A process
that leaves tells how many calls it made, so that those that would wait for it know at once. Rank 0
takes part in every call, so the others tell rank 0, and rank 0 tells all.
"""

import time
import traceback
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from badak import launcher
from badak.distributed.communicator import (
    TIMEOUT,
    Communicator,
    Pending,
    Stopwatch,
    WorkersLost,
)
from badak.distributed.mpi import library, supervisor
from badak.distributed.mpi.sums import FAREWELL, Sum
from badak.errors import BadakError, listed

PATIENCE = 2.0  # seconds in which processes that end together say so
LAST_WORDS = 1.0  # seconds in which the parent of a killed process speaks
PAUSE = 1e-3  # seconds, the longest sleep between two tests


class MPI(Communicator):
    """One of the processes that ``mpiexec -n 4 python script.py`` or Slurm's ``srun`` started.

    The package mpi4py and an MPI library carry the messages; ``pip install 'badak[mpi]'`` brings
    both, and mpiexec. A fault of one process alone inside a ``with`` block ends all processes, with
    one line that says what happened; a fault of all of them is raised on each.

    Args:
        timeout: seconds that it waits for the others.

    Raises:
        MissingExtra: mpi4py or an MPI library is not installed.
        BadakError: the library sees another number of processes than were started.
    """

    engine = "MPI"

    def __init__(self, timeout: float = TIMEOUT) -> None:
        super().__init__(timeout)
        self.library, self.messages = library.initialized(self.timeout)
        self.rank, self.size = self.messages.rank, self.messages.size
        _check_size(self.size, self.library)
        self.closed = False
        self._begun = 0  # sums, broadcasts and barriers
        self._pending: deque[Sum] = deque()
        self._gone: dict[int, int] = {}  # of each rank that left, how many calls it made
        self._faulty: set[int] = set()  # those that left because of a fault
        self._farewells: list[Any] = []
        library.register(self)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if fault is None or (isinstance(fault, SystemExit) and not fault.code):
            try:
                self.close()
            except WorkersLost as lost:
                self.fail(str(lost), lost)
            return
        words = f"{type(fault).__name__}: {fault}"
        if isinstance(fault, BadakError):
            words = str(fault)
        elif isinstance(fault, SystemExit):
            words = f"it ended with status {fault.code}"
        self.fail(words, fault)

    def fail(self, words: str, fault: BaseException | None = None, code: int = 1) -> None:
        """Leave because of a fault: alone, and then all processes end, or as all others do.

        Returns only if all processes leave so; then each may print or raise what it likes.

        Args:
            words: what happened, for the one line that is printed if this process fails alone.
            fault: what was raised, if anything was. After `WorkersLost` all processes end.
            code: the exit status, if this process fails alone.
        """
        if isinstance(fault, WorkersLost):
            self.closed = True
            # If one was killed, its parent says so and ends all; else the first one that is left.
            time.sleep(LAST_WORDS * supervisor.is_there() + 0.5 * min(self.rank, 10))
            library.abort(words, code)
        if self.closed:
            return
        self._say_farewell(faulty=True)
        if self._absent(PATIENCE):
            if fault is not None and not isinstance(fault, BadakError | SystemExit):
                traceback.print_exception(fault)
            library.abort(f"process {self.rank} of {self.size}: {words}", code)

    def close(self) -> None:
        """Leave, when all others leave too; a second call does nothing.

        Raises:
            WorkersLost: another process did not leave within the timeout.
        """
        if self.closed:
            return
        self._say_farewell()
        absent = self._absent(self.timeout)
        if absent:
            self.closed = False  # at the exit, all processes are ended
            raise self._lost(absent, f"did not end within {self.timeout:g} s")

    def advance(self) -> None:
        """Let sums on their way advance."""
        with self.faults():
            for one in self._pending:
                one.advance()
        while self._pending and self._pending[0].done:
            self._pending.popleft()

    def barrier(self) -> None:
        """Return when all processes have called it."""
        with Stopwatch(self), self.faults():
            self._begun += 1
            self.until(self.messages.Ibarrier().Test, self._begun)

    def _start(self, array: NDArray[Any], half: bool) -> Pending:
        self._begun += 1
        with self.faults():
            one = Sum(self, array, half, self._begun)
        self._pending.append(one)
        return one

    def _broadcast(self, array: NDArray[Any], root: int) -> None:
        if not array.size:
            return
        with Stopwatch(self), self.faults():
            self._begun += 1
            bytes_of_it = array.reshape(-1).view(np.uint8)
            self.until(self.messages.Ibcast(bytes_of_it, root).Test, self._begun)

    def until(
        self, done: Callable[[], bool], call: int, missing: Callable[[], list[int]] = list
    ) -> None:
        """Return when `done` says so.

        Args:
            done: tested again and again.
            call: the number of the call that waits.
            missing: returns the ranks that have not answered, if that is known.

        Raises:
            WorkersLost: another process left before that call, or did not answer in time.
        """
        since = time.perf_counter()
        limit = self.timeout
        while True:
            self.advance()
            if done():
                return
            waited = time.perf_counter() - since
            self._hear_farewells()
            left = [rank for rank, calls in self._gone.items() if calls < call]
            if left and not self._faulty.issuperset(left):
                raise self._lost(left, "ended before the others")
            if left:  # it says why and ends all; this process speaks only if it does not
                limit = min(limit, waited + 2 * PATIENCE)
            if waited > limit:
                how = "ended with a fault" if left else f"did not answer for {self.timeout:g} s"
                raise self._lost(left or missing(), how)
            # Two processes may share a core. A sixteenth of the time is not felt.
            time.sleep(min(waited / 16, PAUSE))

    @contextmanager
    def faults(self) -> Iterator[None]:
        """Turn the MPI library's errors into `WorkersLost`."""
        try:
            yield
        except self.library.Exception as fault:
            reason = " ".join(str(fault).split())
            raise self._lost([], f"cannot be reached ({reason:.200})") from None

    def _say_farewell(self, faulty: bool = False) -> None:
        self.closed = True
        note = np.array([self._begun, faulty])
        others = [0] if self.rank else range(1, self.size)
        with self.faults():
            sent = [self.messages.Isend(note, rank, FAREWELL) for rank in others]
        self._farewells = [note, *sent]  # kept until they have arrived

    def _hear_farewells(self) -> None:
        status = self.library.Status()
        while self.messages.Iprobe(tag=FAREWELL, status=status):
            note = np.zeros(2, np.int64)
            self.messages.Recv(note, status.source, FAREWELL)
            self._gone[status.source] = int(note[0])
            if note[1]:
                self._faulty.add(status.source)

    def _absent(self, patience: float) -> list[int]:
        """Return the ranks that have not left after that many seconds."""
        others = set(range(1, self.size)) if self.rank == 0 else {0}
        since = time.perf_counter()
        while others - set(self._gone):
            waited = time.perf_counter() - since
            if waited > patience:
                break
            try:
                self._hear_farewells()
                self.advance()  # others may still wait for a part from this process
            except (self.library.Exception, WorkersLost):
                break
            time.sleep(min(waited / 16, PAUSE))
        return sorted(others - set(self._gone))

    def _lost(self, ranks: list[int], how: str) -> WorkersLost:
        who = "another process"
        if ranks:
            who = ("processes " if len(ranks) > 1 else "process ") + listed([*map(str, ranks)])
        return WorkersLost(
            f"MPI: {who} of {self.size} {how}, says process {self.rank}; all processes end here. "
            "Start them again with resume=True: they go on from the last checkpoint",
            ranks,
        )


def _check_size(size: int, mpi: Any) -> None:
    """Refuse a world of another size than was started; such a process would train alone."""
    if launcher.started() and size != launcher.world_size():
        name = " ".join(mpi.Get_library_version().split()[:3])
        raise BadakError(
            f"MPI: {launcher.world_size()} processes were started, but the MPI library of this "
            f"one sees {size}: the library ({name}) and what started it do not belong together. "
            "Use the mpiexec that pip installed beside Python; under Slurm, srun with PMI2"
        )
