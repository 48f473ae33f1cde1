"""Predictions of test images: computed once for each network, in the background, and kept.

Letters: N images, K classes.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from badak.arrays import Indices
from badak.data import Dataset
from badak.inspect import Predictions, predictions
from badak.inspect.evaluation.predictions import BATCH, check_fit
from badak.network import Network

KEPT = 4  # networks whose predictions are kept
# Probabilities of one network, N * K: 128 MB. Of more images, some are judged, evenly spread.
MOST = 2**24
ENDING = 5.0  # seconds that a block of images may still take when the server ends
PATIENCE = 0.5  # seconds until a question is answered by how far the work is


@dataclass(frozen=True, eq=False)
class Judged:
    """A network's predictions of test images.

    Attributes:
        predictions: of the images that were judged.
        data: the test set.
        places: (N,) int64, the indices of the judged images in it.
    """

    predictions: Predictions
    data: Dataset
    places: Indices

    def first(self, count: int) -> "Judged":
        """Return the same of the first images alone."""
        if count >= len(self.places):
            return self
        found = self.predictions
        fewer = Predictions(found.labels[:count], found.probabilities[:count], found.class_names)
        return Judged(fewer, self.data, self.places[:count])


@dataclass(frozen=True)
class Progress:
    """How many images are done, of how many; of 0 while they are read."""

    done: int
    total: int


class Stopped(Exception):
    """Nobody waits for the predictions any more."""


class Evaluations:
    """Judges networks, one at a time, and keeps the predictions of the last few.

    Example:
        >>> from badak import data, models
        >>> judge = Evaluations()
        >>> def load():
        ...     return data.load("digits")[1]
        >>> len(judge.wait(models.SimpleConvNet(), "digits", load).predictions)
        360
    """

    def __init__(self) -> None:
        self._jobs: list[_Job] = []  # the last asked for comes first
        self._lock = threading.Lock()
        self._turn = threading.Lock()

    def ask(
        self, net: Network, images: str, load: Callable[[], Dataset], patience: float = PATIENCE
    ) -> Judged | Progress:
        """Return the predictions, or how far they are.

        Args:
            net: the network.
            images: what the test images are called; with the network it identifies the work.
            load: reads them.
            patience: seconds to wait for the predictions.

        Raises:
            Exception: what went wrong in the work, once; the next question begins it again.
        """
        with self._lock:
            job = next((job for job in self._jobs if job.net is net and job.images == images), None)
            if job is None:
                job = _Job(net, images, load, self._turn)
                job.start()
            else:
                self._jobs.remove(job)
            self._jobs.insert(0, job)
            while len(self._jobs) > KEPT:
                self._jobs.pop().stop.set()
        job.ended.wait(patience)
        if isinstance(job.fault, Stopped):  # others took its place; the next question begins again
            return Progress(0, 0)
        if job.fault is not None:
            with self._lock:
                self._jobs = [other for other in self._jobs if other is not job]
            raise job.fault
        return job.judged or job.progress

    def wait(self, net: Network, images: str, load: Callable[[], Dataset]) -> Judged:
        """Return the predictions once they are there."""
        while True:
            found = self.ask(net, images, load, patience=60)
            if isinstance(found, Judged):
                return found

    def close(self) -> None:
        """End the work, after the block of images that is being predicted."""
        with self._lock:
            jobs, self._jobs = self._jobs, []
        for job in jobs:
            job.stop.set()
        for job in jobs:
            job.join(ENDING)


class _Job(threading.Thread):
    """The work on one network: done in blocks, each of which looks whether to stop."""

    def __init__(
        self, net: Network, images: str, load: Callable[[], Dataset], turn: threading.Lock
    ) -> None:
        super().__init__(name="badak-evaluation", daemon=True)
        self.net, self.images = net, images
        self.stop, self.ended = threading.Event(), threading.Event()
        self.progress = Progress(0, 0)
        self.judged: Judged | None = None
        self.fault: Exception | None = None
        self._load, self._turn = load, turn

    def run(self) -> None:
        try:
            with self._turn:
                self.judged = self._judge()
        except Exception as fault:  # whoever asks gets it
            self.fault = fault
        finally:
            self.ended.set()

    def _judge(self) -> Judged:
        self._look()
        data = self._load()
        check_fit(self.net, data)
        places = some_places(len(data), data.num_classes)
        rows = []
        for start in range(0, len(places), BATCH):
            self.progress = Progress(start, len(places))
            self._look()
            rows.append(predictions(self.net, data[places[start : start + BATCH]]).probabilities)
        found = Predictions(data.labels[places], np.concatenate(rows), data.class_names)
        return Judged(found, data, places)

    def _look(self) -> None:
        if self.stop.is_set():
            raise Stopped


def some_places(n: int, k: int) -> Indices:
    """Return the indices of the images that are judged: all, if memory allows, or evenly spread.

    Example:
        >>> some_places(5, 10), len(some_places(50_000, 1000))
        (array([0, 1, 2, 3, 4]), 16777)
    """
    return np.linspace(0, n - 1, min(n, max(1, MOST // k))).round().astype(np.int64)
