"""`badak predict`: the most probable classes of image files."""

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING

import click
import numpy as np

from badak import inspect, terminal
from badak.arrays import Images
from badak.cli.config import RunConfig, read_config, trained_network, which_weights
from badak.data import DigitStages, digit_from_image, read_image
from badak.errors import BadakError, where
from badak.training import RunDirectory

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# Classes shown for an image.
TOP = 3
# Training digits beside one's own.
NEAREST = 8
# Data sets of handwriting in MNIST's form: what one writes oneself must be brought into it.
HANDWRITING = ("mnist",)


@click.command()
@click.argument("run", type=click.Path(path_type=Path))
@click.argument("images", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--invert", is_flag=True, help="For dark ink on white paper; MNIST's sees it itself.")
@click.option(
    "--nearest",
    type=click.IntRange(min=1),
    metavar="K",
    help="Draw the K training images most alike.  [default: 8 for a model of MNIST]",
)
@click.option("--data-dir", type=click.Path(path_type=Path), help="Where the data set's files lie.")
def command(
    run: Path, images: tuple[Path, ...], invert: bool, nearest: int | None, data_dir: Path | None
) -> None:
    """Show the most probable classes of each of IMAGES by the model of RUN.

    A model of MNIST gets each picture prepared as MNIST's digits were: inverted where the ink is
    dark, cropped, fitted into 20x20 and centred in 28x28. RUN/plots shows the stages, and the
    training digits most alike.
    """
    directory = RunDirectory(run)
    config = read_config(directory)
    if data_dir is not None:
        config = dataclasses.replace(config, data_dir=str(data_dir))
    net = trained_network(directory, config)
    stages: list[DigitStages] = []
    if config.dataset in HANDWRITING:
        for path in images:
            with where(str(path)):
                stages.append(digit_from_image(path))
        batch = np.stack([one.image for one in stages])
    else:
        batch = np.concatenate([read_image(path, net.input_shape, invert) for path in images])
    rows = []
    for path, chances in zip(images, net.predict_proba(batch), strict=True):
        best = np.argsort(-chances, kind="stable")[:TOP]
        cells = [f"{config.class_names[index]}  {chances[index]:.1%}" for index in best]
        rows.append([str(path), *cells])
    places = ["1st", "2nd", "3rd"][: min(TOP, net.num_classes)]
    terminal.console().print(terminal.table(None, ["Image", *places], rows))
    click.echo(which_weights(directory))
    if stages:
        click.echo("each prepared as MNIST's digits were: fitted into 20x20, centred in 28x28")
    for number, one in enumerate(stages, 1):
        _draw(inspect.draw.digit_stages(one), directory, f"digit_{number}.png")
    if stages or nearest is not None:
        _draw_nearest(batch, config, directory, nearest)


def _draw_nearest(batch: Images, config: RunConfig, run: RunDirectory, asked: int | None) -> None:
    """Draw the training images most alike; only who asked for them must have them."""
    try:
        train, _ = config.load_data()
    except BadakError as fault:
        if asked is not None:
            raise
        click.echo(f"the training digits most alike are not shown: {fault}")
        return
    for number, image in enumerate(batch, 1):
        found = inspect.nearest(train, image, asked or min(NEAREST, len(train)))
        _draw(inspect.draw.nearest(found, train.class_names), run, f"nearest_{number}.png")


def _draw(figure: "Figure", run: RunDirectory, name: str) -> None:
    """Write a picture to RUN/plots and say where."""
    run.make_plots()
    inspect.draw.save(figure, run.plots / name)
    click.echo(str(run.plots / name))
