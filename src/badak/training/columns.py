"""Columns: a history's records as arrays, one of each number, for a page."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from badak.training.history import EpochRecord, StepRecord

STEPS = {
    "step": np.int32,
    "epoch": np.int32,
    "loss": np.float32,
    "accuracy": np.float32,
    "lr": np.float32,
}
WHOLE = ("epoch", "step")  # of an epoch's numbers


def steps(records: Sequence[StepRecord]) -> dict[str, NDArray[Any]]:
    """Return each number of T steps as an array (T,), by name."""
    return {
        name: np.array([getattr(record, name) for record in records], kind)
        for name, kind in STEPS.items()
    }


def epochs(records: Sequence[EpochRecord]) -> dict[str, NDArray[Any]]:
    """Return each number of E epochs as an array (E,), by name, such as ``epochs.train_loss``.

    Example:
        >>> epochs([EpochRecord(1, 15, 0.5, 0.75, 0.25, 1.0)])["epochs.step"]
        array([15], dtype=int32)
    """
    return {
        f"epochs.{name}": np.array(
            [getattr(record, name) for record in records],
            np.int32 if name in WHOLE else np.float32,
        )
        for name in EpochRecord._fields
    }
