"""The images of runs, each data set read once: runs on the same one share it."""

import threading
from collections.abc import Callable
from functools import lru_cache
from typing import TypeVar

from badak.cli.config import RunConfig
from badak.inspect.explore.subject import Parts
from badak.training import RunDirectory

T = TypeVar("T")
KEPT = 2  # data sets at once
# The options on which it depends what is read.
READING = (
    "dataset", "data_dir", "class_names", "input_shape", "image_size", "skip_corrupt", "crop",
    "split", "group_by_prefix", "folds", "fold",
)  # fmt: skip


def images_of(config: RunConfig, run: RunDirectory) -> Parts:
    """Return a run's training and test images, as `RunConfig.load_data` does."""
    reading = {name: getattr(config, name) for name in READING}
    read = _reader(RunConfig(model="", epochs=0, optimizer="", seed=0, **reading))
    return config.fitted(*read(), run)


@lru_cache(maxsize=KEPT)
def _reader(config: RunConfig) -> Callable[[], Parts]:
    return once(config.read_data)


def once(make: Callable[[], T]) -> Callable[[], T]:
    """Return a function that makes its result at the first call alone, in whichever thread."""
    lock = threading.Lock()
    made: list[T] = []

    def get() -> T:
        with lock:
            if not made:
                made.append(make())
            return made[0]

    return get
