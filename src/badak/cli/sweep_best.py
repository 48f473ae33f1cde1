"""The best trial of a sweep on the test images: measured once, and kept in SWEEP/best.toml."""

import tomllib
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import tomli_w

from badak import files, load, storage
from badak.cli.config_file import read_config
from badak.cli.opened import open_run
from badak.distributed.sweep import Trial
from badak.errors import FormatError
from badak.training import RunDirectory

MAX_SIZE = 2**20  # bytes


@dataclass(frozen=True)
class Measured:
    """What the best trial reaches on the test images.

    Attributes:
        trial: its name.
        validation_score: what chose it.
        test_accuracy: of its network; with folds, the mean of their networks.
        test_images: how many.
        networks: 1, or as many as there are folds.
        options: all its options.
    """

    trial: str
    validation_score: float
    test_accuracy: float
    test_images: int
    networks: int
    options: dict[str, Any]

    def __str__(self) -> str:
        mean = "" if self.networks == 1 else f", the mean of its {self.networks} networks"
        return (
            f"test accuracy {self.test_accuracy:.4f} on {self.test_images:,} images{mean}, "
            "measured once"
        )


def measured(sweep: Path, best: Trial, options: dict[str, Any]) -> Measured:
    """Measure the best trial of a sweep on the test images, unless that was done.

    Args:
        sweep: its directory.
        best: the trial.
        options: all its options.
    """
    file = sweep / "best.toml"
    known = _read(file)
    if known is not None and (known.trial, known.validation_score) == (best.name, best.score):
        return known
    folds = options.get("folds")
    if folds is None:
        accuracies, count = _of_run(sweep / best.name)
    else:
        places = [sweep / best.name / f"fold-{fold}" for fold in range(1, folds + 1)]
        accuracies, count = _of_folds(places)
    found = Measured(
        best.name, best.score, float(np.mean(accuracies)), count, len(accuracies), options
    )
    storage.write_atomically(file, tomli_w.dumps(asdict(found)).encode())
    return found


def _of_run(place: Path) -> tuple[list[float], int]:
    """The accuracy of a run's best epoch."""
    opened = open_run(place, None)
    test = opened.config.load_parts(opened.run).test
    return [opened.net.evaluate(test).accuracy], len(test)


def _of_folds(places: list[Path]) -> tuple[list[float], int]:
    """The accuracy of each fold's network after its last epoch, which its score is of, too."""
    config = read_config(RunDirectory(places[0]))
    undivided = replace(config, folds=None, fold=None, group_by_prefix=None)
    test = undivided.load_parts().test
    nets = [load(RunDirectory(place).model) for place in places]
    return [net.evaluate(test).accuracy for net in nets], len(test)


def _read(file: Path) -> Measured | None:
    if not file.exists():
        return None
    try:
        return Measured(**tomllib.loads(files.read(file, MAX_SIZE).decode("utf-8")))
    except RecursionError:
        raise FormatError(f"{file}: its lists are nested too deeply") from None
    except (ValueError, TypeError) as fault:
        raise FormatError(f"{file} is damaged: {fault}") from None
