"""Callback: what is told of the steps and epochs of a training."""

from badak.training.history import EpochRecord, StepRecord
from badak.training.running import Running


class Callback:
    """Told of what happens in training; override what you need.

    Example:
        >>> class Losses(Callback):
        ...     def on_step(self, trainer, record):
        ...         print(record.loss)
    """

    def on_train_start(self, trainer: Running) -> None:
        """Before the first step, of a resumed run too."""

    def on_step(self, trainer: Running, record: StepRecord) -> None:
        """After each update."""

    def on_epoch_end(self, trainer: Running, record: EpochRecord) -> None:
        """After each epoch's evaluation, before its checkpoint."""

    def on_train_end(self, trainer: Running) -> None:
        """After the last epoch, an interruption or a fault."""
