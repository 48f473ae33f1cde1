"""Progress: a bar in a terminal, plain lines elsewhere."""

import errno
import math
import time
from collections.abc import Iterator
from contextlib import contextmanager

from badak import terminal
from badak.training.callbacks import Callback
from badak.training.ending import nothing_left, stopped_early
from badak.training.history import EpochRecord, StepRecord
from badak.training.interruption import BROKEN_PIPE, HANG_UP
from badak.training.running import Running


class Progress(Callback):
    """Shows a bar with loss, accuracy, images/s and time left; plain lines without a terminal."""

    # The share of the old value in the moving means shown.
    SMOOTH = 0.9

    def on_train_start(self, trainer: Running) -> None:
        """Draw the bar, or say that nothing is left to train."""
        self._console = terminal.console()
        self._bar = None
        self._since = time.perf_counter()
        self._loss = self._accuracy = self._rate = float("nan")
        # Steps of before a resume must not count as done in the first second.
        self._done = len(trainer.history.steps)
        with _stopping_if_unread(trainer):
            if self._done and (words := nothing_left(trainer)):
                print(f"nothing left to train: {words}", flush=True)
            elif self._console.is_terminal:
                self._bar = terminal.progress_bar(self._console)
                total = trainer.epochs * trainer.batch_count
                self._task = self._bar.add_task("", total=total, completed=self._done, figures="")
                self._bar.start()

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
            self._bar.update(
                self._task,
                description=f"epoch {record.epoch}/{trainer.epochs}",
                completed=record.step,
                figures=f"loss {self._loss:.4f}  acc {self._accuracy:.3f}  {self._rate:,.0f} img/s",
            )

    def on_epoch_end(self, trainer: Running, record: EpochRecord) -> None:
        """Print the epoch's line."""
        line = str(record) if math.isnan(self._rate) else f"{record}  {self._rate:,.0f} images/s"
        with _stopping_if_unread(trainer):
            if self._bar is not None:
                self._bar.console.print(line, highlight=False, soft_wrap=True)
            else:
                print(line, flush=True)
        self._since = time.perf_counter()

    def on_train_end(self, trainer: Running) -> None:
        """Leave the bar as it is, and say that early stopping ended the training."""
        with _stopping_if_unread(trainer):
            if self._bar is not None:
                self._bar.stop()
            words = stopped_early(trainer)
            if words and len(trainer.history.steps) > self._done:
                print(words, flush=True)

    def _mean(self, old: float, new: float) -> float:
        return new if old != old else self.SMOOTH * old + (1 - self.SMOOTH) * new


@contextmanager
def _stopping_if_unread(trainer: Running) -> Iterator[None]:
    """Stop the training, with a checkpoint, if the pipe or terminal that is printed to closes."""
    try:
        yield
    except OSError as fault:
        if fault.errno not in (errno.EPIPE, errno.EIO):
            raise
        trainer.stop(BROKEN_PIPE if fault.errno == errno.EPIPE else HANG_UP)
