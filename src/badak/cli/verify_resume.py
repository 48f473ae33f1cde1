"""`badak verify-resume`: kill a run and resume it; are the bits the same?"""

import dataclasses
import math
from pathlib import Path

import click

from badak import terminal
from badak.cli.config import RunConfig
from badak.cli.saved import read_config
from badak.errors import BadakError
from badak.training import RunDirectory, verify_resume

# What the config holds that is no option with a value.
LEFT_OUT = ("dataset", "class_names", "input_shape", "skip_corrupt")


@click.command()
@click.argument("run", type=click.Path(path_type=Path))
@click.option("--steps", type=click.IntRange(min=4), default=40, show_default=True)
def command(run: Path, steps: int) -> None:
    """Train RUN's first steps twice, once killed and resumed, and compare every bit.

    Nothing in RUN changes. Its own record of the same steps is compared, too. A shorter run is
    trained to its end.
    """
    directory = RunDirectory(run)
    config = read_config(directory)
    train, _ = config.load_data()
    steps = min(steps, config.epochs * math.ceil(len(train) / config.batch_size))
    report = verify_resume(arguments(config), steps, directory)
    rows = [
        [one.what, one.size, "the same bits" if one.identical else "DIFFERENT"]
        for one in report.comparisons
    ]
    terminal.console().print(
        terminal.table(
            f"{report.steps} steps left alone, and killed and resumed at step {report.killed_at}",
            ["Compared", "Size", "Result"],
            rows,
            numbers=["Size"],
        )
    )
    if not report.identical:
        raise BadakError(f"the resumed run of {run} differs from the uninterrupted one")
    click.echo("identical: a killed run resumes to the same bits")


def arguments(config: RunConfig) -> list[str]:
    """The command line that this configuration came from."""
    words = ["train", config.dataset]
    for name, value in dataclasses.asdict(config).items():
        if name not in LEFT_OUT and value is not None:
            words.append(f"--{name.replace('_', '-')}={value}")
    return [*words, *(["--skip-corrupt"] if config.skip_corrupt else [])]
