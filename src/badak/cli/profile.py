"""`badak profile`: where the time of a run's training step goes."""

from pathlib import Path

import click

from badak import inspect, terminal
from badak.cli.opened import data_dir_option, open_run, run_argument
from badak.cli.words import say


@click.command()
@run_argument
@data_dir_option
def command(run: Path, data_dir: Path | None) -> None:
    """Time each layer of RUN's model on one of its batches, and draw plots/profile.png."""
    opened = open_run(run, data_dir)
    train, _ = opened.config.load_data()
    found = inspect.profile(opened.net, train.images[: opened.config.batch_size])
    terminal.console().print(found)
    say(opened.weights)
    if found.peak is None:
        say("without the native core there is no FMA peak to compare with")
    opened.run.make_plots()
    picture = opened.run.plots / "profile.png"
    inspect.draw.save(inspect.draw.profile(found), picture)
    say(str(picture))
