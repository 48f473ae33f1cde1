"""`badak evaluate`: a trained model on its test images."""

import dataclasses
from pathlib import Path

import click

from badak import terminal
from badak.cli.opened import data_dir_option, open_run, run_argument
from badak.cli.words import say


@click.command()
@run_argument
@data_dir_option
def command(run: Path, data_dir: Path | None) -> None:
    """Measure loss and accuracy of RUN's model on all test images, in total and per class."""
    opened = open_run(run, data_dir)
    tested = opened.config.test_images or opened.config.limit_test
    config = dataclasses.replace(opened.config, limit_test=None, test_images=tested)
    _, test = config.load_data(opened.run)
    result = opened.net.evaluate(test)
    predicted = opened.net.predict(test.images)
    rows = []
    for index, name in enumerate(config.class_names):
        own = test.labels == index
        count, right = int(own.sum()), int((predicted[own] == index).sum())
        rows.append([name, f"{count:,}", f"{right:,}", f"{right / count:.4f}" if count else "-"])
    table = terminal.table(
        f"{config.model_name} network on the test images of {config.dataset}",
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
    say(opened.weights)
