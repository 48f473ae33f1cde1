"""RUN/calibration.toml: the temperature of a run's model, and how sure its answers must be."""

import hashlib
import math
import tomllib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import tomli_w

from badak import checks, files, storage
from badak.errors import FormatError, shown
from badak.training import RunDirectory

NAME = "calibration.toml"
MAX_SIZE = 2**20  # bytes
NEVER = 2.0  # a threshold that no probability reaches


@dataclass(frozen=True)
class Calibration:
    """What `badak calibrate` found.

    Attributes:
        temperature: what the logits are divided by.
        precision: of the answers that reach their class's threshold, the share that is right.
        thresholds: one per class, in the order of the run's classes.
        images: how many were measured.
        weights: the SHA-256 of the model file that was measured.
    """

    temperature: float
    precision: float
    thresholds: tuple[float, ...]
    images: int
    weights: str

    def save(self, run: RunDirectory) -> None:
        """Write RUN/calibration.toml."""
        known = asdict(self) | {"thresholds": [_finite(limit) for limit in self.thresholds]}
        storage.write_atomically(run.path / NAME, tomli_w.dumps(known).encode())

    def __str__(self) -> str:
        return (
            f"calibrated on {self.images:,} images: temperature {self.temperature:.2f}; ? "
            f"marks answers less probable than those of which {self.precision:.0%} were right"
        )

    def is_sure(self, label: int, probability: float) -> bool:
        """Whether an answer is probable enough.

        Example:
            >>> Calibration(1.0, 0.95, (0.5, 0.9), 10, "").is_sure(1, 0.8)
            False
        """
        return probability >= self.thresholds[label]


def read_calibration(run: RunDirectory, model: Path, classes: Sequence[str]) -> Calibration | None:
    """Read RUN/calibration.toml, trusting nothing; None if it is missing or for other weights.

    Raises:
        FormatError: the file is damaged.
    """
    path = run.path / NAME
    if not path.exists():
        return None
    try:
        values = tomllib.loads(files.read(path, MAX_SIZE).decode("utf-8"))
        found = Calibration(**values | {"thresholds": tuple(values.get("thresholds", ()))})
        _check(found, len(classes))
    except RecursionError:
        raise FormatError(f"{path}: its lists are nested too deeply") from None
    except (ValueError, TypeError) as fault:
        raise FormatError(
            f"{path} is no calibration ({fault}): delete it, or run badak calibrate again"
        ) from None
    return found if found.weights == digest(model) else None


def digest(model: Path) -> str:
    """The SHA-256 of a model file."""
    with model.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _check(found: Calibration, classes: int) -> None:
    checks.real(found.temperature, "temperature", above=0)
    checks.real(found.precision, "precision", minimum=0, maximum=1)
    checks.integer(found.images, "images", minimum=1)
    if len(found.thresholds) != classes:
        raise FormatError(f"thresholds must be {classes}, one per class; got {found.thresholds}")
    for limit in found.thresholds:
        checks.real(limit, "thresholds", minimum=0, maximum=NEVER)
    if not isinstance(found.weights, str):
        raise FormatError(f"weights must be text; got {shown(found.weights)}")


def _finite(limit: float) -> float:
    return NEVER if math.isinf(limit) else float(limit)
