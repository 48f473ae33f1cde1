"""Facts: what all processes of a training must have in common."""

import hashlib
import json
from typing import Any

import numpy as np

from badak.data import Dataset
from badak.training import Trainer
from badak.training.arithmetic import arithmetic
from badak.training.settings import settings_of

LOOKED_AT = 64  # images whose numbers are compared: reading all would take as long as an epoch


def facts(trainer: Trainer, train: Dataset) -> dict[str, str]:
    """Return what processes compare before they train, by name.

    Args:
        trainer: has chosen what it measures.
        train: the training images; of these, and of those it measures, `LOOKED_AT` are read.
    """
    versions = arithmetic(trainer.net)
    settings = settings_of(
        trainer.optimizer, trainer.epochs, trainer.schedule, trainer.augment, **trainer.settings()
    )
    architecture = trainer.net.architecture()
    return {
        "version of badak": versions.pop("badak"),
        "dtype": str(trainer.net.dtype),
        "arithmetic": _words(versions),
        "seed": str(trainer.seed),
        "model": _words(architecture),
        "settings": _words({**settings, "max_steps": trainer.max_steps, "epochs": trainer.epochs}),
        "training images": _data(train),
        "validation images": " and ".join(map(_data, trainer.measured[1:])) or "none",
    }


def _words(values: Any, name: str = "") -> str:
    """Return a line for each value, also of those inside others: ``optimizer.lr 0.001``."""
    if isinstance(values, dict) and values:
        inner = sorted((str(key), value) for key, value in values.items())
    elif isinstance(values, list | tuple) and any(isinstance(v, dict | list) for v in values):
        inner = [(str(place), value) for place, value in enumerate(values)]
    else:
        return f"{name} {json.dumps(values, default=str)}"
    return "\n".join(_words(value, f"{name}.{key}" if name else key) for key, value in inner)


def _data(data: Dataset) -> str:
    """Say how many images there are, and digest the labels and some of the images."""
    places = np.unique(np.linspace(0, len(data) - 1, LOOKED_AT).astype(np.int64))
    total = hashlib.sha256(np.ascontiguousarray(data.labels).data)
    total.update(np.ascontiguousarray(data.images[places]).data)
    size = "x".join(map(str, data.images.shape))
    return f"{size} of {len(data.class_names)} classes, SHA-256 {total.hexdigest()[:16]}"
