"""`badak runs`: the runs of a folder in one table, the best of each data set first."""

import csv
import io
import math
from dataclasses import dataclass
from pathlib import Path

import click

from badak import storage, terminal
from badak.cli.config import RunConfig
from badak.cli.config_file import read_config
from badak.cli.near import RUNS, runs_in
from badak.cli.words import say
from badak.errors import BadakError
from badak.training import RunDirectory
from badak.training.best import best_epoch
from badak.training.history import EpochRecord, read_epochs

HEADINGS = ["Run", "Data", "Model", "Epochs", "Best", "Accuracy", "Loss", "Rate", "Model file"]
NUMBERS = HEADINGS[3:]


@dataclass(frozen=True)
class Found:
    """A run.

    Attributes:
        path: its directory.
        config: its options.
        epochs: those that have ended.
        size: bytes of its model file; 0 if it has none yet.
        changed: when its last epoch ended, or it began, in seconds since 1970.
    """

    path: Path
    config: RunConfig
    epochs: list[EpochRecord]
    size: int
    changed: float

    @property
    def best(self) -> EpochRecord | None:
        """The epoch of the highest validation accuracy."""
        return best_epoch(self.epochs)

    @property
    def order(self) -> tuple[str, float, str]:
        """By data set, then the best first."""
        accuracy = self.best.validation_accuracy if self.best else -math.inf
        return self.config.data_name, -accuracy, str(self.path)

    def cells(self) -> list[str]:
        """One row of the table."""
        best, of = self.best, self.config
        return [
            self.path.name,
            of.data_name,
            of.model_name,
            f"{len(self.epochs)}/{of.epochs}",
            f"{best.epoch}" if best else "-",
            f"{best.validation_accuracy:.4f}" if best else "-",
            f"{best.validation_loss:.4f}" if best else "-",
            "-" if of.lr is None or of.head_alone else f"{of.lr:g}",
            f"{terminal.short(self.size)}B" if self.size else "-",
        ]


@click.command()
@click.argument("folder", default=RUNS, type=click.Path(path_type=Path))
@click.option(
    "--csv",
    "csv_file",
    type=click.Path(path_type=Path),
    help="Also write the table to this file as CSV.",
)
def command(folder: Path, csv_file: Path | None) -> None:
    """Compare the runs in FOLDER: what they learnt, from what, and how well.

    Accuracy and loss are those of the best epoch on the images that each run measured its epochs
    by. A folder that is no run, or whose files are damaged, is named and left out.
    """
    found, left_out = found_in(folder)
    for fault in left_out:
        say(f"left out: {fault}", err=True)
    if not found:
        raise BadakError(
            f"{folder} holds no run that can be read; `badak train` puts runs into {RUNS}"
        )
    rows = [run.cells() for run in found]
    terminal.console().print(terminal.table(None, HEADINGS, rows, numbers=NUMBERS))
    if csv_file is not None:
        page = io.StringIO()
        csv.writer(page, lineterminator="\n").writerows([HEADINGS, *rows])
        storage.write_atomically(csv_file, page.getvalue().encode(errors="surrogateescape"))


def found_in(folder: Path) -> tuple[list[Found], list[str]]:
    """Return a folder's runs, the best of each data set first, and why others are left out."""
    found, left_out = [], []
    for path in runs_in(folder):
        try:
            found.append(_read(RunDirectory(path)))
        except BadakError as fault:
            left_out.append(str(fault))
    return sorted(found, key=lambda run: run.order), left_out


def _read(run: RunDirectory) -> Found:
    config = read_config(run)
    size = run.model.stat().st_size if run.model.is_file() else 0
    newest = run.history if run.history.exists() else run.config
    changed = newest.stat().st_mtime
    return Found(run.path, config, read_epochs(run.history), size, changed)
