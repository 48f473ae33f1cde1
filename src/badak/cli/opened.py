"""A finished run as commands open it: its directory, its options and its best weights."""

from dataclasses import dataclass
from pathlib import Path

import click

from badak import load
from badak.cli.config import RunConfig
from badak.cli.config_file import read_config
from badak.errors import FormatError
from badak.network import Network
from badak.training import RunDirectory
from badak.training.best import best_epoch
from badak.training.checkpoint import read_history

run_argument = click.argument("run", type=click.Path(path_type=Path))
data_dir_option = click.option(
    "--data-dir",
    type=click.Path(path_type=Path),
    help="Look for the data set's files in this folder.",
)


@dataclass(frozen=True)
class Opened:
    """A run: its directory, options and model, of the best epoch if there is one."""

    run: RunDirectory
    config: RunConfig
    net: Network

    @property
    def weights(self) -> str:
        """Which of the run's weights `net` has, in a line."""
        if not self.run.best.exists():
            return "the weights after the last step"
        checkpoint = self.run.checkpoint
        epochs = read_history(checkpoint).epochs if checkpoint.exists() else []
        best = best_epoch(epochs)
        if best is None:
            return f"the weights of the best epoch on the {self.config.choosing}"
        return (
            f"the weights of epoch {best.epoch}, the best of {len(epochs)} on the "
            f"{self.config.choosing}"
        )


def open_run(path: Path, data_dir: Path | None) -> Opened:
    """Read a run's options and model.

    Args:
        path: the run directory.
        data_dir: where the data set's files are now, if they were moved.
    """
    run = RunDirectory(path)
    config = read_config(run)
    if data_dir is not None:
        config = config.moved_to(data_dir)
    file = run.best if run.best.exists() else run.model
    net = load(file)
    if (net.input_shape, net.num_classes) != (config.input_shape, len(config.class_names)):
        raise FormatError(
            f"{file} takes {net.input_shape} and has {net.num_classes} classes; "
            f"{run.config.name} says {config.input_shape} and {len(config.class_names)}"
        )
    return Opened(run, config, net)
