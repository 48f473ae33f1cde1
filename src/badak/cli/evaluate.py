"""`badak evaluate`: a trained model on its test images."""

from pathlib import Path
from typing import TYPE_CHECKING

import click
import numpy as np

from badak import inspect, terminal
from badak.cli.labelled import labelled
from badak.cli.opened import data_dir_option, open_run, run_argument
from badak.cli.tta import tta_option, views_of
from badak.cli.words import say

if TYPE_CHECKING:
    from rich.console import Group

# Classes that an answer may name where there are many.
FIRST = 5


@click.command()
@run_argument
@click.argument("folder", required=False, type=click.Path(path_type=Path))
@tta_option
@data_dir_option
def command(run: Path, folder: Path | None, tta: str | None, data_dir: Path | None) -> None:
    """Measure RUN's model: loss, accuracy, and how well each class is found.

    FOLDER holds one sub-folder of images per class; without it, the run's test images serve.
    """
    opened = open_run(run, data_dir)
    test, what = labelled(opened, folder)
    views = views_of(tta, opened.config.dataset)
    found = inspect.predictions(opened.net, test, views)
    of = inspect.metrics(found)
    loss = _log_loss(found)  # as it is, without the smoothing of labels that training may have
    terminal.console().print(_table(f"{opened.config.model_name} network on {what}", found, of))
    for line in (f"loss {loss:.4f}, accuracy {found.accuracy:.4f}", *_sure(found, of)):
        say(line)
    for line in opened.about:
        say(line)


def _log_loss(found: inspect.Predictions) -> float:
    """The mean of -log(probability of the true class)."""
    own = found.probabilities[np.arange(len(found)), found.labels]
    return float(-np.log(np.maximum(own, np.finfo(np.float64).tiny)).mean())


def _table(title: str, found: inspect.Predictions, of: inspect.Metrics) -> "Group":
    """One row per class: how many images, how many were right, precision, recall and F1."""
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


def _sure(found: inspect.Predictions, of: inspect.Metrics) -> list[str]:
    """Say how far the numbers may be off, and how often the class is among the first five."""
    (low, high), (worst, best) = of.interval, of.f1_interval
    lines = [
        f"with 95 % confidence: accuracy {low:.4f} to {high:.4f}, mean F1 {worst:.4f} to {best:.4f}"
    ]
    if len(of.class_names) > FIRST:
        within = inspect.top_k_accuracy(found, k=FIRST)
        lines.append(f"among the {FIRST} most probable classes: {within:.4f}")
    return lines
