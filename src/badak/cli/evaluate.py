"""`badak evaluate`: a trained model on its test images."""

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING

import click

from badak import inspect, terminal
from badak.cli.opened import data_dir_option, open_run, run_argument
from badak.cli.words import say

if TYPE_CHECKING:
    from rich.console import Group

# Classes that an answer may name where there are many.
FIRST = 5


@click.command()
@run_argument
@data_dir_option
def command(run: Path, data_dir: Path | None) -> None:
    """Measure RUN's model on all test images: loss, accuracy, and how well each class is found."""
    opened = open_run(run, data_dir)
    tested = opened.config.test_images or opened.config.limit_test
    config = dataclasses.replace(opened.config, limit_test=None, test_images=tested)
    _, test = config.load_data(opened.run)
    result = opened.net.evaluate(test)
    found = inspect.predictions(opened.net, test)
    what = f"{config.model_name} network on the test images of {config.dataset}"
    terminal.console().print(_table(what, found))
    for line in (f"loss {result.loss:.4f}, accuracy {result.accuracy:.4f}", *_sure(found)):
        say(line)
    for line in opened.about:
        say(line)


def _table(title: str, found: inspect.Predictions) -> "Group":
    """One row per class: how many images, how many were right, precision, recall and F1."""
    of = inspect.metrics(found)
    right = inspect.per_class_accuracy(found).right
    rows = [
        [name, f"{count:,}", f"{own:,}", *(f"{value:.4f}" if count else "-" for value in ratios)]
        for name, count, own, *ratios in zip(
            of.class_names, of.support, right, of.precision, of.recall, of.f1, strict=True
        )
    ]
    means = (of.macro_precision, of.macro_recall, of.macro_f1)
    return terminal.table(
        title,
        ["Class", "Images", "Right", "Precision", "Recall", "F1"],
        rows,
        footer=[
            "all; mean",
            f"{of.support.sum():,}",
            f"{right.sum():,}",
            *(f"{mean:.4f}" for mean in means),
        ],
        numbers=["Images", "Right", "Precision", "Recall", "F1"],
    )


def _sure(found: inspect.Predictions) -> list[str]:
    """Say how far the numbers may be off, and how often the class is among the first five."""
    of = inspect.metrics(found)
    (low, high), (worst, best) = of.interval, of.f1_interval
    lines = [
        f"with 95 % confidence: accuracy {low:.4f} to {high:.4f}, mean F1 {worst:.4f} to {best:.4f}"
    ]
    if len(of.class_names) > FIRST:
        within = inspect.top_k_accuracy(found, k=FIRST)
        lines.append(f"among the {FIRST} most probable classes: {within:.4f}")
    return lines
