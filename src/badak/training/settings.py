"""The settings that a resumed run must share to reach the bits of an uninterrupted one."""

import hashlib
import re
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from badak.data import Dataset
from badak.data.loader import Augment
from badak.optim import Optimizer, Schedule
from badak.training.checkpoint import fingerprint

PLACES = 16


def settings_of(
    optimizer: Optimizer,
    epochs: int,
    schedule: Schedule | None,
    augment: Augment | None,
    **options: Any,
) -> dict[str, Any]:
    """Return the arguments that decide the bits, as JSON can hold them.

    A checkpoint keeps them, and a resume compares. Those of the data are None, until `fingerprints`
    has them.
    """
    settings = {
        "optimizer": optimizer.config(),
        "schedule_values": _values(schedule, epochs),
        "schedule": _name(schedule),
        "augment": _name(augment),
        **options,
        "train": None,
        "validation": None,
    }
    # More epochs may be asked for, unless the learning rate has already followed their number.
    return settings | ({"epochs": epochs} if schedule else {})


def fingerprints(train: Dataset, validation: Dataset | None) -> "Future[dict[str, str | None]]":
    """Start to hash the data in a thread, so that the first pictures are drawn in the meantime."""
    worker = ThreadPoolExecutor(1, "badak-fingerprints")
    future = worker.submit(
        lambda: {
            "train": fingerprint(train),
            "validation": None if validation is None else fingerprint(validation),
        }
    )
    worker.shutdown(wait=False)  # the thread ends with its work
    return future


def _values(schedule: Schedule | None, epochs: int) -> str | None:
    """Return a digest of a schedule's values: two lambdas share one name."""
    if schedule is None:
        return None
    values = [float(schedule(epochs * number / PLACES, epochs)) for number in range(PLACES)]
    return hashlib.sha256(repr(values).encode()).hexdigest()[:12]


def _name(thing: Any) -> str | None:
    """Return a text that is the same in the next process, without addresses of functions."""
    if thing is None:
        return None
    return re.sub(r" at 0x[0-9a-fA-F]+", "", getattr(thing, "__qualname__", repr(thing)))
