"""`badak evaluate`: a trained model on its test images."""

import dataclasses
from pathlib import Path

import click

from badak import terminal
from badak.cli.config import read_config, trained_network, which_weights
from badak.cli.words import say
from badak.training import RunDirectory


@click.command()
@click.argument("run", type=click.Path(path_type=Path))
@click.option("--data-dir", type=click.Path(path_type=Path), help="Where the data set's files lie.")
def command(run: Path, data_dir: Path | None) -> None:
    """Measure the model of RUN on all its data set's test images: loss, accuracy, each class."""
    directory = RunDirectory(run)
    config = read_config(directory)
    tested = config.test_images or config.limit_test
    config = dataclasses.replace(config, limit_test=None, test_images=tested)
    if data_dir is not None:
        config = config.moved_to(data_dir)
    net = trained_network(directory, config)
    _, test = config.load_data(directory)
    result = net.evaluate(test)
    predicted = net.predict(test.images)
    rows = []
    for index, name in enumerate(config.class_names):
        own = test.labels == index
        count, right = int(own.sum()), int((predicted[own] == index).sum())
        rows.append([name, f"{count:,}", f"{right:,}", f"{right / count:.4f}" if count else "-"])
    table = terminal.table(
        f"{config.model} on the test images of {config.dataset}",
        ["Class", "Images", "Right", "Accuracy"],
        rows,
        footer=[
            "all",
            f"{result.images:,}",
            f"{int((predicted == test.labels).sum()):,}",
            f"{result.accuracy:.4f}",
        ],
        numbers=["Images", "Right", "Accuracy"],
    )
    terminal.console().print(table)
    say(f"loss {result.loss:.4f}, accuracy {result.accuracy:.4f}")
    say(which_weights(directory))
