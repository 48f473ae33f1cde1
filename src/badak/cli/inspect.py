"""`badak inspect`: table, gradient check and pictures of a run."""

import dataclasses
from pathlib import Path

import click

from badak import inspect, terminal
from badak.cli.config import read_config, trained_network
from badak.cli.train import draw_filters, draw_history
from badak.training import RunDirectory
from badak.training.checkpoint import read_history

# Images in the gradient check: few, since each entry costs four forward passes.
CHECKED = 4


@click.command()
@click.argument("run", type=click.Path(path_type=Path))
@click.option("--data-dir", type=click.Path(path_type=Path), help="Where the data set's files lie.")
def command(run: Path, data_dir: Path | None) -> None:
    """Show the table and the gradient check of RUN's model, and draw its pictures anew."""
    directory = RunDirectory(run)
    config = read_config(directory)
    if data_dir is not None:
        config = dataclasses.replace(config, data_dir=str(data_dir))
    net = trained_network(directory, config)
    history = read_history(directory.checkpoint)
    train, _ = config.load_data()
    console = terminal.console()
    console.print(net.summary())
    few = train[:CHECKED]
    console.print(inspect.gradient_check(net, few.images, few.labels))
    directory.plots.mkdir(exist_ok=True)
    draw_history(history, directory)
    draw_filters(config.network(), directory, "before")
    draw_filters(net, directory, "after")
    for picture in sorted(directory.plots.glob("*.png")):
        click.echo(str(picture))
