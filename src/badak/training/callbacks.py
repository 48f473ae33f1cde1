"""Callback: what a training calls at its steps and epochs."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from badak.training.history import EpochRecord, StepRecord
from badak.training.running import Running


class Callback:
    """Called when something happens in training; override the methods you need.

    Example:
        >>> class Losses(Callback):
        ...     def on_step(self, trainer, record):
        ...         print(record.loss)
    """

    def on_train_start(self, trainer: Running) -> None:
        """Called before the first step, also of a resumed run."""

    def on_step(self, trainer: Running, record: StepRecord) -> None:
        """Called after each update."""

    def on_epoch_end(self, trainer: Running, record: EpochRecord) -> None:
        """Called after each epoch's evaluation, before its checkpoint."""

    def on_train_end(self, trainer: Running) -> None:
        """Called after the last epoch, an interruption or an error."""


@contextmanager
def following(trainer: Running, callbacks: Sequence[Callback]) -> Iterator[None]:
    """Tell callbacks that a training starts, and after the block that it has ended."""
    for callback in callbacks:
        callback.on_train_start(trainer)
    try:
        yield
    finally:
        for callback in callbacks:
            callback.on_train_end(trainer)
