"""`badak train`: the main job, from a data set's name to a run directory with pictures."""

import dataclasses
import os
import sys
import time
import warnings
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from badak import terminal
from badak.cli import counts, learnt, pretrained
from badak.cli.config import TYPED, RunConfig
from badak.cli.config_file import read_config
from badak.cli.recipes import completed, sized, why_small
from badak.cli.results import draw_filters, draw_history, results
from badak.cli.train_options import data_options, network_options, run_options, training_options
from badak.cli.words import say
from badak.data import Dataset
from badak.errors import BadakError
from badak.formats.mlflow import MLflow
from badak.formats.tensorboard import TensorBoard
from badak.training import Callback, Interrupted, RunDirectory, Running, Trainer
from badak.training.ending import complete, worse_than_before
from badak.training.interruption import BROKEN_PIPE

DEFAULT = ParameterSource.DEFAULT


@click.command()
@click.argument("dataset", default="digits")
@network_options
@training_options
@data_options
@run_options
@click.pass_context
def command(ctx: click.Context, /, **options: Any) -> None:
    """Train a model on DATASET and write model, history and pictures to a run directory.

    DATASET is digits (included in badak), mnist, fashion-mnist, cifar10, emnist-letters (or
    another form of EMNIST), or folder:PATH, a folder with one sub-folder of images per class.
    Without options, badak trains the book's network, SimpleConvNet, with Adam. Each other model
    has its own optimizer, schedule and augmentation; options you give take precedence.
    """
    run_dir, resume = options.pop("run_dir"), options.pop("resume")
    accept = options.pop("accept_other_bits")
    tracking = {name for name in ("tensorboard", "mlflow") if options.pop(name)}
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
    notes = _notes(config, len(train), explicit) if begins else []
    config = _about_data(config, train, test, explicit)
    net = config.network()
    if begun and not begun.checkpoint.exists():
        say(f"{run_dir} holds no checkpoint yet: starting at the beginning")
    if config.finetune is not None and not (begun and begun.checkpoint.exists()):
        pretrained.fitted_head(config, net, train)
    with _directory(run_dir, config) as run:
        callbacks = [_Opening(config, run, train, test, notes), *_tracking(tracking, config, run)]
        trainer = config.trainer(net, callbacks=callbacks, **how)
        _train(trainer, (train, test), run, resume, accept)


def _notes(config: RunConfig, count: int, explicit: set[str]) -> list[str]:
    """What to say before a training of so many images begins."""
    if config.pretrained is not None:
        return pretrained.notes(config)
    return why_small(config.model, count, explicit)


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
        if options["finetune"] and not options["pretrained"]:
            raise BadakError("--finetune needs --pretrained, the network to fine-tune")
        fill = pretrained.completed if options["pretrained"] else completed
        return RunConfig(**fill(options, explicit))
    config = first = read_config(begun)
    for name in [name for name in options if name in explicit]:
        value = options[name]
        if name == "data_dir":
            config = config.moved_to(Path(value))
        elif name == "epochs" and value >= first.epochs:
            config = dataclasses.replace(config, epochs=value)
        elif value != (old := getattr(first, name)):
            option = name if name == "dataset" else f"--{name.replace('_', '-')}"
            before = f"without {option}" if old in (None, False) else f"with {option} {old!r}"
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
        if config.pretrained is None:
            facts |= sized(config.model, len(train), explicit)
        elif config.batch_size is None or config.batch_size > len(train):
            facts["batch_size"] = len(train)
    return dataclasses.replace(config, **facts)


def _tracking(wanted: set[str], config: RunConfig, run: RunDirectory) -> Iterator[Callback]:
    """What sends the numbers to other tools, too."""
    if "tensorboard" in wanted:
        yield TensorBoard(run.path / "tensorboard")
    if "mlflow" in wanted:
        known = dataclasses.asdict(config)
        options = {
            name: known[name] for name in known if isinstance(known[name], (str, float, int))
        }
        yield MLflow(config.data_name, run.path.name, options, run.path / "mlflow.txt")


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
        if not self.config.head_alone:  # they will be the same after it
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
