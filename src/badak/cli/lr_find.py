"""`badak lr-find`: suggest a learning rate, by a short training whose rate rises."""

from pathlib import Path
from typing import Any

import click

from badak import inspect
from badak.cli.rate import tried
from badak.cli.train import about_data, config_of, explicit_in
from badak.cli.train_options import data_options, network_options, step_options
from badak.cli.words import say


@click.command()
@click.argument("dataset", default="digits")
@network_options
@step_options
@data_options
@click.option(
    "--output",
    type=click.Path(path_type=Path),
    default=Path("lr_find.png"),
    show_default=True,
    help="Draw the losses to this file.",
)
@click.pass_context
def command(ctx: click.Context, /, output: Path, **options: Any) -> None:
    """Try rising learning rates on DATASET, draw the losses, and suggest a rate.

    DATASET and options are those of `badak train`. The network learns for 100 steps at most, and
    nothing is kept of it.
    """
    explicit = explicit_in(ctx, options)
    config = config_of(explicit, None, options | {"schedule": None})
    train, test = config.load_data()
    config = about_data(config, train, test, explicit)
    found = tried(config, config.network(), train)
    inspect.draw.save(inspect.draw.lr_find(found), output)
    say(str(found))
    say(str(output))
    if found.suggestion is not None:
        say(f"next: badak train ... --lr {found.suggestion:g}")
