"""The time machine: a network's state from step 0 on.

Letters: T moments, I images, C channels, F filters, K classes.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from badak import checks
from badak.arrays import Array, Images, Indices, Labels
from badak.errors import BadakError
from badak.files import as_path
from badak.training import RunDirectory, Trainer
from badak.training.snapshots import read


@dataclass(frozen=True)
class Moment:
    """A network at one step; the fields are those of `Timeline`, without T."""

    step: int
    filters: dict[str, Array]
    maps: dict[str, Array]
    confusion: NDArray[np.integer[Any]]
    dead: dict[str, float]
    ratios: dict[str, float]

    @property
    def accuracy(self) -> float:
        """Share of the sample classified correctly."""
        return float(np.trace(self.confusion) / self.confusion.sum())


@dataclass(frozen=True)
class Timeline:
    """A network's moments in order.

    Attributes:
        steps: (T,), from 0.
        filters: convolution -> (T, F, C, KH, KW), the first 64 filters and 4 channels.
        maps: convolution -> (T, I, 8, OH, OW), its first outputs for `images`.
        images: (I, C, H, W), the same at every moment.
        labels: (I,), the classes of `images`.
        confusion: (T, K, K) images of a true class (row) predicted as a class (column).
        dead: ReLU -> (T,) share of its units that are 0 at every position of 100 images.
        ratios: weight -> (T,) norm of the last update / norm of the weight; NaN at step 0.
    """

    steps: Indices
    filters: dict[str, Array]
    maps: dict[str, Array]
    images: Images
    labels: Labels
    confusion: NDArray[np.integer[Any]]
    dead: dict[str, Array]
    ratios: dict[str, Array]

    def __len__(self) -> int:
        return len(self.steps)

    def __getitem__(self, t: int) -> Moment:
        return Moment(
            int(self.steps[t]),
            {name: array[t] for name, array in self.filters.items()},
            {name: array[t] for name, array in self.maps.items()},
            self.confusion[t],
            {name: float(array[t]) for name, array in self.dead.items()},
            {name: float(array[t]) for name, array in self.ratios.items()},
        )

    def __iter__(self) -> Iterator[Moment]:
        return (self[t] for t in range(len(self)))

    def at(self, step: int) -> Moment:
        """Return the last moment recorded at or before a step."""
        step = checks.integer(step, "step")
        return self[int(np.searchsorted(self.steps, step, side="right")) - 1]

    @property
    def accuracy(self) -> Array:
        """(T,) share of the sample classified correctly."""
        right = np.trace(self.confusion, axis1=1, axis2=2)  # (T, K, K) -> (T,)
        return np.asarray(right / self.confusion.sum(axis=(1, 2)))


def timeline(run: Trainer | RunDirectory | str | Path) -> Timeline:
    """Return what a training run recorded of the network, from step 0 on.

    Args:
        run: the directory of a run trained with ``--snapshots K``, or a `Trainer(snapshots=K)`
            after its training.

    Returns:
        The moments; `badak.inspect.draw.filters_over_time` and similar functions draw them.

    Raises:
        BadakError: nothing was recorded.
        FormatError: a damaged file.

    Example:
        >>> from badak import data, models
        >>> train, _ = data.load("digits")
        >>> trainer = Trainer(models.SimpleConvNet(), epochs=1, snapshots=5, progress=False)
        >>> _ = trainer.fit(train[:1000])
        >>> moments = timeline(trainer)
        >>> moments.steps, moments.filters["conv1"].shape, moments.at(7).step
        (array([ 0,  5, 10]), (3, 30, 1, 5, 5), 5)
    """
    if isinstance(run, Trainer):
        if run.snapshots is None or not run.history.steps:
            raise BadakError("nothing was recorded: train with Trainer(snapshots=K) first")
        arrays = run.snapshots.arrays()
    else:
        directory = run if isinstance(run, RunDirectory) else RunDirectory(as_path(run))
        path = directory.snapshots
        if not path.exists():
            raise BadakError(
                f"{path.parent} holds no snapshots: train with snapshots=K to record them"
            )
        arrays, _ = read(path)

    def part(kind: str) -> dict[str, Array]:
        names = [name for name in arrays if name.startswith(f"{kind}.")]
        return {name.removeprefix(f"{kind}."): arrays[name] for name in names}

    return Timeline(
        arrays["steps"],
        part("filters"),
        part("maps"),
        arrays["images"],
        arrays["labels"],
        arrays["confusion"],
        part("dead"),
        part("ratio"),
    )
