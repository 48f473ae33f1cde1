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

from badak import inspect, load, models, optim, terminal
from badak.cli import counts, learnt
from badak.cli.config import RunConfig, read_config
from badak.cli.opened import data_dir_option
from badak.cli.recipes import completed, sized, why_small
from badak.cli.words import say
from badak.data import Dataset
from badak.data.catalog import AUGMENTATIONS
from badak.errors import BadakError
from badak.formats.tensorboard import TensorBoard
from badak.network import Network
from badak.training import Callback, History, Interrupted, RunDirectory, Running, Trainer
from badak.training.best import best_epoch
from badak.training.ending import complete, worse_than_before
from badak.training.interruption import BROKEN_PIPE

DEFAULT = ParameterSource.DEFAULT
POSITIVE = click.IntRange(min=1)


@click.command()
@click.argument("dataset", default="digits")
@click.option(
    "--model", type=click.Choice(list(models.MODELS)), default="simple", show_default=True
)
@click.option("--epochs", type=int, help="Times over all images.  [default: the model's]")
@click.option(
    "--batch-size", type=int, help="Images in a step.  [default: 100; less for few images]"
)
@click.option(
    "--optimizer", type=click.Choice(list(optim.OPTIMIZERS)), help="[default: the model's]"
)
@click.option(
    "--lr",
    type=float,
    help="Learning rate.  [default: the model's, less for few images; or --optimizer's]",
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
@click.option(
    "--accept-other-bits",
    is_flag=True,
    help="Resume on another processor, edition or version than the run was begun with.",
)
@data_dir_option
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
    with_tensorboard, accept = options.pop("tensorboard"), options.pop("accept_other_bits")
    how = {name: options.pop(name) for name in ("checkpoint_every", "max_steps")}
    if resume and run_dir is None:
        raise BadakError("--resume needs --run-dir, the directory of the run to go on with")
    if accept and not resume:
        raise BadakError("--accept-other-bits goes with --resume")
    begun = RunDirectory(run_dir) if resume else None
    given = {name for name in options if ctx.get_parameter_source(name) is not DEFAULT}
    config = _config(given, begun, options)
    train, test = config.load_data(begun if begun and begun.checkpoint.exists() else None)
    begins = not config.class_names
    notes = why_small(config.model, len(train), given) if begins else []
    config = _about_data(config, train, test, given)
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


def _config(given: set[str], begun: RunDirectory | None, options: dict[str, Any]) -> RunConfig:
    """The options as given, or those of the run to go on with."""
    if options["data_dir"] is not None:
        options["data_dir"] = str(options["data_dir"].absolute())
    kind, _, path = options["dataset"].partition(":")
    if kind == "folder" and path:
        options["dataset"] = f"folder:{Path(path).expanduser().absolute()}"
    for name in ("schedule", "augment"):
        options[name] = None if options[name] == "none" else options[name]
    if begun is None or not begun.config.exists():
        return RunConfig(**completed(options, given))
    config = first = read_config(begun)
    for name in [name for name in options if name in given]:
        value = options[name]
        if name == "data_dir":
            config = config.moved_to(Path(value))
        elif name == "epochs" and value >= first.epochs:
            config = dataclasses.replace(config, epochs=value)
        elif value != (old := getattr(first, name)):
            option = name if name == "dataset" else f"--{name.replace('_', '-')}"
            before = f"without {option}" if old is None else f"with {option} {old!r}"
            raise BadakError(
                f"{begun.path} was begun {before}; got {value or 'none'!r}: leave the option out "
                "to continue (only --epochs may grow, and --data-dir names a folder's new place), "
                "or choose another --run-dir"
            )
    return config


def _about_data(config: RunConfig, train: Dataset, test: Dataset, given: set[str]) -> RunConfig:
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
            raise BadakError(
                f"{config.data_name} has changed since the run began: its {name.replace('_', ' ')} "
                f"were {before} and are {value}; bring it back to what it was, or train a new run"
            )
    if not config.class_names:  # a run that begins
        told |= sized(config.model, len(train), given)
    return dataclasses.replace(config, **told)


class _Opening(Callback):
    """Shows what is trained and writes options and filters, once all is checked and ours."""

    def __init__(
        self, config: RunConfig, run: RunDirectory, train: Dataset, test: Dataset, notes: list[str]
    ) -> None:
        self.config, self.run, self.train, self.test = config, run, train, test
        self.notes = notes

    def on_train_start(self, trainer: Running) -> None:
        self.run.make_plots()
        if complete(trainer):  # as before, whatever was asked for
            return
        self.config.save(self.run)  # first: whoever stops us from here on can go on with --resume
        learnt.remember(self.run, self.train, self.test)
        terminal.console().print(trainer.net.summary())
        for line in (*counts.lines(self.train, self.test), self.config.about(), *self.notes):
            say(line)
        for words in counts.cautions(self.train, self.test):
            warnings.warn(words, stacklevel=1)
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
    """Say when and why it stopped, and how to go on."""
    if stop.signal == BROKEN_PIPE:
        _let_go_of_the_pipe()
    kept = "with a checkpoint" if run.checkpoint.exists() else "before the first checkpoint"
    stop.args = (
        f"{stop} after step {len(trainer.history.steps):,}, {kept}; go on with: "
        f"badak train --run-dir {run.path} --resume",
    )
    return stop


def _let_go_of_the_pipe() -> None:
    """Write nothing more to a closed pipe: Python flushes the output at its end, and would fail."""
    null, out, err = os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno(), sys.stderr.fileno()
    if os.path.sameopenfile(out, err):  # 2>&1
        os.dup2(null, err)
    os.dup2(null, out)


def results(trainer: Trainer, test: Dataset, run: RunDirectory) -> list[str]:
    """Say what the last epoch reached on all test images, and the best epoch.

    The best was chosen on these very images, or a sample of them; that is said, too. Its weights
    are not at hand if a version of badak that did not keep them trained that far.
    """
    epochs, best = trainer.history.epochs, best_epoch(trainer.history.epochs)
    count = f"on {len(test):,} images"
    measured = trainer.measured[-1] is test
    ended = bool(epochs) and epochs[-1].step == len(trainer.history.steps)
    if measured and ended:
        last = epochs[-1].validation_accuracy
    else:
        last = load(run.model).evaluate(test).accuracy
    if best is None or not trainer.best.state or (ended and best is epochs[-1]):
        return [f"test accuracy {last:.4f} {count}"]
    accuracy = best.validation_accuracy if measured else load(run.best).evaluate(test).accuracy
    return [
        f"test accuracy {last:.4f} {count} after the last step",
        f"test accuracy {accuracy:.4f} after epoch {best.epoch}, the best of {len(epochs)}: chosen "
        "on these same images, so expect less of new ones",
        f"{run.best.name} holds the weights of epoch {best.epoch}: what other commands use",
    ]
