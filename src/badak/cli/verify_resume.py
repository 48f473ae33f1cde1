"""`badak verify-resume`: kill a run and resume it; are the bits the same?"""

import dataclasses
from pathlib import Path

import click

from badak import terminal
from badak.cli.config import TYPED, RunConfig
from badak.cli.config_file import read_config
from badak.cli.opened import run_argument
from badak.cli.pretrained import FROM_FILE
from badak.cli.words import say
from badak.errors import BadakError
from badak.languages import translated
from badak.training import RunDirectory, verify_resume

# Fields of the config that are not options of `badak train`, or are written below.
LEFT_OUT = (
    *("dataset", "class_names", "input_shape", "train_images", "test_images"),
    *("crop", "origin", "licence"),
)


@click.command()
@run_argument
@click.option(
    "--steps",
    type=click.IntRange(min=4),
    default=40,
    show_default=True,
    help="Train for this many steps.",
)
def command(run: Path, steps: int) -> None:
    """Repeat RUN's first steps twice, once killed and resumed, and compare every bit.

    Nothing in RUN changes. RUN's own record of the same steps is compared, too.
    """
    directory = RunDirectory(run)
    config = read_config(directory)
    if config.head_alone:
        raise BadakError(f"{run} has no steps to resume: its head was fitted in one go")
    report = verify_resume(arguments(config), steps, directory)
    rows = [
        [
            translated(part.what),
            translated(part.size),
            translated("the same bits" if part.identical else "DIFFERENT"),
        ]
        for part in report.comparisons
    ]
    terminal.console().print(
        terminal.table(
            f"{report.steps} steps, uninterrupted, and killed and resumed at {report.killed_at}",
            ["Compared", "Size", "Result"],
            rows,
            numbers=["Size"],
        )
    )
    if not report.identical and all(part.identical for part in report.comparisons[:-1]):
        raise BadakError(  # the last is RUN's own record
            f"a killed run resumes to the same bits, but {run} has others: its data, the "
            "processor or a version changed after it was begun"
        )
    if not report.identical:
        raise BadakError(f"the resumed run of {run} differs from the uninterrupted one")
    say("identical: a killed run resumes to the same bits")


def arguments(config: RunConfig) -> list[str]:
    """The command line that this configuration came from."""
    # "none" is written out, since the model's recipe may have another value.
    words = ["train", config.dataset]
    words += [f"--{name}=none" for name in ("schedule", "augment") if not getattr(config, name)]
    named = config.model not in (TYPED, FROM_FILE, config.pretrained)
    left_out = LEFT_OUT if named else (*LEFT_OUT, "model")
    for name, value in dataclasses.asdict(config).items():
        if name not in left_out and value is not None and value is not False:
            option = f"--{name.replace('_', '-')}"
            words += [option] if value is True else [option, str(value)]
    return words
