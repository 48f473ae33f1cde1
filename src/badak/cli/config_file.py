"""Read RUN/config.toml, the options of a run, trusting nothing."""

import tomllib
from dataclasses import fields
from typing import Any

from badak import files, models, optim
from badak.cli.config import TYPED, RunConfig
from badak.cli.near import near_run
from badak.cli.pretrained import FROM_FILE
from badak.data.augment import named
from badak.errors import BadakError, FormatError, did_you_mean, shown
from badak.training import RunDirectory
from badak.training.weights import BALANCED

MAX_SIZE = 2**20  # bytes; names of 1,000 classes take some kB


def read_config(run: RunDirectory) -> RunConfig:
    """Return the options of a run."""
    files.as_path(run.path)
    if not run.config.exists():
        raise BadakError(
            f"{run.path} is not a run directory: it has no {run.config.name}; "
            f"{near_run(run.path) or '`badak train --run-dir` creates one'}"
        )
    content = files.read(run.config, MAX_SIZE)
    try:
        return RunConfig(**_checked(tomllib.loads(content.decode("utf-8"))))
    except RecursionError:
        raise FormatError(f"{run.config}: its lists are nested too deeply") from None
    except (ValueError, TypeError) as fault:  # no UTF-8, no TOML, an integer of 5,000 digits
        raise FormatError(f"{run.config}: {fault}") from None


def _checked(values: dict[str, Any]) -> dict[str, Any]:
    """Return the values of a file, each of its field's type; lists become tuples."""
    kinds = {
        f.name: f.type.__name__ if isinstance(f.type, type) else str(f.type)
        for f in fields(RunConfig)
    }
    for name, value in values.items():
        if name not in kinds:
            raise FormatError(f"unknown option {name!r}{did_you_mean(name, kinds)}")
        if not _is(value, kinds[name]):
            raise FormatError(f"{name} must be {kinds[name]}; got {shown(value)}")
    tables = {
        "model": [*models.MODELS, TYPED, FROM_FILE],
        "optimizer": list(optim.OPTIMIZERS),
        "schedule": list(optim.SCHEDULES),
        "class_weight": [BALANCED],
    }
    for name, table in tables.items():
        if name in values and values[name] not in table:
            raise FormatError(
                f"{name} must be one of {', '.join(table)}; got {shown(values[name])}"
            )
    if "augment" in values:
        named(values["augment"])
    if (values.get("model") == TYPED) != ("layers" in values):
        raise FormatError(f"layers must be given if model is {TYPED!r}, and only then")
    return {
        name: tuple(value) if isinstance(value, list) else value for name, value in values.items()
    }


def _is(value: Any, kind: str) -> bool:
    if kind.startswith("tuple"):
        member = str if "str" in kind else int
        return isinstance(value, list) and all(type(item) is member for item in value)
    allowed = {"str": str, "int": int, "float": float, "bool": bool}
    return type(value) in [allowed[word] for word in kind.split(" | ") if word in allowed]
