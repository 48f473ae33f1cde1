"""Learning curves: loss and accuracy by epoch."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike

from badak.arrays import Array, Indices
from badak.errors import BadakError
from badak.training import EpochRecord, History, RunDirectory
from badak.training.best import best_epoch
from badak.training.checkpoint import read_history


@dataclass(frozen=True)
class LearningCurve:
    """Loss and accuracy of each epoch; NaN if not measured.

    Attributes:
        epochs: (E,) numbers of the epochs, from 1.
        train_loss: (E,).
        train_accuracy: (E,).
        validation_loss: (E,).
        validation_accuracy: (E,).
    """

    epochs: Indices
    train_loss: Array
    train_accuracy: Array
    validation_loss: Array
    validation_accuracy: Array

    @property
    def best(self) -> int | None:
        """Index of the best epoch; None if nothing was measured on a validation set.

        The best epoch has the highest validation accuracy; of equal ones the lowest validation
        loss, and of these it is the earliest.
        """
        measures = (
            self.train_loss,
            self.train_accuracy,
            self.validation_loss,
            self.validation_accuracy,
        )
        rows = zip(self.epochs, *measures, strict=True)
        records = [EpochRecord(int(epoch), 0, *map(float, values)) for epoch, *values in rows]
        best = best_epoch(records)
        return None if best is None else records.index(best)


def learning_curve(history: History | RunDirectory | str | Path) -> LearningCurve:
    """Return a history's epochs as arrays, ready to draw (the book's chapter 7.5).

    Args:
        history: what `Trainer.fit` returned, or a run directory, whose checkpoint holds it.

    Raises:
        BadakError: no epoch has ended yet, or the folder holds no run.

    Example:
        >>> from badak.training import EpochRecord, History
        >>> learning_curve(History(epochs=[EpochRecord(1, 15, 0.5, 0.75, 0.4, 0.8)])).train_accuracy
        array([0.75])
    """
    if isinstance(history, (str, Path)):
        history = RunDirectory(Path(history))
    if isinstance(history, RunDirectory):
        history = read_history(history.checkpoint)
    if not history.epochs:
        raise BadakError("the history has no finished epoch yet, so there is no curve")
    columns = list(zip(*history.epochs, strict=True))
    epochs, _, *measures = columns
    return LearningCurve(np.array(epochs), *(np.array(measure) for measure in measures))


def losses_at(history: History, steps: ArrayLike) -> Array:
    """Return the mean training loss of the steps up to each of these, since the one before it.

    Args:
        history: what was measured at each step.
        steps: (T,) rising, from 0.

    Returns:
        (T,); NaN if no step lies between, as at step 0.

    Example:
        >>> from badak.training.history import StepRecord
        >>> history = History([StepRecord(n, 1, 10, 0.1, 1 / n, 0.5) for n in (1, 2, 3, 4)])
        >>> losses_at(history, [0, 2, 3, 9])
        array([ nan, 0.75 , 0.33333333, 0.25 ])
    """
    losses = np.array([record.loss for record in history.steps])
    ends = np.minimum(np.asarray(steps, int), len(losses))
    starts = np.append(0, ends[:-1])
    return np.array(
        [
            losses[start:end].mean() if end > start else np.nan
            for start, end in zip(starts, ends, strict=True)
        ]
    )
