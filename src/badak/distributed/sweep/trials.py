"""Trial: one training of a sweep, how far it is, and the table of all, SWEEP/trials.csv."""

import csv
import io
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from badak import files, storage
from badak.distributed.sweep.watch import Told
from badak.errors import FormatError
from badak.training import RunDirectory
from badak.training.best import best_epoch
from badak.training.history import read_epochs

MAX_SIZE = 2**28  # bytes of a table
WAITING, RUNNING, FINISHED = "waiting", "running", "finished"
STOPPED, FAILED, LOST = "stopped", "failed", "lost"
# What a resumed sweep leaves as it is; a trial that was lost with its process is tried again.
ENDED = (FINISHED, STOPPED, FAILED)
STATES = (WAITING, RUNNING, *ENDED, LOST)


@dataclass
class Trial:
    """One training of a sweep.

    Attributes:
        number: from 1.
        choices: its searched options.
        state: one of `STATES`.
        epoch: how many epochs have ended.
        epochs: how many it may have; 0 if that is not known yet.
        score: its validation score so far; NaN if there is none.
        loss: the validation loss that belongs to it.
        reason: why it failed, in a line.
    """

    number: int
    choices: dict[str, Any]
    state: str = WAITING
    epoch: int = 0
    epochs: int = 0
    score: float = math.nan
    loss: float = math.nan
    reason: str = ""

    @property
    def name(self) -> str:
        """The name of its run directory.

        Example:
            >>> Trial(7, {}).name
            'trial-007'
        """
        return f"trial-{self.number:03d}"

    @property
    def left(self) -> bool:
        """Whether it is still to be trained, or to be trained on."""
        return self.state not in ENDED

    @property
    def merit(self) -> tuple[float, float, int]:
        """What a better trial has more of: score; if equal, less loss; if equal, it came first."""
        score = -math.inf if math.isnan(self.score) else self.score
        return score, -math.inf if math.isnan(self.loss) else -self.loss, -self.number


def best_trial(trials: Iterable[Trial]) -> Trial | None:
    """Return the trial of the highest validation score among those that ended well.

    Example:
        >>> done = Trial(1, {}, FINISHED, score=0.8), Trial(2, {}, FINISHED, score=0.9)
        >>> best_trial(done).number, best_trial([Trial(3, {})])
        (2, None)
    """
    ended = [
        trial
        for trial in trials
        if trial.state in (FINISHED, STOPPED) and not math.isnan(trial.score)
    ]
    return max(ended, key=lambda trial: trial.merit, default=None)


def by_score(trials: Iterable[Trial]) -> list[Trial]:
    """Sort trials, the best first; those without a score last."""
    return sorted(trials, key=lambda trial: trial.merit, reverse=True)


COLUMNS = ("trial", "state", "epoch", "epochs", "score", "loss", "reason")


def write_trials(path: Path, trials: Sequence[Trial]) -> None:
    """Write one line per trial; the numbers read back to the same bits."""
    page = io.StringIO()
    writer = csv.writer(page, lineterminator="\n")
    names = list(trials[0].choices) if trials else []
    writer.writerow([*COLUMNS, *names])
    for trial in trials:
        numbers = ("" if math.isnan(value) else repr(value) for value in (trial.score, trial.loss))
        writer.writerow(
            [trial.name, trial.state, trial.epoch, trial.epochs, *numbers, trial.reason,
             *(str(trial.choices[name]) for name in names)]
        )  # fmt: skip
    storage.write_atomically(path, page.getvalue().encode(errors="backslashreplace"))


def read_states(path: Path, trials: Sequence[Trial]) -> None:
    """Give trials the states that `write_trials` wrote; none if there is no file yet.

    Raises:
        FormatError: it is no such file, or one of other trials.
    """
    if not path.exists():
        return
    page = files.read(path, MAX_SIZE).decode("utf-8", "replace")
    header, *rows = list(csv.reader(io.StringIO(page, newline=""))) or [[]]
    names = [*COLUMNS, *(trials[0].choices if trials else [])]
    if header != names or len(rows) != len(trials):
        raise FormatError(
            f"{path} must have {len(trials)} lines after {','.join(names)}; it has {len(rows)}, or "
            "other columns"
        )
    for trial, row in zip(trials, rows, strict=True):
        try:
            name, state, epoch, epochs, score, loss, reason, *choices = row
            if name != trial.name or state not in STATES:
                raise ValueError(f"{name}, {state}")
            if choices != [str(value) for value in trial.choices.values()]:
                raise ValueError(f"{name} has other options")
            trial.epoch, trial.epochs = int(epoch), int(epochs)
            trial.score, trial.loss = float(score or "nan"), float(loss or "nan")
            trial.state, trial.reason = state, reason
        except ValueError as fault:
            raise FormatError(f"{path} is damaged: {fault}") from None


def epochs_of(run: Path, epochs: int) -> list[Told]:
    """Return what a run has told at its epochs: each time the score of the best one so far."""
    ended = read_epochs(RunDirectory(run).history)
    told = []
    for count in range(1, len(ended) + 1):
        best = best_epoch(ended[:count])
        if best is not None:
            told.append(Told(count, epochs, best.validation_accuracy, best.validation_loss))
    return told


def check_stopped(trials: Iterable[Trial], place: Path) -> None:
    """Let a stopped trial go on that was killed before it had written its last epoch."""
    for trial in trials:
        if trial.state == STOPPED and len(epochs_of(place / trial.name, 0)) < trial.epoch:
            trial.state = RUNNING
