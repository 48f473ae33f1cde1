"""The processes that `badak train` trains with: itself alone, those of mpiexec, or Ray's.

Rank 0 reads the options, prints and writes the run directory. It tells the others what to train;
these read their share of the data and follow.
"""

import dataclasses
import json
import warnings
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import click

from badak.cli.config import RunConfig
from badak.cli.words import in_options, say
from badak.distributed import Communicator, WorkersLost, mpi
from badak.distributed.agreement import tell
from badak.distributed.communicator import TIMEOUT
from badak.errors import BadakError
from badak.training import RunDirectory

LOADING = 1800.0  # seconds
Options = dict[str, Any]
# What rank 0 does with a communicator to the others, or with None if it is alone.
Own = Callable[[Communicator | None], None]

workers_option = click.option(
    "--workers",
    type=click.IntRange(min=1),
    metavar="N",
    help="Train by N processes that Ray starts, on this machine or a cluster; each takes "
    "BATCH_SIZE images a step. `mpiexec -n N badak train` does the same by MPI.",
)
address_option = click.option(
    "--address",
    metavar="HOST:PORT",
    help="With --workers: use the Ray cluster there, which `ray start --head` began.",
)
timeout_option = click.option(
    "--timeout",
    type=click.FloatRange(min=0, min_open=True),
    default=TIMEOUT,
    show_default=True,
    metavar="SECONDS",
    help="Give up a worker that is silent for so long.",
)


@dataclass(frozen=True)
class Task:
    """What the others need to know: the options of the run, and how long it goes."""

    config: RunConfig
    how: dict[str, int | None]

    def to_bytes(self) -> bytes:
        """Return it as JSON."""
        return json.dumps([dataclasses.asdict(self.config), self.how]).encode()

    @classmethod
    def from_bytes(cls, content: bytes) -> "Task":
        """Read what `to_bytes` made."""
        config, how = json.loads(content)
        values: dict[str, Any] = {
            k: tuple(v) if isinstance(v, list) else v for k, v in config.items()
        }
        return cls(RunConfig(**values), how)

    def follow(self, communicator: Communicator) -> None:
        """Train as one that is not the first; nothing is printed or written."""
        fault = None
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the first one says it
            try:
                parts = self.config.load_parts()
                net = self.config.network()
                trainer = self.config.trainer(net, communicator=communicator, **self.how)
            except BadakError as caught:
                if communicator.elastic:  # there, the engine sees who ends
                    raise
                fault = caught
            if not communicator.elastic:
                with patience(communicator):
                    tell(communicator, fault)
            trainer.fit(parts.train, parts.measured)


@contextmanager
def patience(communicator: Communicator) -> Iterator[None]:
    """Wait long in the block: others read their images, or decode a folder of photos."""
    before = communicator.timeout
    communicator.timeout = max(before, LOADING)
    try:
        yield
    finally:
        communicator.timeout = before


class Team(ABC):
    """Processes to train with.

    Attributes:
        size: how many there are; None for one alone.
    """

    size: int | None = None

    def starting(self, command: str) -> str:
        """Return a command that is started by as many."""
        return command

    @abstractmethod
    def train(self, task: Task, own: Own) -> None:
        """Let all train: this process calls `own`, the others follow the task."""


class Alone(Team):
    """This process alone."""

    def train(self, task: Task, own: Own) -> None:
        """Nobody follows."""
        own(None)


class Started(Team):
    """The processes that mpiexec or Slurm started, as rank 0 sees them."""

    def __init__(self, communicator: Communicator) -> None:
        self.size, self._communicator = communicator.size, communicator
        self.training = False

    def starting(self, command: str) -> str:
        """With mpiexec."""
        return f"mpiexec -n {self.size} {command}"

    def train(self, task: Task, own: Own) -> None:
        """Tell the task; who trains tells the others what fails."""
        tell(self._communicator, None)
        self._communicator.broadcast_bytes(task.to_bytes())
        with patience(self._communicator):
            tell(self._communicator, None)
        self.training = True
        own(self._communicator)
        self.training = False


class Hired(Team):
    """Processes that Ray starts for each task."""

    def __init__(self, size: int, address: str | None, timeout: float) -> None:
        self.size: int = size
        self._address, self._timeout = address, timeout

    def starting(self, command: str) -> str:
        """With the options for Ray."""
        place = "" if self._address is None else f" --address {self._address}"
        return f"{command} --workers {self.size}{place}"

    def train(self, task: Task, own: Own) -> None:
        """Start them, and end them after it."""
        from badak.distributed import ray

        job = Job(own, task.to_bytes())
        if self.size > 1:
            say(f"Ray starts {self.size} workers")  # which may take a minute
        ray.launch(job, self.size, self._address, self._timeout, tell=say)


class Job:
    """What each process does; `own` stays in this one."""

    def __init__(self, own: Own | None, task: bytes) -> None:
        self._own, self._task = own, task

    def __getstate__(self) -> dict[str, Any]:
        return {"_own": None, "_task": self._task}

    def __call__(self, communicator: Communicator) -> None:
        """Train with the others."""
        if self._own is not None:
            self._own(communicator)
        else:
            Task.from_bytes(self._task).follow(communicator)


def work_together(options: Options, train: Callable[[Team], None]) -> None:
    """Call `train` with the processes that the command line or mpiexec gives; takes its options."""
    size, address, timeout = (options.pop(name) for name in ("workers", "address", "timeout"))
    if address is not None and size is None:
        raise BadakError("--address needs --workers, how many processes to start there")
    if mpi.world_size() > 1:
        if size is not None:
            raise BadakError(
                f"--workers is for Ray, and mpiexec has started {mpi.world_size()} processes: "
                "use one of them"
            )
        with mpi.MPI(timeout) as communicator:
            try:
                if communicator.rank:
                    _follow(communicator)
                else:
                    _lead(communicator, train)
            except WorkersLost as lost:
                communicator.fail(in_options(str(lost)), lost, code=2)
    else:
        train(Alone() if size is None else Hired(size, address, timeout))


def check_size(config: RunConfig, team: Team, begun: RunDirectory) -> None:
    """Refuse to continue a run by another number of workers, and say how it goes on."""
    before, now = config.workers or 1, team.size or 1
    if before == now:
        return
    if before == 1:
        raise BadakError(
            f"{begun.path} was begun by one process: continue it without workers, or choose "
            "another --run-dir"
        )
    raise BadakError(
        f"{begun.path} was begun by {before} workers, and {now} would get other bits: "
        f"continue it by `mpiexec -n {before}` or with --workers {before}, or pass "
        "--accept-other-bits"
    )


def _lead(communicator: Communicator, train: Callable[[Team], None]) -> None:
    """Do what the first process does, and tell the others when no task is left, or why."""
    team = Started(communicator)
    try:
        train(team)
    except WorkersLost:
        raise
    except BadakError as fault:
        if not team.training:  # else all have raised it
            tell(communicator, fault)
        raise
    tell(communicator, None)
    communicator.broadcast_bytes()


def _follow(communicator: Communicator) -> None:
    """Do what the first process tells, until it has no task left."""
    while True:
        with patience(communicator):
            tell(communicator, None)
        content = communicator.broadcast_bytes()
        if not content:
            return
        Task.from_bytes(content).follow(communicator)
