"""A worker: an actor that takes part in the job, and says how the job ended for it."""

import traceback
from collections.abc import Callable
from typing import Any, NamedTuple

from ray import cloudpickle as _cloudpickle

from badak.distributed.communicator import Communicator
from badak.distributed.ray.communicator import CutOff, Member, RayCommunicator
from badak.distributed.ray.meeting import Broken, Late
from badak.errors import BadakError

cloudpickle: Any = _cloudpickle  # it has no types
Job = Callable[[Communicator], Any]


class Fault(NamedTuple):
    """The error that ended the job of a worker."""

    error: BaseException
    words: str


class Worker:
    """Ranks 1 and up; rank 0 is the process that calls `launch`."""

    def run(self, meeting: Any, number: int, job: Job, timeout: float) -> Fault | str | None:
        """Do the job.

        Returns:
            None at its end, the fault of the job, or why this process cannot go on by itself.
        """
        member = Member(meeting, number, timeout)
        try:
            group = member.ask("arrive", number)
            if isinstance(group, Broken):
                return group.words
            with RayCommunicator(member, None if isinstance(group, Late) else group) as mine:
                job(mine)
        except CutOff as fault:
            return str(fault)
        except BaseException as fault:  # it is for rank 0 to read; also sys.exit and the like
            return _fault(fault)
        return None


def _fault(error: BaseException) -> Fault:
    """Return an error such that it can travel; with its traceback, if it is a bug."""
    error.__traceback__, lines = None, traceback.format_exception(error)
    error.__cause__ = error.__context__ = None
    if not isinstance(error, BadakError):
        error.add_note("In a worker:\n" + "".join(lines))
    words = f"{type(error).__name__}: {error}"
    try:
        cloudpickle.loads(cloudpickle.dumps(error))
    except Exception:
        notes = getattr(error, "__notes__", [])
        error = RuntimeError(words)
        for note in notes:
            error.add_note(note)
    if not isinstance(error, Exception):
        error = RuntimeError(words)  # a worker's exit or interrupt is not one of rank 0
    return Fault(error, words)
