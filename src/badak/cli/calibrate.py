"""`badak calibrate`: make a model's probabilities honest, and say how sure it must be."""

from pathlib import Path

import click
import numpy as np

from badak import inspect, terminal
from badak.cli.calibration import Calibration, digest
from badak.cli.labelled import labelled
from badak.cli.opened import Opened, data_dir_option, model_file, open_run, run_argument
from badak.cli.words import say
from badak.data import Dataset
from badak.errors import BadakError
from badak.languages import translated

# An answer is sure if of those as probable this share is right.
PRECISION = 0.95


@click.command()
@run_argument
@click.argument("folder", required=False, type=click.Path(path_type=Path))
@click.option(
    "--precision",
    type=click.FloatRange(0, 1),
    default=PRECISION,
    show_default=True,
    help="Call an answer sure if of those as probable this share is right.",
)
@data_dir_option
def command(run: Path, folder: Path | None, precision: float, data_dir: Path | None) -> None:
    """Fit the probabilities of RUN's model to labelled images, and keep that with the run.

    FOLDER holds one sub-folder of images per class, none of which the run learnt from; without it,
    the run's validation images serve. Afterwards predict, evaluate and export divide the model's
    outputs by the temperature found here, and `badak predict` marks answers that are less probable
    than each class's threshold. The classes it answers stay the same.
    """
    opened = open_run(run, data_dir, calibrated=False)
    data, what = _images(opened, folder)
    before = inspect.predictions(opened.net, data)
    if not before.wrong.any():
        raise BadakError(
            f"all {len(data):,} answers are right, so nothing tells how sure the model may be: "
            "add labelled images, also difficult ones"
        )
    temperature = inspect.temperature(before)
    after = inspect.predictions(inspect.with_temperature(opened.net, temperature), data)
    limits = inspect.thresholds(after, precision=precision)
    Calibration(
        temperature, precision, tuple(limits.tolist()), len(data), digest(model_file(opened.run))
    ).save(opened.run)
    rows = [
        [name, f"{limit:.4f}" if np.isfinite(limit) else translated("never")]
        for name, limit in zip(after.class_names, limits, strict=True)
    ]
    headings = ["Class", "Sure from"]
    console = terminal.console()
    console.print(terminal.table(f"{len(data):,} images: {what}", headings, rows, numbers=headings))
    sure = inspect.accepted(after, limits)
    right = float((~after.wrong[sure]).mean()) if sure.any() else 0.0
    say(
        f"temperature {temperature:.3f}: calibration error "
        f"{inspect.reliability(before).error:.4f} -> {inspect.reliability(after).error:.4f}"
    )
    say(
        f"sure of {sure.mean():.1%} of these images, and right in {right:.1%} of those; it was "
        "fitted to them, so expect a little less on others"
    )
    say(f"{opened.run.path}: calibration.toml")


def _images(opened: Opened, folder: Path | None) -> tuple[Dataset, str]:
    """The labelled images of the folder, or the run's validation images."""
    if folder is not None:
        return labelled(opened, folder)
    validation = opened.config.load_parts(opened.run).validation
    if validation is None:
        raise BadakError(
            f"{opened.run.path} has no validation images: name a FOLDER of labelled images that it "
            "neither learnt from nor is tested on, or train a run that has a validation part"
        )
    return validation, f"the validation images of {opened.config.dataset}"
