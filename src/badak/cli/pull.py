"""`badak pull`: a model from the Hugging Face Hub, as a run directory."""

from pathlib import Path

import click

from badak import files, load, storage
from badak.cli.calibration import NAME as CALIBRATION
from badak.cli.calibration import read_calibration
from badak.cli.config_file import read_config
from badak.cli.near import RUNS
from badak.cli.words import next_steps, say
from badak.errors import BadakError
from badak.formats import hub
from badak.training import RunDirectory

MAX_SIZE = 2**32  # bytes of a model


@click.command()
@click.argument("repository", metavar="USER/NAME")
@click.option("--revision", metavar="NAME", help="A branch, tag or commit.  [default: the newest]")
@click.option(
    "--run-dir",
    type=click.Path(path_type=Path),
    help="Put the model into this directory.  [default: runs/NAME]",
)
def command(repository: str, revision: str | None, run_dir: Path | None) -> None:
    """Bring a model that `badak push` put on the Hugging Face Hub into a run directory.

    Then predict, inspect and export work on it as on your own runs.
    """
    place = run_dir or RUNS / repository.rpartition("/")[2]
    if place.exists():
        raise BadakError(f"{place} exists already: choose another --run-dir")
    run = RunDirectory(place)
    found = hub.pull(repository, [run.config.name, run.model.name], [CALIBRATION], revision)
    there = RunDirectory(found[run.config.name].parent)
    config = read_config(
        there
    )  # nothing is written before both files have been read as what they are
    load(there.model)
    if CALIBRATION in found:
        read_calibration(there, there.model, config.class_names)
    place.mkdir(parents=True)
    for name, path in found.items():
        storage.write_atomically(place / name, files.read(path, MAX_SIZE))
    say(f"{place}: {run.model.name}, {run.config.name}")
    say(next_steps(place))
