"""What a sweep shows: a live table in a terminal, plain lines elsewhere, a table at the end."""

import math
import threading
from collections.abc import Sequence
from types import TracebackType
from typing import TYPE_CHECKING

from badak import terminal
from badak.cli.words import say
from badak.distributed.sweep import Trial, by_score
from badak.distributed.sweep.trials import ENDED, FAILED, LOST, RUNNING, STOPPED, WAITING
from badak.languages import translated

if TYPE_CHECKING:
    from rich.console import Group

BELOW = 4  # lines of the screen that the live table leaves free
NUMBERS = ["Epoch", "Score"]


class Shown:
    """Shows the trials of a sweep while they are trained.

    Args:
        trials: all; whoever changes one calls `changed`.
    """

    def __init__(self, trials: Sequence[Trial]) -> None:
        self._trials = trials
        self._console = terminal.console()
        self._screen: terminal.Screen | None = None
        self._lock = threading.Lock()
        self._told: dict[int, tuple[str, int]] = {
            trial.number: (trial.state, trial.epoch) for trial in trials
        }

    def __enter__(self) -> "Shown":
        if self._console.is_terminal:
            self._screen = terminal.Screen(self._console, self._draw)
            self._screen.__enter__()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._screen is not None:
            self._screen.__exit__()

    def changed(self, trial: Trial) -> None:
        """Take note that a trial's state, epoch or score has changed."""
        now = trial.state, trial.epoch
        state, epoch = self._told[trial.number]
        # A trial that continues tells its epochs of before again.
        if self._screen is None and (trial.state != state or trial.epoch > epoch):
            say(line(trial))
        self._told[trial.number] = now

    def _draw(self) -> "Group":
        room = max(self._console.height - BELOW - 3, 3)
        return terminal.stacked(
            table(live_rows(self._trials, room)), terminal.text(summary(self._trials))
        )


def line(trial: Trial) -> str:
    """Say in one line how far a trial is.

    Example:
        >>> line(Trial(3, {"lr": 0.1}, "running", epoch=2, epochs=8, score=0.9))
        'trial-003 (lr 0.1): epoch 2/8, 0.9000'
    """
    if trial.state == RUNNING and not trial.epoch:
        return f"{trial.name} ({of(trial)}): begins"
    state = {RUNNING: "", WAITING: "waiting, "}.get(trial.state, f"{trial.state}, ")
    score = "" if math.isnan(trial.score) else f", {trial.score:.4f}"
    reason = f": {trial.reason}" if trial.reason else ""
    epoch = f"epoch {trial.epoch}/{trial.epochs}"
    return f"{trial.name} ({of(trial)}): {state}{epoch}{score}{reason}"


def of(trial: Trial) -> str:
    """Return a trial's searched options in words.

    Example:
        >>> of(Trial(1, {"lr": 0.01, "optimizer": "adam"}))
        'lr 0.01, optimizer adam'
    """
    return ", ".join(f"{name} {cell(value)}" for name, value in trial.choices.items())


def cell(value: object) -> str:
    """Return an option's value as a table shows it.

    Example:
        >>> cell(1e-05), cell(True), cell("adam")
        ('1e-05', 'yes', 'adam')
    """
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:.7g}" if isinstance(value, float) else str(value)


def live_rows(trials: Sequence[Trial], room: int) -> list[Trial]:
    """Choose as many trials as a screen has room for, in their order.

    Those that run come first, then the best, then those that wait.
    """
    running = [trial for trial in trials if trial.state == RUNNING]
    scored = [trial for trial in by_score(trials) if trial.state != RUNNING and trial.epoch]
    others = [trial for trial in trials if trial not in running and trial not in scored]
    chosen = [*running, *scored, *others][:room]
    return sorted(chosen, key=lambda trial: trial.number)


def table(trials: Sequence[Trial], title: str | None = None) -> "Group":
    """One row per trial: its searched options, epoch, validation score and state."""
    names = list(trials[0].choices) if trials else []
    rows = [
        [
            trial.name.removeprefix("trial-"),
            *map(cell, trial.choices.values()),
            f"{trial.epoch}/{trial.epochs}" if trial.state != WAITING else "",
            "" if math.isnan(trial.score) else f"{trial.score:.4f}",
            translated(trial.state),
        ]
        for trial in trials
    ]
    numbers = [
        name for name in names if all(type(trial.choices[name]) in (int, float) for trial in trials)
    ]
    headings = ["Trial", *names, "Epoch", "Score", "State"]
    return terminal.table(title, headings, rows, numbers=[*numbers, *NUMBERS])


def summary(trials: Sequence[Trial]) -> str:
    """Say in one line how far the sweep is.

    Example:
        >>> summary([Trial(1, {}, "finished", score=0.9), Trial(2, {}, "running"), Trial(3, {})])
        '1 of 3 trials ended, 1 running; the best so far: trial-001 with 0.9000'
    """
    counts = {
        state: sum(trial.state == state for trial in trials)
        for state in (RUNNING, STOPPED, FAILED, LOST)
    }
    ended = sum(trial.state in (*ENDED, LOST) for trial in trials)
    words = [f"{ended} of {len(trials)} trials ended"]
    named = {RUNNING: "running", STOPPED: "stopped early", FAILED: "failed", LOST: "lost"}
    words += [f"{counts[state]} {name}" for state, name in named.items() if counts[state]]
    best = by_score(trials)[0]
    known = not math.isnan(best.score)
    so_far = f"; the best so far: {best.name} with {best.score:.4f}" if known else ""
    return ", ".join(words) + so_far
