"""History: what was measured, per step and per epoch; as CSV, as text, as arrays.

It holds no wall-clock time, so that a resumed run has the same history as an uninterrupted one.
"""

import csv
import math
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from badak import files
from badak.errors import FormatError
from badak.training.curves import curves

MAX_SIZE = 2**28  # bytes of a file: 4 million steps
# How many of a record's first fields are integers.
INTEGERS = {"steps": 3, "epochs": 2}


class Position(NamedTuple):
    """The next batch to train on: `batch` of `epoch`, both from 0, after `step` updates."""

    epoch: int
    batch: int
    step: int


class StepRecord(NamedTuple):
    """One update.

    Attributes:
        step: its number, from 1.
        epoch: the epoch it belongs to, from 1.
        images: how many were in the batch.
        lr: learning rate.
        loss: mean over the batch, before the update.
        accuracy: share of the batch classified correctly, by the same forward pass.
    """

    step: int
    epoch: int
    images: int
    lr: float
    loss: float
    accuracy: float


class EpochRecord(NamedTuple):
    """The network's results at an epoch's end.

    Attributes:
        epoch: its number, from 1.
        step: updates made so far.
        train_loss: on a fixed sample of the training images.
        train_accuracy: likewise.
        validation_loss: on the validation images, or a fixed sample; NaN if there are none.
        validation_accuracy: likewise.
    """

    epoch: int
    step: int
    train_loss: float
    train_accuracy: float
    validation_loss: float
    validation_accuracy: float

    def __str__(self) -> str:
        text = (
            f"epoch {self.epoch:3d}  step {self.step:6d}  "
            f"train loss {self.train_loss:.4f} accuracy {self.train_accuracy:.4f}"
        )
        if math.isnan(self.validation_loss):
            return text
        return (
            f"{text}  validation loss {self.validation_loss:.4f} "
            f"accuracy {self.validation_accuracy:.4f}"
        )


Record = TypeVar("Record", StepRecord, EpochRecord)


@dataclass(repr=False)
class History:
    """Records of steps and epochs in the order they happened.

    Attributes:
        steps: one record per update.
        epochs: one record per epoch.

    Example:
        >>> history = History(epochs=[EpochRecord(1, 15, 0.5, 0.75, 0.25, 1.0)])
        >>> history
        <History of 0 steps, 1 epochs>
        >>> print(history.epochs_csv())
        epoch,step,train_loss,train_accuracy,validation_loss,validation_accuracy
        1,15,0.5,0.75,0.25,1.0
        >>> print(history.log())
        epoch   1  step     15  train loss 0.5000 accuracy 0.7500  validation loss 0.2500 ...
    """

    steps: list[StepRecord] = field(default_factory=list)
    epochs: list[EpochRecord] = field(default_factory=list)

    def __repr__(self) -> str:
        return f"<History of {len(self.steps):,} steps, {len(self.epochs):,} epochs>"

    def _repr_html_(self) -> str:
        return curves(self)

    @property
    def position(self) -> Position:
        """The batch with which the training continues."""
        step = len(self.steps)
        return Position(len(self.epochs), step - (self.epochs[-1].step if self.epochs else 0), step)

    def epochs_csv(self) -> str:
        """Return the epochs as CSV; the numbers read back to the same bits."""
        return _csv(EpochRecord._fields, self.epochs)

    def steps_csv(self) -> str:
        """Return the steps as CSV; the numbers read back to the same bits."""
        return _csv(StepRecord._fields, self.steps)

    def log(self) -> str:
        """Return one line per epoch, as `Progress` prints them without a terminal."""
        return "".join(f"{record}\n" for record in self.epochs)

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Return both tables as float64 arrays, for a checkpoint."""
        return {"steps": _table(self.steps, StepRecord), "epochs": _table(self.epochs, EpochRecord)}

    @classmethod
    def from_arrays(cls, arrays: dict[str, NDArray[Any]]) -> "History":
        """Rebuild what `arrays` returned."""
        for name, record in (("steps", StepRecord), ("epochs", EpochRecord)):
            table = arrays.get(name)
            if table is None or table.ndim != 2 or table.shape[1] != len(record._fields):
                raise FormatError(f"the history's {name} must have {len(record._fields)} columns")
            counts = table[:, : INTEGERS[name]]
            if not (np.isfinite(counts) & (counts == np.rint(counts))).all():
                raise FormatError(f"the history's {name} must be counted in integers")
        steps = [
            StepRecord(int(row[0]), int(row[1]), int(row[2]), *row[3:])
            for row in arrays["steps"].tolist()
        ]
        epochs = [
            EpochRecord(int(row[0]), int(row[1]), *row[2:]) for row in arrays["epochs"].tolist()
        ]
        return cls(steps, epochs)


def read_epochs(path: Path) -> list[EpochRecord]:
    """Read what `History.epochs_csv` wrote; none if there is no file yet.

    Raises:
        FormatError: it is no such file.
    """
    return _read(path, EpochRecord, INTEGERS["epochs"])


def read_steps(path: Path) -> list[StepRecord]:
    """Read what `History.steps_csv` wrote, as `read_epochs` does."""
    return _read(path, StepRecord, INTEGERS["steps"])


def _read(path: Path, kind: type[Record], integers: int) -> list[Record]:
    if not path.exists():
        return []
    lines = files.read(path, MAX_SIZE).decode("utf-8", "replace").splitlines()
    header, *rows = csv.reader(lines) if lines else [[]]
    names: tuple[str, ...] = getattr(kind, "_fields", ())
    if tuple(header) != names:
        raise FormatError(f"{path} must begin with {','.join(names)}")
    try:
        return [
            kind(*map(int, row[:integers]), *(float(cell or "nan") for cell in row[integers:]))
            for row in rows
        ]
    except (ValueError, TypeError) as fault:
        raise FormatError(f"{path} is damaged: {fault}") from None


def _csv(names: tuple[str, ...], records: list[Any]) -> str:
    lines = [names, *((_cell(value) for value in record) for record in records)]
    return "".join(",".join(line) + "\n" for line in lines)


def _cell(value: float) -> str:
    return "" if isinstance(value, float) and math.isnan(value) else repr(value)


def _table(records: list[Any], kind: Any) -> NDArray[Any]:
    return np.array(records, np.float64).reshape(len(records), len(kind._fields))
