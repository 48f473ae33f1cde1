"""Progress: a bar in a terminal or notebook, plain lines elsewhere."""

import errno
import math
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from badak import notebook, terminal
from badak.languages import translated
from badak.training.callbacks import Callback
from badak.training.ending import nothing_left, stopped_early
from badak.training.history import EpochRecord, StepRecord
from badak.training.interruption import BROKEN_PIPE, HANG_UP
from badak.training.running import Running


class Bar(Protocol):
    """What shows the progress, in a terminal or notebook."""

    def move(self, done: int, stage: str, figures: str) -> None: ...  # noqa: D102
    def say(self, line: str) -> None: ...  # noqa: D102
    def end(self) -> None: ...  # noqa: D102


class Progress(Callback):
    """Shows a bar with loss, accuracy, images/s and time left; plain lines if nobody watches."""

    # The share of the old value in the moving means shown.
    SMOOTH = 0.9

    def on_train_start(self, trainer: Running) -> None:
        """Draw the bar, or say that nothing is left to train."""
        self._bar: Bar | None = None
        self._since = time.perf_counter()
        self._loss = self._accuracy = self._rate = float("nan")
        # Steps of before a resume must not count as done in the first second.
        self._done = len(trainer.history.steps)
        with _stopping_if_unread(trainer):
            if self._done and (words := nothing_left(trainer)):
                print(translated(f"nothing left to train: {words}"), flush=True)
            else:
                self._bar = _bar(trainer.epochs * trainer.batch_count, self._done)

    def on_step(self, trainer: Running, record: StepRecord) -> None:
        """Move the bar and its moving means."""
        now = time.perf_counter()
        self._loss = self._mean(self._loss, record.loss)
        self._accuracy = self._mean(self._accuracy, record.accuracy)
        self._rate = self._mean(self._rate, record.images / max(now - self._since, 1e-9))
        self._since = now
        if self._bar is None:
            return
        with _stopping_if_unread(trainer):
            self._bar.move(
                record.step,
                f"epoch {record.epoch}/{trainer.epochs}",
                f"loss {self._loss:.4f}  acc {self._accuracy:.3f}  {self._rate:,.0f} img/s",
            )

    def on_epoch_end(self, trainer: Running, record: EpochRecord) -> None:
        """Print the epoch's line."""
        line = str(record) if math.isnan(self._rate) else f"{record}  {self._rate:,.0f} images/s"
        self.say(trainer, line)
        self._since = time.perf_counter()

    def say(self, trainer: Running, line: str) -> None:
        """Print a line, above the bar if there is one."""
        with _stopping_if_unread(trainer):
            if self._bar is not None:
                self._bar.say(line)
            else:
                print(translated(line), flush=True)

    def on_train_end(self, trainer: Running) -> None:
        """Leave the bar as it is, and say that early stopping ended the training."""
        with _stopping_if_unread(trainer):
            if self._bar is not None:
                self._bar.end()
            words = stopped_early(trainer)
            if words and len(trainer.history.steps) > self._done:
                print(translated(words), flush=True)

    def _mean(self, old: float, new: float) -> float:
        return new if old != old else self.SMOOTH * old + (1 - self.SMOOTH) * new


def _bar(total: int, done: int) -> Bar | None:
    console = terminal.console()
    if console.is_terminal:
        return terminal.Bar(console, total, done)
    return notebook.Bar(total, done) if notebook.in_notebook() else None


@contextmanager
def _stopping_if_unread(trainer: Running) -> Iterator[None]:
    """Stop the training, with a checkpoint, if the pipe or terminal that is printed to closes."""
    try:
        yield
    except OSError as fault:
        if fault.errno not in (errno.EPIPE, errno.EIO):
            raise
        trainer.stop(BROKEN_PIPE if fault.errno == errno.EPIPE else HANG_UP)
