"""What the view Train asks: what can be chosen, and to start, control and watch a training."""

import shlex
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from typing import Any, Literal, TypedDict, Unpack

from badak import checks, data, models, optim, terminal
from badak.cli.chosen import config_from, words_of
from badak.cli.config import FOLDER, TYPED, RunConfig
from badak.cli.config_file import read_config
from badak.cli.recipes import RECIPES
from badak.cli.scripted import script
from badak.data.augment import AUGMENTATIONS
from badak.data.catalog import entry_of
from badak.data.here import is_here
from badak.errors import BadakError
from badak.inspect.explore import Answer
from badak.layers.initial import INITIALIZERS
from badak.training import RunDirectory
from badak.training.history import read_epochs
from badak.web import limits
from badak.web.job import ALIVE, Job
from badak.web.session import Session
from badak.web.watch import state_of

DIGITS = "digits"
RUNS = 500  # listed at most
EXAMPLE = "conv 30 5, relu, pool 2, flatten, linear 10"


class Choices(TypedDict, total=False):
    """The options of `badak train` that a page offers; None is an option's default.

    `name` is the run's.
    """

    dataset: str | None
    model: str | None
    layers: str | None
    weight_init: str | None
    epochs: int | None
    lr: float | None
    optimizer: str | None
    weight_decay: float | None
    schedule: str | None
    augment: str | None
    label_smoothing: float | None
    class_weight: Literal["balanced"] | None
    balance: bool | None
    ema: float | None
    early_stopping: int | None
    batch_size: int | None
    seed: int | None
    limit_train: int | None
    limit_test: int | None
    evaluate_sample: int | None
    checkpoint_every: int | None
    snapshots: int | None
    image_size: int | None
    name: str | None


def train_options(session: Session) -> Answer:
    """List what can be chosen for a training, with the defaults of each model and optimizer."""
    recipes = {name: asdict(recipe) for name, recipe in RECIPES.items() if name in models.MODELS}
    names = ("optimizer", "lr", "weight_decay", "schedule", "epochs", "augment", "label_smoothing")
    return Answer(
        {
            "datasets": datasets(session),
            "models": [
                {"name": name, **{key: recipe[key] for key in (*names, "ema")}}
                for name, recipe in recipes.items()
            ],
            "optimizers": [
                {"name": name, "lr": kind().lr, "weight_decay": kind().weight_decay}
                for name, kind in optim.OPTIMIZERS.items()
            ],
            "schedules": list(optim.SCHEDULES),
            "augmentations": list(AUGMENTATIONS),
            "weight_inits": list(INITIALIZERS),
            "layers": EXAMPLE,
            "runs": [
                {"name": run.path.name, "state": _state(session, run)}
                for run in session.runs[:RUNS]
            ],
        }
    )


def train_command(session: Session, **choices: Unpack[Choices]) -> Answer:
    """Say the command line of a training, or what does not fit; nothing starts.

    Returns:
        facts ``command``; ``run``, its name; ``python``, the lines of a program that does the same;
        and ``fault``: why there is none of them, or "".
    """
    try:
        run = _free(session, choices)
        words, config = _words(session, choices, run)
    except BadakError as fault:  # no error: a page asks at every key
        return Answer({"command": "", "run": "", "python": [], "fault": str(fault)})
    command = shlex.join(["badak", "train", *words])
    lines = script(config, str(run.path), choices.get("checkpoint_every"))
    return Answer({"command": command, "run": run.path.name, "python": lines, "fault": ""})


def train_start(session: Session, **choices: Unpack[Choices]) -> Answer:
    """Start a training in a new directory of the runs folder."""
    session.trainings.check_free()
    _words(session, choices, _free(session, choices))  # refused before a directory is made
    claim = ExitStack()
    run = claim.enter_context(RunDirectory.claimed(_free(session, choices).path))
    words, _ = _words(session, choices, run)
    return _begun(session.trainings.start(words, run, claim))


def train_resume(session: Session, *, name: str, epochs: int | None = None) -> Answer:
    """Go on with a run where it stopped; with more epochs, also with one that has finished."""
    run = session.run(name)
    words = words_of({"run_dir": run.path, "resume": True, "epochs": epochs})
    return _begun(session.trainings.start(words, run, ExitStack()))


def train_control(session: Session, *, do: Literal["pause", "resume", "step", "stop"]) -> Answer:
    """Pause or resume the training, make one step, or stop it with a checkpoint."""
    job = session.trainings.running
    job.control(do)
    return _begun(job)


def train_watch(session: Session, *, input: str | None = None) -> Answer:
    """Show the maps of an image while training, base64 of float32; of a test image if None."""
    session.trainings.watch(None if input is None else limits.image(input))
    return Answer({})


def train_state(session: Session) -> Answer:
    """Say what this server trains, or trained last, and which runs others train."""
    owners = [(run, run.owner) for run in session.runs[:RUNS]]
    job = session.trainings.job
    elsewhere = [
        {"run": run.path.name, "pid": owner.pid}
        for run, owner in owners
        if owner is not None and owner.alive and not (job and owner.pid == job.pid)
    ]
    return Answer({**session.trainings.channel.story.facts(), "elsewhere": elsewhere})


def _begun(job: Job) -> Answer:
    story = job.channel.story
    return Answer({"run": story.run, "command": story.command, "state": story.state})


def _words(session: Session, choices: Choices, run: RunDirectory) -> tuple[list[str], RunConfig]:
    """The arguments of `badak train`, checked, and the options they stand for."""
    dataset = choices.get("dataset") or DIGITS
    checks.choice(dataset, "dataset", [entry["name"] for entry in datasets(session)])
    chosen = {name: value for name, value in choices.items() if name != "name"}
    words = words_of({**chosen, "dataset": dataset, "run_dir": run.path})
    return words, config_from(words)


def _free(session: Session, choices: Choices) -> RunDirectory:
    """The directory of a new run: the name that was chosen, or DATASET-MODEL with a number."""
    name = choices.get("name")
    if name is not None:
        path = session.runs_dir / limits.name(name)
        if path.exists():
            raise BadakError(f"name: there is a run {name!r} already; choose another name")
        return RunDirectory(path)
    kind, _, folder = (choices.get("dataset") or DIGITS).partition(":")
    model = TYPED if choices.get("layers") else choices.get("model") or "simple"
    stem = limits.name(terminal.printable(f"{Path(folder).name or kind}-{model}"))
    number, path = 1, session.runs_dir / stem
    while path.exists():
        number += 1
        path = session.runs_dir / f"{stem}-{number}"
    return RunDirectory(path)


def datasets(session: Session) -> list[dict[str, Any]]:
    """The data sets that a page can choose, with what is known of them."""
    return [*_known(), *_folders(session)]


def _known() -> Iterator[dict[str, Any]]:
    for name, entry in data.DATASETS.items():
        known = {key: getattr(entry, key) for key in ("shape", "classes", "images", "augment")}
        yield {"name": name, "here": is_here(name), **known}


def _folders(session: Session) -> list[dict[str, Any]]:
    """Folders of images: those that runs learnt from; a page can name no others."""
    known = {}
    for run in session.runs[:RUNS]:
        config = _config(run)
        if config is not None and config.dataset.startswith(FOLDER) and config.input_shape:
            known[config.dataset] = {
                "name": config.dataset,
                "here": Path(config.dataset.removeprefix(FOLDER)).is_dir(),
                "shape": config.input_shape,
                "image_size": config.input_shape[-1],
                "classes": len(config.class_names),
                "images": config.train_images,
                "augment": entry_of(config.dataset).augment,
            }
    return list(known.values())


def _state(session: Session, run: RunDirectory) -> str:
    job = session.trainings.job
    if job is not None and job.state in ALIVE and job.run.path == run.path:
        return "here"
    try:
        return state_of(run.owner, _config(run), read_epochs(run.history))
    except BadakError:
        return "stopped"


def _config(run: RunDirectory) -> RunConfig | None:
    try:
        return read_config(run)
    except BadakError:
        return None
