"""`badak inspect`: table, gradient check and pictures of a run."""

from pathlib import Path

import click

from badak import inspect, terminal
from badak.cli.saved import open_run
from badak.cli.train import draw_filters, draw_history
from badak.training.checkpoint import read_history

# Images in the gradient check: few, since each entry costs four forward passes.
CHECKED = 4


@click.command()
@click.argument("run", type=click.Path(path_type=Path))
@click.option("--data-dir", type=click.Path(path_type=Path), help="Where the data set's files lie.")
def command(run: Path, data_dir: Path | None) -> None:
    """Show the table and the gradient check of RUN's model, and draw its pictures anew."""
    directory, config, net = open_run(run, data_dir)
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
