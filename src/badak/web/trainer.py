"""Trainings: what this server trains, one at a time, and the runs that others train."""

import math
import threading
from collections.abc import Sequence
from contextlib import ExitStack

from badak.arrays import Array
from badak.errors import BadakError
from badak.training import RunDirectory
from badak.web.channel import Channel, Mailbox
from badak.web.job import ALIVE, Job
from badak.web.story import Story
from badak.web.watch import Watched

PATIENCE = 10.0  # seconds for the last step and its checkpoint when the server ends


class Trainings:
    """The trainings that pages can hear; safe for several threads.

    Attributes:
        job: the one that this server started last.
    """

    def __init__(self) -> None:
        self.job: Job | None = None
        self._nothing = Channel(Story())
        self._watched: dict[str, Watched] = {}
        self._lock = threading.RLock()

    @property
    def channel(self) -> Channel:
        """Of what this server trains, or trained last."""
        return self._nothing if self.job is None else self.job.channel

    def start(self, words: Sequence[str], run: RunDirectory, claim: ExitStack) -> Job:
        """Start `badak train`; pages that hear of the training before, or of this run, hear it.

        Args:
            words: its arguments.
            run: its run directory.
            claim: what keeps the directory; it is closed when the training has ended, or now if it
                cannot be started.

        Raises:
            BadakError: one is training already, or no process can be started.
        """
        with self._lock:
            before = self.channel
            try:
                self.check_free()
                self.job = Job(words, run, claim)
            except BaseException as fault:
                claim.close()
                if isinstance(fault, OSError):
                    raise BadakError(f"no process can be started: {fault.strerror}") from None
                raise
            going = before.let_go(everyone=before.story.run == run.path.name)
            watched = self._watched.pop(run.path.name, None)
            if watched is not None:
                watched.close()
                going += watched.channel.let_go(everyone=True)
            for page in going:
                self.job.channel.join(page)
            return self.job

    def check_free(self) -> None:
        """Refuse a second training: each would take twice as long."""
        if self.job is not None and self.job.state in ALIVE:
            raise BadakError(
                f"{self.job.run.path.name} is training; stop it first, or wait until it ends"
            )

    @property
    def running(self) -> Job:
        """The job that is running.

        Raises:
            BadakError: there is none.
        """
        if self.job is None or self.job.state not in ALIVE:
            raise BadakError("nothing is training here: start a training first")
        return self.job

    def watch(self, image: Array | None) -> None:
        """Show the maps of an image, (C*H*W,), while a network learns; of a test image if None."""
        job = self.job
        if job is None:
            return
        begin = job.channel.story.begin
        if image is not None and begin is not None and image.size != math.prod(begin["input"]):
            raise BadakError(f"input must be {begin['input']} numbers; got {image.size}")
        job.watch(image)

    def join(self, page: Mailbox, run: RunDirectory | None) -> Channel:
        """Tell a page of a run; of what is trained here if it is None."""
        with self._lock:
            if run is None or self._is_ours(run):
                channel = self.channel
            else:
                name = run.path.name
                if name not in self._watched:
                    self._watched[name] = Watched(run)
                channel = self._watched[name].channel
            channel.join(page)
            return channel

    def _is_ours(self, run: RunDirectory) -> bool:
        """Whether this server trains a run, or did last, and nobody else goes on with it."""
        if self.job is None or run.path != self.job.run.path:
            return False
        owner = run.owner
        return self.job.state in ALIVE or owner is None or not owner.alive

    def leave(self, page: Mailbox) -> None:
        """Tell a page no more."""
        with self._lock:
            self.channel.leave(page)
            for name, watched in list(self._watched.items()):
                watched.channel.leave(page)
                if not watched.channel.is_heard:
                    watched.close()
                    del self._watched[name]

    def close(self) -> None:
        """Stop what trains here: the step ends, and a checkpoint is written."""
        job = self.job
        if job is None or job.state not in ALIVE:
            return
        job.stop()
        if not job.wait(PATIENCE):
            job.kill()
            job.wait(PATIENCE)
