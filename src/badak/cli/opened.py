"""A finished run as commands open it: its directory, its options and its best weights."""

from dataclasses import dataclass
from pathlib import Path

import click

from badak import load
from badak.cli.calibration import Calibration, read_calibration
from badak.cli.config import RunConfig
from badak.cli.config_file import read_config
from badak.errors import FormatError
from badak.inspect import with_temperature
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


def model_file(run: RunDirectory) -> Path:
    """The file of the run's best weights, or of its last if no epoch was measured."""
    return run.best if run.best.exists() else run.model


@dataclass(frozen=True)
class Opened:
    """A run: its directory, options and model, of the best epoch if there is one.

    The model of a calibrated run has its temperature.
    """

    run: RunDirectory
    config: RunConfig
    net: Network
    calibration: Calibration | None = None

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

    @property
    def about(self) -> list[str]:
        """What to know about the model's answers: which weights, and how they were calibrated."""
        if self.calibration is None:
            return [self.weights]
        return [self.weights, str(self.calibration)]


def open_run(path: Path, data_dir: Path | None, calibrated: bool = True) -> Opened:
    """Read a run's options and model.

    Args:
        path: the run directory.
        data_dir: where the data set's files are now, if they were moved.
        calibrated: whether the model has the temperature that `badak calibrate` found.
    """
    run = RunDirectory(path)
    config = read_config(run)
    if data_dir is not None:
        config = config.moved_to(data_dir)
    file = model_file(run)
    net = load(file)
    if (net.input_shape, net.num_classes) != (config.input_shape, len(config.class_names)):
        raise FormatError(
            f"{file} takes {net.input_shape} and has {net.num_classes} classes; "
            f"{run.config.name} says {config.input_shape} and {len(config.class_names)}"
        )
    calibration = read_calibration(run, file, config.class_names) if calibrated else None
    if calibration is not None:
        net = with_temperature(net, calibration.temperature)
    return Opened(run, config, net, calibration)
