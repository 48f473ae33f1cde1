"""The plan of a sweep: its space read, each trial's options checked, its directory looked at."""

from collections.abc import Mapping
from dataclasses import fields, replace
from pathlib import Path
from typing import Any, NamedTuple

from badak import storage
from badak.cli import splits
from badak.cli.chosen import config_from, words_of
from badak.cli.config import RunConfig
from badak.cli.sweep_table import of
from badak.cli.train import command as train
from badak.cli.words import say
from badak.distributed.sweep import (
    Search,
    Space,
    Trial,
    combinations,
    differences,
    read_space,
    write_trials,
)
from badak.distributed.sweep.space import Kinds
from badak.errors import BadakError, where

HELD_OUT = "85:15"  # the default split: of the training images, so that test images stay unseen
# Options that decide which images judge a trial, or how often: they must be the same in all.
SHARED = (
    "dataset", "data_dir", "split", "folds", "group_by_prefix", "limit_test", "evaluate_sample",
    "skip_corrupt", "checkpoint_every", "snapshots",
)  # fmt: skip
PATHS = ("dataset", "data_dir", "pretrained")  # as the configuration has them: absolute


class Sweep(NamedTuple):
    """A sweep that may begin.

    Attributes:
        place: its directory.
        space: what it tries, and how.
        trials: all of them.
        options: all options of each, by its number.
    """

    place: Path
    space: Space
    trials: list[Trial]
    options: dict[int, dict[str, Any]]


def planned(path: Path, place: Path, search: Mapping[str, Any]) -> Sweep:
    """Read the space and check the options of each trial, before anything is written."""
    space = read_space(path, _known(), SHARED)
    space = replace(space, search=_search(space.search, search))
    if not {"split", "folds"} & space.fixed.keys():
        space.fixed["split"] = HELD_OUT
        say(
            f"a part of the training images is held out to compare the trials: split = "
            f'"{HELD_OUT}"; split or folds in {path} change that'
        )
    if "folds" in space.fixed and space.search.method == "asha":
        raise BadakError(
            f"{path}: asha compares trials after each epoch, and folds are trained one after the "
            "other: give split instead of folds, or choose the method random"
        )
    trials, options = [], dict[int, dict[str, Any]]()
    for number, choices in enumerate(combinations(space), 1):
        trial = Trial(number, choices)
        with where(f"{path}, {trial.name} ({of(trial)})"):
            config = _checked({**space.fixed, **choices})
        trial.epochs = config.epochs * (config.folds or 1)
        trials.append(trial)
        options[number] = {**space.fixed, **choices, **_absolute(config)}
    return Sweep(place, space, trials, options)


def _known() -> Kinds:
    """The options that decide a run's result, with the types of their values."""
    own = {field.name for field in fields(RunConfig)} - {"workers"} | {"checkpoint_every"}
    known: dict[str, list[type]] = {}
    for param in train.params:
        if param.name not in own:
            continue
        kinds = {"integer": int, "integer range": int, "float": float, "boolean": bool}
        known[param.name] = [kinds.get(param.type.name, str)]
        if isinstance(getattr(param, "flag_value", None), str):
            known[param.name].append(bool)  # as the option without a value
    return known


def _search(of_file: Search, options: Mapping[str, Any]) -> Search:
    """Let the options of the command line replace the settings of the file."""
    typed = {name: value for name, value in options.items() if value is not None}
    settings = of_file.as_toml()
    if typed.get("method", of_file.method) != of_file.method:
        settings = {name: settings[name] for name in ("trials", "seed") if name in settings}
        if typed["method"] == "grid":
            settings.pop("trials", None)
    return Search.of(settings | typed)


def _checked(choices: dict[str, Any]) -> RunConfig:
    config = config_from(words_of(choices))
    splits.check(config.division)
    return config


def _absolute(config: RunConfig) -> dict[str, str]:
    """The paths among a trial's options, for processes that have other working directories."""
    paths = {name: getattr(config, name) for name in PATHS}
    return {name: path for name, path in paths.items() if path is not None}


def check_place(sweep: Sweep, resume: bool) -> bool:
    """Check a sweep's directory, before anything is written; return whether the sweep begins."""
    place, begun = sweep.place, sweep.place / "sweep.toml"
    if begun.exists():
        if not resume:
            raise _begun(place)
        for difference in differences(read_space(begun, _known(), SHARED), sweep.space):
            raise BadakError(
                f"{place} was begun with another space: {difference}; give the same space and "
                "options to continue it, or choose another --run-dir"
            )
        return False
    if place.exists() and any(path.name != "lock" for path in place.iterdir()):
        raise BadakError(
            f"{place} exists and holds no sweep: choose another --run-dir, or remove it"
        )
    if resume:
        say(f"{place} holds no sweep yet: starting at the beginning")
    # Fails early if the data set cannot be loaded.
    first = config_from(words_of(sweep.options[1]))
    if first.folds is not None:
        first = replace(first, fold=1)
    say(splits.about(first.division, first.load_parts()))
    return True


def begin(sweep: Sweep) -> None:
    """Write what a sweep begins with to its locked directory: the space, and its trials."""
    if (sweep.place / "sweep.toml").exists():  # by another process, since it was checked
        raise _begun(sweep.place)
    storage.write_atomically(sweep.place / "sweep.toml", sweep.space.as_text().encode())
    write_trials(sweep.place / "trials.csv", sweep.trials)


def _begun(place: Path) -> BadakError:
    return BadakError(
        f"{place} already holds a sweep: add --resume to continue it, or choose another --run-dir"
    )
