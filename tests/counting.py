"""A job that counts: what is lost, doubled or mixed with something else shows in the total.

Step s adds the numbers from 100 s to 100 s + 99, shared among the ranks, to a total that all know.
After each change of the group, all go on from rank 0's step and total.
"""

import os
import signal
from collections.abc import Callable
from typing import Any

import numpy as np

from badak.distributed import Communicator, WorkersLost


class Counting:
    """Args: what rank 0 calls before each step, with the step, the size of the group, and the
    processes' numbers; it returns whether the step is the last one.

    Attributes:
        log: rank 0's: (step, size) for each group, and the ranks of those that were lost.
    """

    def __init__(self, before: Callable[[int, int, list[int]], bool]) -> None:
        self.before = before
        self.log: list[tuple[int, ...]] = []

    def __getstate__(self) -> dict[str, Any]:
        return {"before": None, "log": []}  # the others have their own

    def __call__(self, communicator: Communicator) -> int:
        """Return the total, less what it must be after so many steps."""
        step = total = last = 0
        if communicator.joining:
            communicator = communicator.regroup()
        while True:
            try:
                state = np.array([step, total])
                communicator.broadcast_(state)
                step, total = (int(number) for number in state)
                pids = communicator.gather(np.array(os.getpid())).tolist()
                self.log.append((step, communicator.size))
                while not last:
                    over = bool(self.before and self.before(step, communicator.size, pids))
                    first = 100 * step + communicator.rank
                    mine = sum(range(first, 100 * step + 100, communicator.size))
                    large = np.full(100_000, step + 1, np.float32)
                    report = np.array([mine, communicator.waiting, over])
                    pending = communicator.start_allreduce_(large)
                    communicator.allreduce_(report)
                    pending.wait()
                    if not (large == (step + 1) * communicator.size).all():
                        raise AssertionError(f"step {step}: {large}")
                    added, waiting, last = report.tolist()
                    step, total = step + 1, total + added
                    if waiting and not last:
                        communicator = communicator.regroup()
                        break
                else:
                    return total - sum(range(100 * step))
            except WorkersLost as lost:
                self.log.append(lost.ranks)
                communicator = communicator.regroup()

    @property
    def sizes(self) -> list[int]:
        return [entry[1] for entry in self.log if len(entry) == 2]


def kill(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)
