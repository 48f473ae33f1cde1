"""What must be the same for a resumed run to reach the bits of an uninterrupted one."""

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
    **numbers: int | float | None,
) -> dict[str, Any]:
    """Return the arguments that decide the bits, as JSON can hold them.

    Args:
        optimizer: of the training.
        epochs: how many it has.
        schedule: of its learning rate.
        augment: of its images.
        numbers: all other arguments that decide the bits, by name.

    Returns:
        Name -> value; a checkpoint keeps them, and a resume compares. Those of the data are None,
        until `fingerprints` has them.
    """
    settings = {
        "optimizer": optimizer.config(),
        "schedule_values": _values(schedule, epochs),
        "schedule": _name(schedule),
        "augment": _name(augment),
        **numbers,
        "train": None,
        "validation": None,
    }
    # More epochs may be asked for, unless the learning rate has already followed their number.
    return settings | ({"epochs": epochs} if schedule else {})


def fingerprints(train: Dataset, validation: Dataset | None) -> "Future[dict[str, str | None]]":
    """Begin to hash the data, in a thread: the first pictures can be drawn in the meantime.

    Args:
        train: what is learnt from.
        validation: what is measured on.

    Returns:
        What will have the settings that tell other data from these.
    """
    worker = ThreadPoolExecutor(1, "badak-fingerprints")
    begun = worker.submit(
        lambda: {
            "train": fingerprint(train),
            "validation": None if validation is None else fingerprint(validation),
        }
    )
    worker.shutdown(wait=False)  # the thread ends with its work
    return begun


def _values(schedule: Schedule | None, epochs: int) -> str | None:
    """A digest of what a schedule does over the training: two lambdas share one name."""
    if schedule is None:
        return None
    values = [float(schedule(epochs * number / PLACES, epochs)) for number in range(PLACES)]
    return hashlib.sha256(repr(values).encode()).hexdigest()[:12]


def _name(thing: Any) -> str | None:
    """A text that is the same in the next process: no addresses of functions."""
    if thing is None:
        return None
    return re.sub(r" at 0x[0-9a-fA-F]+", "", getattr(thing, "__qualname__", repr(thing)))
