"""`badak profile`: where the time of a run's training step goes."""

from pathlib import Path

import click

from badak import inspect, terminal
from badak.cli.config import read_config, trained_network, which_weights
from badak.cli.words import say
from badak.training import RunDirectory


@click.command()
@click.argument("run", type=click.Path(path_type=Path))
@click.option("--data-dir", type=click.Path(path_type=Path), help="Where the data set's files lie.")
def command(run: Path, data_dir: Path | None) -> None:
    """Time each layer of RUN's model on one of its batches, and draw plots/profile.png."""
    directory = RunDirectory(run)
    config = read_config(directory)
    if data_dir is not None:
        config = config.moved_to(data_dir)
    net = trained_network(directory, config)
    train, _ = config.load_data()
    found = inspect.profile(net, train.images[: config.batch_size])
    terminal.console().print(found)
    say(which_weights(directory))
    if found.peak is None:
        say("without the native core there is no FMA peak to compare with")
    directory.make_plots()
    picture = directory.plots / "profile.png"
    inspect.draw.save(inspect.draw.profile(found), picture)
    say(str(picture))
