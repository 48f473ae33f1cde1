"""The workers as rank 0 sees them: asks for them, notices who ends, and asks for others instead.

Each worker has a place: a placement group of one bundle, found when a machine has room. When the
worker is lost, it is given back: the machine may be lost, too, which Ray notices seconds later.
"""

import threading
import time
from contextlib import suppress
from types import TracebackType
from typing import Any, Self

import ray
from ray.util.placement_group import placement_group, remove_placement_group
from ray.util.scheduling_strategies import (
    NodeAffinitySchedulingStrategy,
    PlacementGroupSchedulingStrategy,
)

from badak.distributed.ray.communicator import Member, RayCommunicator, first_line
from badak.distributed.ray.meeting import FIRST, Broken, Meeting
from badak.distributed.ray.worker import Fault, Job, Worker
from badak.errors import BadakError

LOOK = 0.5  # seconds between looks at whom to ask again
HASTE = 10.0  # seconds; if a worker ends sooner, the next one is asked for after a pause
PATIENCE = 5.0  # seconds from asking for a worker until it comes; doubled each time
LONGEST_PAUSE = 30.0  # seconds
ROOM = 10.0  # seconds in which this machine's processors may become free for rank 0
NO_ROOM = "no room yet, or slow to start"


class Crew:
    """Args: see `launch`."""

    def __init__(self, job: Job, workers: int, timeout: float, cpus: int) -> None:
        self.fault: BaseException | None = None
        self._timeout, self._cpus = timeout, cpus
        self._meeting = _meeting(workers, timeout, cpus)
        self._job = ray.put(job)
        self._next = workers
        self._closing = threading.Event()
        self._places = [_Place() for _ in range(1, workers)]
        for number, place in enumerate(self._places, start=1):
            place.number = number
            self._ask(place)
        self.member = Member(self._meeting, FIRST, timeout, lambda: self.fault)
        self._watcher = threading.Thread(target=self._watch, name="badak-crew", daemon=True)
        self._watcher.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """End all workers, whatever they do."""
        self._closing.set()
        for actor in [place.actor for place in self._places] + [self._meeting]:
            ray.kill(actor)
        self.member.line.close(self._timeout)  # its call ends, as the meeting has ended
        self._watcher.join(self._timeout)
        for place in self._places:
            remove_placement_group(place.group)  # again, in some cases; it does nothing then

    def meet(self) -> RayCommunicator:
        """Return rank 0's communicator of those that came in time."""
        group = self.member.line.put(lambda: self.member.ask("arrive", FIRST)).result()
        if isinstance(group, Broken):
            self.member.refuse(group)
        self.member.group = group
        return RayCommunicator(self.member, group)

    def finish(self) -> None:
        """Wait until the workers' jobs have ended, too.

        Raises:
            BaseException: the error that ended one of them.
        """
        group = self.member.group
        until = time.monotonic() + self._timeout
        while group and any(place.number in group.members for place in self._places):
            if self.fault or time.monotonic() > until:
                break
            self._closing.wait(0.01)
        if self.fault:
            raise self.fault

    def absent(self) -> list[str]:
        """Return why each worker that is not in the group is not there."""
        members = self.member.group.members if self.member.group else ()
        return [place.why for place in self._places if place.number not in members]

    def _ask(self, place: "_Place") -> None:
        """Ask for a worker: it comes when its place has been found."""
        place.group = placement_group([{"CPU": self._cpus}], strategy="SPREAD")
        place.since = time.monotonic()
        actor: Any = ray.remote(Worker)
        place.actor = actor.options(
            num_cpus=self._cpus,
            max_restarts=0,
            scheduling_strategy=PlacementGroupSchedulingStrategy(place.group, 0),
        ).remote()
        place.ending = place.actor.run.remote(self._meeting, place.number, self._job, self._timeout)

    def _watch(self) -> None:
        # The meeting ends with the job; what else goes wrong with it, rank 0 hears when it asks.
        with suppress(ray.exceptions.RayError):
            while not self._closing.is_set():
                self._look()

    def _look(self) -> None:
        now = time.monotonic()
        for place in self._places:
            if place.ending is None and not place.done and now >= place.since + place.pause:
                self._ask(place)
            elif self.member.group and place.number in self.member.group.gone:
                ray.kill(place.actor)  # it may live, out of reach or too slow
            elif place.ending is not None and not place.arrived:
                self._hurry(place, now)
        endings = {place.ending: place for place in self._places if place.ending is not None}
        if not endings:
            self._closing.wait(LOOK)
            return
        ended, _ = ray.wait(list(endings), num_returns=1, timeout=LOOK)
        for ending in ended:
            if not self._closing.is_set():
                self._end(endings[ending])

    def _hurry(self, place: "_Place", now: float) -> None:
        """Look for another place if a worker does not come: its machine may have been lost."""
        place.arrived = self._tell("has_arrived", place.number)
        if place.arrived:
            place.patience = PATIENCE
        elif now > place.since + place.patience:
            place.patience = min(2 * place.patience, LONGEST_PAUSE)
            place.given_up = True
            ray.kill(place.actor)

    def _end(self, place: "_Place") -> None:
        """Act on the end of a worker: tell the others, and ask for another one if it was lost."""
        outcome = _outcome(place.ending)
        place.ending = None
        if isinstance(outcome, Fault):
            self.fault = outcome.error  # first: others ask for it as soon as the meeting knows
            if self._tell("fail", place.number, outcome.words):
                place.done = True
                return
            self.fault, outcome = None, outcome.words
        number, place.number = place.number, self._next
        self._next += 1
        if outcome is None:
            place.done = True
            self._tell("leave", number, "its job has ended")
            return
        if place.arrived or not place.given_up:
            place.why = outcome
        remove_placement_group(place.group)
        lasted = time.monotonic() - place.since
        short = lasted < HASTE and not place.given_up
        place.pause = min(2 * place.pause + 1, LONGEST_PAUSE) if short else 0.0
        place.arrived = place.given_up = False
        self._tell("invite", place.number)
        self._tell("leave", number, outcome)

    def _tell(self, method: str, *values: Any) -> Any:
        answer = getattr(self._meeting, method).remote(*values)
        while True:
            with suppress(
                ray.exceptions.GetTimeoutError
            ):  # too busy; if it had ended, we would know
                return ray.get(answer, timeout=self._timeout)


def _meeting(workers: int, timeout: float, cpus: int) -> Any:
    """Start the Meeting on this machine; it holds the processors that rank 0 uses, if it can."""
    here = NodeAffinitySchedulingStrategy(ray.get_runtime_context().get_node_id(), soft=False)
    actor: Any = ray.remote(Meeting)
    asked = {}  # the first one is not ended for the second: it may only be slow
    for share, patience in ((cpus, min(timeout, ROOM)), (0, timeout)):
        meeting = actor.options(
            num_cpus=share, scheduling_strategy=here, max_concurrency=10_000
        ).remote(range(workers), timeout)
        asked[meeting.state.remote(0)] = meeting
        end = time.monotonic() + patience
        while asked and (left := end - time.monotonic()) > 0:
            for first in ray.wait(list(asked), timeout=left)[0]:
                meeting = asked.pop(first)
                with suppress(ray.exceptions.RayActorError, ray.exceptions.ActorUnschedulableError):
                    ray.get(first)
                    return meeting  # Ray ends the other one: nobody refers to it any more
    raise BadakError(
        "Ray started no process on this machine; "
        "see `ray status` and the logs in /tmp/ray/session_latest/logs"
    )


def _outcome(ending: Any) -> Fault | str | None:
    """Return what a worker's job returned, or why it did not."""
    try:
        outcome: Fault | str | None = ray.get(ending)
        return outcome
    except ray.exceptions.RayTaskError as fault:
        return _failed(fault)
    except ray.exceptions.RayActorError as fault:
        if "creation task" in str(fault):
            return f"it cannot start: {str(fault).strip().splitlines()[-1]}"
        return "its process or machine ended"
    except ray.exceptions.RayError as fault:
        return first_line(fault)


def _failed(fault: Any) -> Fault:
    """Return the fault of a job that could not even be read on the worker's machine."""
    words = f"a worker's machine cannot take the job: {str(fault).strip().splitlines()[-1]}"
    return Fault(BadakError(words), words)


class _Place:
    def __init__(self) -> None:
        self.group: Any = None
        self.actor: Any = None
        self.number = 0
        self.ending: Any = None  # the reference to what its job returns; None: nobody is asked
        self.since = 0.0
        self.pause = 0.0
        self.done = False
        self.why = NO_ROOM  # there is nobody
        self.arrived = self.given_up = False
        self.patience = PATIENCE
