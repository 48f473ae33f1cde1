"""`badak train --folds K`: K trainings, each measured on the fold that it did not learn from."""

import shlex
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
import numpy as np

from badak import terminal
from badak.cli.config_file import read_config
from badak.cli.words import say
from badak.errors import BadakError
from badak.languages import translated
from badak.training import Interrupted, RunDirectory
from badak.training.checkpoint import read_history

Options = dict[str, Any]

folds_option = click.option(
    "--folds",
    type=click.IntRange(min=2),
    metavar="K",
    help="Cross-validate: divide the training images into K parts and train K times, each time "
    "without one part, on which it is measured; the test images stay unseen.",
)


def train_folds(
    options: Options, explicit: set[str], train: Callable[[Options, set[str]], None]
) -> None:
    """Train once for each fold, in RUN/fold-1, RUN/fold-2, ..., and print a table.

    Args:
        options: those of the command line.
        explicit: the names of those that were typed.
        train: trains once, given options and the names of those that were typed.
    """
    if options["run_dir"] is None:
        raise BadakError("--folds needs --run-dir, the directory for the folds' runs")
    count, place = options["folds"], Path(options["run_dir"])
    runs = [RunDirectory(place / f"fold-{fold}") for fold in range(1, count + 1)]
    if not options["resume"] and any(run.checkpoint.exists() for run in runs):
        raise BadakError(
            f"{place} already holds folds: add --resume to continue them, or choose another "
            "--run-dir"
        )
    for fold, run in enumerate(runs, 1):
        if fold > 1 and not run.checkpoint.exists():
            begin_like(runs[0], run, fold)
        begun = fold > 1 or run.checkpoint.exists()
        own = options | {"run_dir": run.path, "fold": fold, "resume": begun}
        own["accept_other_bits"] = options["accept_other_bits"] and begun
        try:
            train(own, explicit | {"fold"})
        except Interrupted as stop:
            words = str(stop).replace(shlex.quote(str(run.path)), shlex.quote(str(place)))
            stop.args = (f"fold {fold} of {count}: {words} --folds {count}",)
            raise
        say("")
    _show(runs)


def check_place(place: Path, folds: int | None) -> None:
    """Refuse a directory that holds trainings of another kind: a run, other folds or a sweep."""
    first = RunDirectory(place / "fold-1")
    if _is_there(place / "sweep.toml"):
        raise BadakError(
            f"{place} holds a sweep: `badak sweep` with --resume continues it; choose another "
            "--run-dir"
        )
    if folds is not None and _is_there(RunDirectory(place).checkpoint):
        raise BadakError(f"{place} already holds a run: choose another --run-dir for the folds")
    count = read_config(first).folds if _is_there(first.config) else None
    if count is not None and count != folds:
        raise BadakError(
            f"{place} holds folds: continue them with --folds {count} and --resume, or choose "
            "another --run-dir"
        )


def _is_there(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:  # no path at all, of which the run directory speaks
        return False


def begin_like(first: RunDirectory, run: RunDirectory, fold: int) -> None:
    """Give a fold the options of the first, with what was chosen for it, such as its rate."""
    config = replace(read_config(first), fold=fold, train_images=None, test_images=None)
    run.path.mkdir(parents=True, exist_ok=True)
    config.save(run)


def _show(runs: list[RunDirectory]) -> None:
    """Print each fold's loss and accuracy after the last epoch, their mean and their spread."""
    ends = [read_history(run.checkpoint).epochs[-1:] for run in runs]
    trained = [end[0] for end in ends if end]
    if len(trained) < len(runs):
        say(f"{len(runs) - len(trained)} of the {len(runs)} folds have not ended an epoch yet")
    if not trained:
        return
    losses, accuracies = (
        np.array(values)
        for values in zip(
            *((end.validation_loss, end.validation_accuracy) for end in trained), strict=True
        )
    )
    rows = [
        [run.path.name, f"{end[0].epoch}", f"{end[0].validation_loss:.4f}",
         f"{end[0].validation_accuracy:.4f}"]
        for run, end in zip(runs, ends, strict=True) if end
    ]  # fmt: skip
    for name, judge in (("mean", np.mean), ("deviation", _deviation)):
        rows.append([translated(name), "", f"{judge(losses):.4f}", f"{judge(accuracies):.4f}"])
    table = terminal.table(
        "each fold's held-out images after the last epoch; the best epoch would flatter",
        ["Fold", "Epochs", "Loss", "Accuracy"],
        rows,
        numbers=["Epochs", "Loss", "Accuracy"],
    )
    terminal.console().print(table)


def _deviation(values: np.ndarray) -> float:
    """The standard deviation of a sample: divided by one less than their number."""
    return float(np.std(values, ddof=1)) if len(values) > 1 else float("nan")
