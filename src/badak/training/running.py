"""Running: a training as callbacks see it; `Trainer` is one."""

import signal
from typing import Protocol

from badak.data import Dataset
from badak.network import Network
from badak.optim import Optimizer, Schedule
from badak.training.history import History


class Running(Protocol):
    """A training in progress.

    Attributes:
        net: the network that learns.
        optimizer: what updates it.
        schedule: factor on the learning rate, if any.
        epochs: how many the training has.
        early_stopping: epochs without a new best after which it ends, if any.
        max_steps: steps after which it is interrupted, if any.
        history: what was measured so far.
        measured: the images measured at each epoch's end: of training, then of validation.
        batch_count: steps per epoch.
    """

    net: Network
    optimizer: Optimizer
    schedule: Schedule | None
    epochs: int
    early_stopping: int | None
    max_steps: int | None
    history: History
    measured: list[Dataset]
    batch_count: int

    @property
    def stopping(self) -> bool:
        """Whether it stops after the current step."""

    def stop(self, number: int = signal.SIGTERM) -> None:
        """Stop the training after the current step, as the signal of that number would."""
