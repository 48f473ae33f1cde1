"""`badak predict`: the most probable classes of image files."""

from pathlib import Path

import click
import numpy as np

from badak import terminal
from badak.cli.config import read_config, trained_network
from badak.data import read_image
from badak.training import RunDirectory

# Classes shown for an image.
TOP = 3


@click.command()
@click.argument("run", type=click.Path(path_type=Path))
@click.argument("images", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--invert", is_flag=True, help="For dark ink on white paper, as MNIST is not.")
def command(run: Path, images: tuple[Path, ...], invert: bool) -> None:
    """Show the most probable classes of each of IMAGES by the model of RUN."""
    directory = RunDirectory(run)
    config = read_config(directory)
    net = trained_network(directory, config)
    batch = np.concatenate([read_image(path, net.input_shape, invert) for path in images])
    rows = []
    for path, chances in zip(images, net.predict_proba(batch), strict=True):
        best = np.argsort(-chances, kind="stable")[:TOP]
        cells = [f"{config.class_names[index]}  {chances[index]:.1%}" for index in best]
        rows.append([str(path), *cells])
    places = ["1st", "2nd", "3rd"][: min(TOP, net.num_classes)]
    terminal.console().print(terminal.table(None, ["Image", *places], rows))
