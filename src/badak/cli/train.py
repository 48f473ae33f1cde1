"""`badak train`: the main job, from a data set's name to a run directory with pictures."""

import dataclasses
import os
import sys
import time
import warnings
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from badak import models, optim, terminal
from badak.cli import counts, learnt
from badak.cli.config import TYPED, RunConfig, read_config
from badak.cli.near import one_of
from badak.cli.opened import data_dir_option
from badak.cli.recipes import completed, sized, why_small
from badak.cli.results import draw_filters, draw_history, results
from badak.cli.words import say
from badak.data import Dataset
from badak.data.catalog import AUGMENTATIONS
from badak.errors import BadakError
from badak.formats.tensorboard import TensorBoard
from badak.training import Callback, Interrupted, RunDirectory, Running, Trainer
from badak.training.ending import complete, worse_than_before
from badak.training.interruption import BROKEN_PIPE

DEFAULT = ParameterSource.DEFAULT
POSITIVE = click.IntRange(min=1)


@click.command()
@click.argument("dataset", default="digits")
@click.option(
    "--model",
    type=one_of(models.MODELS),
    metavar="NAME",
    default="simple",
    show_default=True,
    help=f"Train this network: {', '.join(models.MODELS)}.",
)
@click.option(
    "--layers",
    metavar="LIST",
    help='Train a network of these layers, such as "conv 30 5, relu, pool 2, flatten, linear 10".',
)
@click.option("--epochs", type=int, help="Train for this many epochs.  [default: the model's]")
@click.option(
    "--batch-size", type=int, help="Images per step.  [default: 100; fewer for small data sets]"
)
@click.option(
    "--optimizer",
    type=click.Choice(list(optim.OPTIMIZERS)),
    help="Update the weights by this rule.  [default: the model's]",
)
@click.option(
    "--lr",
    type=float,
    help="Learning rate.  [default: the model's, lower for small data sets; with --optimizer, "
    "the optimizer's]",
)
@click.option(
    "--weight-decay",
    type=float,
    help="L2 penalty.  [default: the model's; with --optimizer, the optimizer's]",
)
@click.option(
    "--schedule",
    type=click.Choice([*optim.SCHEDULES, "none"]),
    help="Change the learning rate during training.  [default: the model's]",
)
@click.option(
    "--augment",
    type=click.Choice([*AUGMENTATIONS, "none"]),
    help="Vary the training images.  [default: chosen by model and data set]",
)
@click.option(
    "--weight-init",
    metavar="he|xavier|STD",
    help="How to draw the initial weights; a number is their standard deviation.  "
    "[default: the model's]",
)
@click.option(
    "--seed", type=int, default=0, show_default=True, help="The same seed gives the same bits."
)
@click.option("--limit-train", type=POSITIVE, metavar="N", help="Train on the first N images only.")
@click.option("--limit-test", type=POSITIVE, metavar="N", help="Test on the first N images only.")
@click.option(
    "--evaluate-sample",
    type=POSITIVE,
    metavar="N",
    help="Measure only N training and N test images after each epoch.",
)
@click.option(
    "--early-stopping", type=POSITIVE, metavar="N", help="Stop after N epochs without a new best."
)
@click.option(
    "--checkpoint-every",
    type=POSITIVE,
    metavar="STEPS",
    help="Write a checkpoint every STEPS steps, not only after each epoch.",
)
@click.option(
    "--snapshots",
    type=POSITIVE,
    metavar="STEPS",
    help="Record filters and feature maps every STEPS steps, for `badak inspect`.",
)
@click.option(
    "--max-steps", type=POSITIVE, metavar="STEPS", help="Stop after STEPS steps, to resume later."
)
@click.option(
    "--run-dir",
    type=click.Path(path_type=Path),
    help="Write everything to this directory.  [default: runs/DATASET-MODEL]",
)
@click.option(
    "--resume", is_flag=True, help="Continue the run in --run-dir where it stopped, bit for bit."
)
@click.option(
    "--accept-other-bits",
    is_flag=True,
    help="Resume even if another processor, edition or version will change the bits.",
)
@data_dir_option
@click.option(
    "--image-size",
    type=POSITIVE,
    metavar="PIXELS",
    help="For folder:PATH: resize images to squares of this side.  [default: 32]",
)
@click.option(
    "--tensorboard", is_flag=True, help="Also write files for TensorBoard, to RUN/tensorboard."
)
@click.option("--skip-corrupt", is_flag=True, help="For folder:PATH: skip damaged images.")
@click.pass_context
def command(ctx: click.Context, /, **options: Any) -> None:
    """Train a model on DATASET and write model, history and pictures to a run directory.

    DATASET is digits (included in badak), mnist, fashion-mnist, cifar10, emnist-letters (or
    another form of EMNIST), or folder:PATH, a folder with one sub-folder of images per class.
    Without options, badak trains the book's network, SimpleConvNet, with Adam. Each other model
    has its own optimizer, schedule and augmentation; options you give take precedence.
    """
    run_dir, resume = options.pop("run_dir"), options.pop("resume")
    with_tensorboard, accept = options.pop("tensorboard"), options.pop("accept_other_bits")
    how = {name: options.pop(name) for name in ("checkpoint_every", "max_steps")}
    if resume and run_dir is None:
        raise BadakError("--resume needs --run-dir, the directory of the run to continue")
    if accept and not resume:
        raise BadakError("--accept-other-bits needs --resume")
    begun = RunDirectory(run_dir) if resume else None
    explicit = {name for name in options if ctx.get_parameter_source(name) is not DEFAULT}
    if options["layers"] is not None:
        if "model" in explicit:
            raise BadakError("--layers and --model both name the network: omit one of them")
        options["model"] = TYPED
    config = _config(explicit, begun, options)
    train, test = config.load_data(begun if begun and begun.checkpoint.exists() else None)
    begins = not config.class_names
    notes = why_small(config.model, len(train), explicit) if begins else []
    config = _about_data(config, train, test, explicit)
    net = config.network()
    if begun and not begun.checkpoint.exists():
        say(f"{run_dir} holds no checkpoint yet: starting at the beginning")
    with _directory(run_dir, config) as run:
        callbacks: list[Callback] = [_Opening(config, run, train, test, notes)]
        if with_tensorboard:
            callbacks.append(TensorBoard(run.path / "tensorboard"))
        trainer = config.trainer(net, callbacks=callbacks, **how)
        _train(trainer, (train, test), run, resume, accept)


def _directory(run_dir: Path | None, config: RunConfig) -> AbstractContextManager[RunDirectory]:
    """The directory asked for, or a new one: runs/DATASET-MODEL, and a number if that exists."""
    if run_dir is not None:
        return nullcontext(RunDirectory(run_dir))
    name = terminal.printable(config.data_name)
    return RunDirectory.claimed(Path("runs", f"{name}-{config.model}"))


def _config(explicit: set[str], begun: RunDirectory | None, options: dict[str, Any]) -> RunConfig:
    """Return the options of a new run, or those of the run to continue."""
    if options["data_dir"] is not None:
        options["data_dir"] = str(options["data_dir"].absolute())
    kind, _, path = options["dataset"].partition(":")
    if kind == "folder" and path:
        options["dataset"] = f"folder:{Path(path).expanduser().absolute()}"
    for name in ("schedule", "augment"):
        options[name] = None if options[name] == "none" else options[name]
    if begun is None or not begun.config.exists():
        return RunConfig(**completed(options, explicit))
    config = first = read_config(begun)
    for name in [name for name in options if name in explicit]:
        value = options[name]
        if name == "data_dir":
            config = config.moved_to(Path(value))
        elif name == "epochs" and value >= first.epochs:
            config = dataclasses.replace(config, epochs=value)
        elif value != (old := getattr(first, name)):
            option = name if name == "dataset" else f"--{name.replace('_', '-')}"
            before = f"without {option}" if old is None else f"with {option} {old!r}"
            raise BadakError(
                f"{begun.path} was begun {before}; got {value or 'none'!r}: omit the option to "
                "continue (only --epochs may grow, and --data-dir names a folder's new place), "
                "or choose another --run-dir"
            )
    return config


def _about_data(config: RunConfig, train: Dataset, test: Dataset, explicit: set[str]) -> RunConfig:
    """Fill in what the data set decides; it must be the same if a run continues."""
    facts: dict[str, Any] = {
        "class_names": train.class_names,
        "input_shape": tuple(train.image_shape),
        "train_images": len(train),
        "test_images": len(test),
    }
    for name, value in facts.items():
        before = getattr(config, name)
        if before and before != value:
            raise BadakError(
                f"{config.data_name} has changed since the run began: its {name.replace('_', ' ')} "
                f"were {before} and are {value}; restore the data set, or train a new run"
            )
    if not config.class_names:  # a run that begins
        facts |= sized(config.model, len(train), explicit)
    return dataclasses.replace(config, **facts)


class _Opening(Callback):
    """Shows what is trained and writes options and filters, once everything was checked."""

    def __init__(
        self, config: RunConfig, run: RunDirectory, train: Dataset, test: Dataset, notes: list[str]
    ) -> None:
        self.config, self.run, self.train, self.test = config, run, train, test
        self.notes = notes

    def on_train_start(self, trainer: Running) -> None:
        self.run.make_plots()
        if complete(trainer):  # nothing changes, whatever the options say
            return
        self.config.save(self.run)  # first: from now on the run can be resumed
        learnt.remember(self.run, self.train, self.test)
        terminal.console().print(trainer.net.summary())
        for line in (*counts.lines(self.train, self.test), self.config.about(), *self.notes):
            say(line)
        for words in counts.cautions(self.train, self.test):
            warnings.warn(words, stacklevel=1)
        draw_filters(self.config.network(), self.run, "before")


def _train(
    trainer: Trainer,
    data: tuple[Dataset, Dataset],
    run: RunDirectory,
    resume: bool,
    accept_other_bits: bool,
) -> None:
    since = time.perf_counter()
    try:
        history = trainer.fit(*data, run.path, resume, accept_other_bits)
        seconds = time.perf_counter() - since
        draw_history(history, run)
        draw_filters(trainer.net, run, "after")
        first, *more = results(trainer, data[1], run)
        say(f"{first}; {len(history.steps):,} steps, {seconds:.1f} s")
        for line in more:
            say(line)
        say(f"{run.path}: model.safetensors, history.csv, plots/learning_curve.png, ...")
        if worse_than_before(trainer) is None:
            say(f"next: badak predict {run.path} IMAGE    badak inspect {run.path}")
    except Interrupted as stop:
        raise _stopped(stop, trainer, run) from None
    except BrokenPipeError:
        raise _stopped(Interrupted(BROKEN_PIPE), trainer, run) from None


def _stopped(stop: Interrupted, trainer: Trainer, run: RunDirectory) -> Interrupted:
    """Say when and why it stopped, and how to continue."""
    if stop.signal == BROKEN_PIPE:
        _let_go_of_the_pipe()
    kept = "with a checkpoint" if run.checkpoint.exists() else "before the first checkpoint"
    stop.args = (
        f"{stop} after step {len(trainer.history.steps):,}, {kept}; continue with: "
        f"badak train --run-dir {run.path} --resume",
    )
    return stop


def _let_go_of_the_pipe() -> None:
    """Write nothing more to a closed pipe: Python flushes the output at its end, and would fail."""
    null, out, err = os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno(), sys.stderr.fileno()
    if os.path.sameopenfile(out, err):  # 2>&1
        os.dup2(null, err)
    os.dup2(null, out)
