"""`badak inspect`: table, gradient check, pictures and report of a run."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from badak import inspect, models, terminal
from badak.cli.config import RunConfig
from badak.cli.opened import Opened, data_dir_option, open_run, run_argument
from badak.cli.words import in_options, say
from badak.data import Dataset
from badak.errors import BadakError
from badak.inspect.report import SECTIONS, Trained
from badak.languages import translated
from badak.network import Network
from badak.training import RunDirectory
from badak.training.checkpoint import read_history

if TYPE_CHECKING:
    from rich.console import Console

# Images in the gradient check, and entries of each array: each costs four forward passes.
CHECKED, MAX_SAMPLES, MIN_SAMPLES = 4, 30, 3
# Operations of the gradient check, in float64: about half a minute.
MAX_FLOPS = 3e10


@click.command()
@run_argument
@data_dir_option
def command(run: Path, data_dir: Path | None) -> None:
    """Show the layers and the gradient check of RUN's model, and draw what it has learnt.

    The pictures go to RUN/plots, and all of them into one page, RUN/report.html. If the data set
    is missing, badak draws only the pictures that need no images.
    """
    opened = open_run(run, data_dir)
    net, directory = opened.net, opened.run
    console = terminal.console()
    console.print(net.summary())
    say(opened.weights)
    train, test, missing = _data(directory, opened.config)
    trained = _trained(opened, (train, test, missing))
    if trained.train is None:
        say(f"drawing only what needs no images: {missing}")
    else:
        _check_gradients(console, net, trained.train[:CHECKED])
    directory.make_plots()
    with _progress(console) as on_section:
        written = inspect.report(trained, directory.report, directory.plots, on_section)
    say(f"{len(written) - 1} pictures in {directory.plots}")
    say(f"all on one page: {written[-1]}")


def _check_gradients(console: "Console", net: Network, few: Dataset) -> None:
    """Print the gradient check: fewer samples for a large network, none for the largest."""
    a_pass = len(few) * sum(row.flops for row in net.summary().rows)
    samples = int(MAX_FLOPS / (4 * a_pass * (1 + len(net.parameters()))))
    if samples < MIN_SAMPLES:
        say(
            "the gradient check is skipped, since it takes minutes for this network: "
            "badak.inspect.gradient_check runs it"
        )
        return
    with console.status(translated("checking the gradients")):
        check = inspect.gradient_check(
            net, few.images, few.labels, samples=min(samples, MAX_SAMPLES)
        )
    console.print(check)


def _data(run: RunDirectory, config: RunConfig) -> tuple[Dataset | None, Dataset | None, str]:
    """Return the training and test images, or why they are missing; refuse other data."""
    try:
        data = config.read_data()
    except BadakError as fault:
        return None, None, in_options(str(fault))
    return *config.fitted(*data, run), ""


def _trained(
    opened: Opened,
    data: tuple[Dataset | None, Dataset | None, str],
) -> Trained:
    """Return what the run's files hold."""
    run, config = opened.run, opened.config
    train, test, missing = data
    return Trained(
        opened.net,
        name=f"{_title(config)} on {config.data_name}",
        about={
            "Model": config.layers or config.model,
            "Data set": config.data_name,
            "Weights": opened.weights.removeprefix("the weights "),
        },
        start=None if config.pretrained else config.network(),
        history=read_history(run.checkpoint),
        moments=inspect.timeline(run) if run.snapshots.exists() else None,
        train=train,
        test=test,
        class_names=config.class_names,
        missing="badak inspect says why" if missing else "",  # the reason contains local paths
    )


def _title(config: RunConfig) -> str:
    """Return the model's name in `badak.models`, or its name here; say what was typed by hand."""
    if config.model in models.MODELS:
        return getattr(models.MODELS[config.model], "__name__", config.model)
    return f"{config.model_name} network".capitalize()


@contextmanager
def _progress(console: "Console") -> Iterator[Callable[[str], None]]:
    """Show a bar that names the section being drawn, in a terminal."""
    count = sum(len(sections) for sections in SECTIONS.values())
    with terminal.progress_bar(console) as bar:
        task = bar.add_task("drawing", total=count, figures="", visible=console.is_terminal)
        begun: list[str] = []

        def on_section(title: str) -> None:
            bar.update(task, completed=len(begun), figures=title)
            begun.append(title)

        yield on_section
        bar.update(task, completed=count, figures="")
