"""`badak train`: the main job, from a data set's name to a run directory with pictures."""

import dataclasses
import os
import sys
import time
import warnings
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import click
from click.core import ParameterSource

from badak import terminal
from badak.cli import counts, learnt, pretrained, splits
from badak.cli.config import TYPED, RunConfig
from badak.cli.config_file import read_config
from badak.cli.folds import check_place, train_folds
from badak.cli.photos import about_photos, with_photos
from badak.cli.rate import with_rate
from badak.cli.recipes import BATCH_SIZE, completed, sized, why_small
from badak.cli.results import draw_augmentation, draw_filters, draw_history, results
from badak.cli.splits import Parts
from badak.cli.train_options import (
    data_options,
    network_options,
    parallel_options,
    run_options,
    step_options,
    training_options,
)
from badak.cli.words import how_to_resume, next_steps, say
from badak.cli.workers import Task, Team, check_size, work_together
from badak.data import Dataset
from badak.distributed import Communicator, ParallelTrainer
from badak.errors import BadakError
from badak.formats.mlflow import MLflow
from badak.formats.tensorboard import TensorBoard
from badak.network import Network
from badak.training import Callback, Interrupted, RunDirectory, Running, Trainer
from badak.training.ending import complete, worse_than_before
from badak.training.interruption import BROKEN_PIPE
from badak.training.live import Live

DEFAULT = ParameterSource.DEFAULT
MOST_ROWS = 100  # of a network's table: ResNet-20 has 71, MobileNetV1 84


@click.command()
@click.argument("dataset", default="digits")
@network_options
@training_options
@step_options
@data_options
@run_options
@parallel_options
@click.pass_context
def command(ctx: click.Context, /, **options: Any) -> None:
    """Train a model on DATASET and write model, history and pictures to a run directory.

    DATASET is digits (included in badak), mnist, fashion-mnist, cifar10, emnist-letters (or
    another form of EMNIST), or folder:PATH, a folder with one sub-folder of images per class.
    Without options, badak trains the book's network, SimpleConvNet, with Adam; on a folder of
    photos, PhotoNet. Each other model has its own optimizer, schedule and augmentation; options you
    give take precedence.
    """
    explicit = explicit_in(ctx, options)

    def train(team: Team) -> None:
        if options["run_dir"] is not None:
            check_place(options["run_dir"], options["folds"])
        once = partial(_train_once, team)
        if options["folds"] is not None:
            train_folds(options, explicit, once)
        else:
            once(options, explicit)

    work_together(options, train)


def _train_once(team: Team, options: dict[str, Any], explicit: set[str]) -> None:
    """Train one network, with the options of the command line; `explicit` were typed."""
    run_dir, resume = options.pop("run_dir"), options.pop("resume")
    accept = options.pop("accept_other_bits")
    tracking = {name for name in ("tensorboard", "mlflow") if options.pop(name)}
    live = options.pop("live")
    how = {name: options.pop(name) for name in ("checkpoint_every", "max_steps")}
    if resume and run_dir is None:
        raise BadakError("--resume needs --run-dir, the directory of the run to continue")
    if accept and not resume:
        raise BadakError("--accept-other-bits needs --resume")
    begun = RunDirectory(run_dir) if resume else None
    config, parts, net, notes = prepared(options, explicit, begun)
    if begun and begun.checkpoint.exists() and not accept:
        check_size(config, team, begun)
    if team.size is not None:
        config = dataclasses.replace(config, workers=team.size)
    if begun and not begun.checkpoint.exists() and config.fold is None:
        say(f"{run_dir} holds no checkpoint yet: starting at the beginning")
    with _directory(run_dir, config) as run:
        callbacks = [_Opening(config, run, parts, notes), *_tracking(tracking, config, run)]
        if live is not None:
            callbacks.append(_live(live, config, parts.train))
        trainer = config.trainer(net, callbacks=callbacks, **how)
        _train(team, Task(config, how), trainer, parts, run, resume, accept)


class Prepared(NamedTuple):
    """A training that may begin: its options, images and network, and what to say before it."""

    config: RunConfig
    parts: Parts
    net: Network
    notes: list[str]


def prepared(options: dict[str, Any], explicit: set[str], begun: RunDirectory | None) -> Prepared:
    """Load the images of a run and build its network; `begun` is the directory of one to continue.

    The options are those of a `RunConfig`; `explicit` were typed.
    """
    explicit = explicit & options.keys()
    config = config_of(explicit, begun, options)
    parts = config.load_parts(begun if begun and begun.checkpoint.exists() else None)
    train = parts.train
    begins = not config.class_names
    notes = _notes(config, len(train), explicit) if begins else []
    config = about_data(config, train, parts.test, explicit)
    net = config.network()
    if begins and config.model == TYPED and config.lr is None:
        config, note = with_rate(config, net, train)
        notes.append(note)
    if config.finetune is not None and not (begun and begun.checkpoint.exists()):
        pretrained.fitted_head(config, net, train)
    return Prepared(config, parts, net, notes)


def _notes(config: RunConfig, count: int, explicit: set[str]) -> list[str]:
    """What to say before a training of so many images begins."""
    if config.pretrained is not None:
        return pretrained.notes(config)
    return [*about_photos(config, explicit), *why_small(config.model, count, explicit)]


def _directory(run_dir: Path | None, config: RunConfig) -> AbstractContextManager[RunDirectory]:
    """The directory asked for, or a new one: runs/DATASET-MODEL, and a number if that exists."""
    if run_dir is not None:
        return nullcontext(RunDirectory(run_dir))
    name = terminal.printable(config.data_name)
    return RunDirectory.claimed(Path("runs", f"{name}-{config.model}"))


def explicit_in(ctx: click.Context, options: dict[str, Any]) -> set[str]:
    """The options that the user wrote; layers typed by hand become the model."""
    explicit = {name for name in options if ctx.get_parameter_source(name) is not DEFAULT}
    if options["layers"] is not None:
        if "model" in explicit:
            raise BadakError("--layers and --model both name the network: omit one of them")
        options["model"] = TYPED
    return explicit


def config_of(explicit: set[str], begun: RunDirectory | None, options: dict[str, Any]) -> RunConfig:
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
        if options["pretrained"]:
            return RunConfig(**pretrained.completed(options, explicit))
        return RunConfig(**completed(with_photos(options, explicit), explicit))
    config = first = read_config(begun)
    if options["pretrained"]:
        options["pretrained"] = pretrained.source_of(options["pretrained"])
    for name in [name for name in options if name in explicit]:
        value = options[name]
        if name == "data_dir":
            config = config.moved_to(Path(value))
        elif name == "epochs" and value >= first.epochs and not first.head_alone:
            config = dataclasses.replace(config, epochs=value)
        elif value != (old := getattr(first, name)):
            option = name if name == "dataset" else f"--{name.replace('_', '-')}"
            before = (
                f"without {option}" if old is None or old is False else f"with {option} {old!r}"
            )
            raise BadakError(
                f"{begun.path} was begun {before}; got {value or 'none'!r}: omit the option to "
                "continue (only --epochs may grow, and --data-dir names a folder's new place), "
                "or choose another --run-dir"
            )
    return config


def about_data(config: RunConfig, train: Dataset, test: Dataset, explicit: set[str]) -> RunConfig:
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


def _live(out: int, config: RunConfig, train: Dataset) -> Live:
    """What tells `badak serve` of the training: packets go to `out`, commands come from stdin."""
    size = min(config.batch_size or BATCH_SIZE, len(train))
    about = {"batch_size": size, "images": len(train), "about": config.about()}
    return Live(out, sys.stdin.fileno(), about)


def _show_network(net: Network) -> None:
    """Print the table of a network that a reader would read; of a longer one its sums."""
    table = net.summary()
    if len(table.rows) <= MOST_ROWS:
        terminal.console().print(table)
        return
    channels, height, width = net.input_shape
    say(
        f"{len(table.rows)} layers for images of {channels}x{height}x{width}, "
        f"{table.parameters:,} parameters, {terminal.short(table.flops)} FLOPs an image; "
        "`badak inspect` lists them"
    )


class _Opening(Callback):
    """Shows what is trained and writes options and filters, once everything was checked."""

    def __init__(
        self, config: RunConfig, run: RunDirectory, parts: Parts, notes: list[str]
    ) -> None:
        self.config, self.run, self.parts, self.notes = config, run, parts, notes

    def on_train_start(self, trainer: Running) -> None:
        self.run.make_plots()
        if complete(trainer):  # nothing changes, whatever the options say
            return
        self.config.save(self.run)  # first: from now on the run can be resumed
        learnt.remember(self.run, self.parts.train, self.parts.test)
        if self.config.fold in (None, 1):  # it is the same in every fold
            _show_network(trainer.net)
        say(splits.about(self.config.division, self.parts))
        say(counts.per_class(self.parts))
        for line in (self.config.about(), *self.notes):
            say(line)
        for words in counts.cautions(self.parts.train, self.parts.test):
            warnings.warn(words, stacklevel=1)
        if not self.config.head_alone:  # they will be the same after it
            draw_filters(self.config.network(), self.run, "before")
        if self.config.augment is not None:
            draw_augmentation(self.config.augment, self.parts.train, self.run)


def _train(
    team: Team,
    task: Task,
    trainer: Trainer,
    parts: Parts,
    run: RunDirectory,
    resume: bool,
    accept_other_bits: bool,
) -> None:
    since = time.perf_counter()

    def own(communicator: Communicator | None) -> None:
        if communicator is not None and isinstance(trainer, ParallelTrainer):
            trainer.communicator = communicator
        trainer.fit(parts.train, parts.measured, run.path, resume, accept_other_bits)

    try:
        team.train(task, own)
        history, seconds = trainer.history, time.perf_counter() - since
        draw_history(history, run)
        draw_filters(trainer.net, run, "after")
        first, *more = results(trainer, parts, run)
        say(f"{first}; {len(history.steps):,} steps, {seconds:.1f} s")
        for line in more:
            say(line)
        say(f"{run.path}: model.safetensors, history.csv, plots/learning_curve.png, ...")
        if worse_than_before(trainer) is None:
            say(next_steps(run.path))
    except Interrupted as stop:
        raise _stopped(stop, trainer, run, team) from None
    except BrokenPipeError:
        raise _stopped(Interrupted(BROKEN_PIPE), trainer, run, team) from None


def _stopped(stop: Interrupted, trainer: Trainer, run: RunDirectory, team: Team) -> Interrupted:
    """Say when and why it stopped, and how to continue."""
    if stop.signal == BROKEN_PIPE:
        let_go_of_the_pipe()
    kept = "with a checkpoint" if run.checkpoint.exists() else "before the first checkpoint"
    stop.args = (
        f"{stop} after step {len(trainer.history.steps):,}, {kept}; continue with: "
        f"{team.starting(how_to_resume(run.path))}",
    )
    return stop


def let_go_of_the_pipe() -> None:
    """Write nothing more to a closed pipe: Python flushes the output at its end, and would fail."""
    null, out, err = os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno(), sys.stderr.fileno()
    if os.path.sameopenfile(out, err):  # 2>&1
        os.dup2(null, err)
    os.dup2(null, out)
