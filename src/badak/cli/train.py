"""`badak train`: the main job, from a data set's name to a run directory with pictures."""

import dataclasses
import time
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from badak import inspect, models, optim, terminal
from badak.cli import counts, learnt
from badak.cli.config import RunConfig, read_config
from badak.cli.recipes import AUGMENTATIONS, completed
from badak.data import Dataset
from badak.errors import BadakError
from badak.formats.tensorboard import TensorBoard
from badak.network import Network
from badak.training import Callback, History, Interrupted, RunDirectory, Trainer

BATCH_SIZE = 100
POSITIVE = click.IntRange(min=1)


@click.command()
@click.argument("dataset", default="digits")
@click.option(
    "--model", type=click.Choice(list(models.MODELS)), default="simple", show_default=True
)
@click.option("--epochs", type=int, help="Times over all images.  [default: the model's]")
@click.option(
    "--batch-size", type=int, help="Images in a step.  [default: 100, or all where there are fewer]"
)
@click.option(
    "--optimizer", type=click.Choice(list(optim.OPTIMIZERS)), help="[default: the model's]"
)
@click.option(
    "--lr", type=float, help="Learning rate.  [default: the model's, or that of --optimizer]"
)
@click.option("--weight-decay", type=float, help="L2 penalty.  [default: like that of --lr]")
@click.option(
    "--schedule",
    type=click.Choice([*optim.SCHEDULES, "none"]),
    help="Course of the rate.  [default: the model's]",
)
@click.option(
    "--augment",
    type=click.Choice([*AUGMENTATIONS, "none"]),
    help="Vary the images.  [default: as model and data set bear]",
)
@click.option(
    "--weight-init",
    metavar="he|xavier|STD",
    help="Initial weights; a number is their standard deviation.  [default: the model's own]",
)
@click.option("--seed", type=int, default=0, show_default=True, help="Same seed, same bits.")
@click.option("--limit-train", type=POSITIVE, metavar="N", help="Only the first N images to learn.")
@click.option("--limit-test", type=POSITIVE, metavar="N", help="Only the first N images to test.")
@click.option(
    "--evaluate-sample", type=POSITIVE, metavar="N", help="Measure on N images each epoch."
)
@click.option(
    "--early-stopping", type=POSITIVE, metavar="N", help="Stop after N epochs without a new best."
)
@click.option("--checkpoint-every", type=POSITIVE, metavar="STEPS", help="Also within an epoch.")
@click.option("--snapshots", type=POSITIVE, metavar="STEPS", help="Record how the filters grow.")
@click.option("--max-steps", type=POSITIVE, metavar="STEPS", help="Stop early, to resume later.")
@click.option("--run-dir", type=click.Path(path_type=Path), help="Where all of it is written.")
@click.option("--resume", is_flag=True, help="Go on with the run in --run-dir, to the same bits.")
@click.option("--data-dir", type=click.Path(path_type=Path), help="Where the data set's files lie.")
@click.option("--image-size", type=POSITIVE, metavar="PIXELS", help="For folder:PATH.")
@click.option("--tensorboard", is_flag=True, help="Also write TensorBoard's files, to the run.")
@click.option("--skip-corrupt", is_flag=True, help="For folder:PATH: pass over damaged images.")
@click.pass_context
def command(ctx: click.Context, /, **options: Any) -> None:
    """Train a model on DATASET and write model, history and pictures to a run directory.

    DATASET is digits (part of badak), mnist, fashion-mnist, cifar10, emnist-letters (or another
    form of EMNIST), or folder:PATH, a folder with one sub-folder of images per class. Without
    options this is the book's run: SimpleConvNet, Adam. The other models bring optimizer, schedule
    and augmentation of their own; options go before.
    """
    run_dir, resume = options.pop("run_dir"), options.pop("resume")
    with_tensorboard = options.pop("tensorboard")
    how = {name: options.pop(name) for name in ("checkpoint_every", "max_steps")}
    if resume and run_dir is None:
        raise BadakError("--resume needs --run-dir, the directory of the run to go on with")
    run = RunDirectory(run_dir or _free_directory(options["dataset"], options["model"]))
    config = _config(ctx, run, options, resume)
    train, test = config.load_data(run if resume and run.checkpoint.exists() else None)
    config = _about_data(config, train, test)
    net = config.network()
    if resume and not run.checkpoint.exists():
        click.echo(f"{run.path} holds no checkpoint yet: starting at the beginning")
    callbacks: list[Callback] = [_Opening(config, run, train, test)]
    if with_tensorboard:
        callbacks.append(_tensorboard(run))
    trainer = config.trainer(net, callbacks=callbacks, **how)
    _train(trainer, train, test, run, resume)


def _tensorboard(run: RunDirectory) -> Callback:
    """What writes RUN/tensorboard; a missing package is the user's to install, not a crash."""
    try:
        return TensorBoard(run.path / "tensorboard")
    except ImportError as fault:
        raise BadakError(str(fault)) from None


def _config(
    ctx: click.Context, run: RunDirectory, options: dict[str, Any], resume: bool
) -> RunConfig:
    """The options as given, or those of the run to go on with."""
    if options["data_dir"] is not None:
        options["data_dir"] = str(options["data_dir"].absolute())
    kind, _, path = options["dataset"].partition(":")
    if kind == "folder" and path:
        options["dataset"] = f"folder:{Path(path).expanduser().absolute()}"
    given = {
        name for name in options if ctx.get_parameter_source(name) is not ParameterSource.DEFAULT
    }
    for name in ("schedule", "augment"):
        options[name] = None if options[name] == "none" else options[name]
    if not (resume and run.config.exists()):
        return RunConfig(**completed(options, given))
    config = begun = read_config(run)
    for name in [name for name in options if name in given]:
        value = options[name]
        if name == "data_dir":
            config = config.moved_to(Path(value))
        elif name == "epochs" and value >= begun.epochs:
            config = dataclasses.replace(config, epochs=value)
        elif value != (before := getattr(begun, name)):
            option = name if name == "dataset" else f"--{name.replace('_', '-')}"
            first = f"without {option}" if before is None else f"with {option} {before!r}"
            raise BadakError(
                f"{run.path} was begun {first}; got {value or 'none'!r}: leave the option out to "
                "go on (--data-dir names a folder's new place), or choose another --run-dir"
            )
    return config


def _about_data(config: RunConfig, train: Dataset, test: Dataset) -> RunConfig:
    """Fill in what the data set tells; a run to go on with must have been told the same."""
    told: dict[str, Any] = {
        "class_names": train.class_names,
        "input_shape": tuple(train.image_shape),
        "train_images": len(train),
        "test_images": len(test),
    }
    for name, value in told.items():
        before = getattr(config, name)
        if before and before != value:
            raise BadakError(f"the data set's {name} were {before} and are {value}")
    if config.batch_size is None:
        told["batch_size"] = max(1, min(BATCH_SIZE, len(train)))
    return dataclasses.replace(config, **told)


def _free_directory(dataset: str, model: str) -> Path:
    """runs/DATASET-MODEL, followed by a number if that is taken."""
    kind, _, path = dataset.partition(":")
    stem = Path("runs", f"{terminal.shown(Path(path).name) or kind}-{model}")
    number = 1
    while (free := stem if number == 1 else Path(f"{stem}-{number}")).exists():
        number += 1
    return free


class _Opening(Callback):
    """Shows what is trained and writes options and filters, once all is checked and ours."""

    def __init__(self, config: RunConfig, run: RunDirectory, train: Dataset, test: Dataset) -> None:
        self.config, self.run, self.train, self.test = config, run, train, test

    def on_train_start(self, trainer: Trainer) -> None:
        terminal.console().print(trainer.net.summary())
        for line in (*counts.lines(self.train, self.test), self.config.about()):
            click.echo(line)
        for words in counts.cautions(self.train, self.test):
            click.echo(f"Caution: {words}", err=True)
        self.run.plots.mkdir(exist_ok=True)
        self.config.save(self.run)
        learnt.remember(self.run, self.train, self.test)
        draw_filters(self.config.network(), self.run, "before")


def draw_filters(net: Network, run: RunDirectory, when: str) -> None:
    """Write plots/filters_WHEN.png: the first layer's filters, the book's grid."""
    path = run.plots / f"filters_{when}.png"
    inspect.draw.save(inspect.draw.filters(inspect.filters(net)), path)


def draw_history(history: History, run: RunDirectory) -> None:
    """Write plots/learning_curve.png, once an epoch has ended."""
    if history.epochs:
        figure = inspect.draw.learning_curve(inspect.learning_curve(history))
        inspect.draw.save(figure, run.plots / "learning_curve.png")


def _train(
    trainer: Trainer, train: Dataset, test: Dataset, run: RunDirectory, resume: bool
) -> None:
    since = time.perf_counter()
    try:
        history = trainer.fit(train, test, run.path, resume)
    except Interrupted as stop:
        stop.args = (
            f"{stop} after step {len(trainer.history.steps):,}, with a checkpoint; go on with: "
            f"badak train --run-dir {run.path} --resume",
        )
        raise
    seconds = time.perf_counter() - since
    draw_history(history, run)
    draw_filters(trainer.net, run, "after")
    click.echo(
        f"test accuracy {_test_accuracy(trainer, test):.4f} on {len(test):,} images; "
        f"{len(history.steps):,} steps, {seconds:.1f} s"
    )
    click.echo(f"{run.path}: model.safetensors, history.csv, plots/learning_curve.png, ...")
    click.echo(f"next: badak predict {run.path} IMAGE    badak inspect {run.path}")


def _test_accuracy(trainer: Trainer, test: Dataset) -> float:
    """On all test images: as the last epoch's end measured it, where no step came after."""
    history = trainer.history
    if trainer.measured[-1] is test and history.epochs:
        last = history.epochs[-1]
        if last.step == len(history.steps):
            return last.validation_accuracy
    return trainer.net.evaluate(test).accuracy
