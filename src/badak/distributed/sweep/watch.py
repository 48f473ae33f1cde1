"""Watch: what a trial's training and the sweep say to each other, in two threads of one process."""

import queue
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

from badak.errors import BadakError
from badak.training import Interrupted


class Told(NamedTuple):
    """How far a trial is: epochs that have ended, of how many, and the score so far."""

    epoch: int
    epochs: int
    score: float
    loss: float


class Watch:
    """Lets a training tell its epochs, and be stopped.

    Attributes:
        stopping: whether the training is to stop after the current step, with a checkpoint.
    """

    def __init__(self) -> None:
        self.stopping = False
        self._told: queue.Queue[Told | None] = queue.Queue()
        self._answers: queue.Queue[bool] = queue.Queue()

    def tell(self, told: Told) -> bool:
        """Tell that an epoch has ended; wait for the answer, whether to go on."""
        self._told.put(told)
        if self._answers.get():
            return True
        self.stopping = True
        return False

    def end(self) -> None:
        """Tell that the training has ended, well or not."""
        self._told.put(None)

    def heard(self, seconds: float) -> Told | None:
        """Return what was told; None if the training ends.

        Raises:
            queue.Empty: nothing was told within `seconds`.
        """
        return self._told.get(timeout=seconds)

    def answer(self, go_on: bool) -> None:
        """Let a training go on that told an epoch, or stop it."""
        if not go_on:
            self.stopping = True
        self._answers.put(go_on)


# Trains one trial, given all its options and its run directory, or continues it; tells each epoch;
# stops if asked to, by raising Interrupted after its checkpoint is written.
Job: TypeAlias = Callable[[dict[str, Any], Path, Watch], None]


class Training:
    """A trial in a thread of its own.

    Args:
        job: trains it.
        options: all its options.
        place: its run directory.

    Attributes:
        fault: why it failed, in a line; None if it did not.
        interrupted: whether it was stopped before its end.
    """

    def __init__(self, job: Job, options: dict[str, Any], place: Path) -> None:
        self.watch = Watch()
        self.fault: str | None = None
        self.interrupted = False
        self._waits = False  # for an answer
        self._thread = threading.Thread(target=self._run, args=(job, options, place), daemon=True)
        self._thread.start()

    def next(self, seconds: float) -> Told | None:
        """Let it go on; return what it tells within some seconds, or None if it ends.

        Raises:
            queue.Empty: an epoch takes longer than that.
        """
        if self._waits:
            self._waits = False
            self.watch.answer(True)
        told = self.watch.heard(seconds)
        self._waits = told is not None
        if told is None:
            self._thread.join()
        return told

    def stop(self) -> None:
        """Stop it, and return when its checkpoint is written."""
        self.watch.answer(False)  # to this epoch, or else to the next
        self._thread.join()

    def _run(self, job: Job, options: dict[str, Any], place: Path) -> None:
        try:
            job(options, place, self.watch)
        except Interrupted:
            self.interrupted = True
        except BadakError as fault:
            self.fault = " ".join(str(fault).split())
        except MemoryError:
            self.fault = "out of memory: use a smaller batch, image or model"
        except OSError as fault:
            self.fault = f"{fault.filename or 'the system'}: {fault.strerror or fault}"
        except Exception as fault:  # a fault of badak ends this trial, not the sweep
            self.fault = " ".join(f"{type(fault).__name__}: {fault}".split())
        finally:
            self.watch.end()
