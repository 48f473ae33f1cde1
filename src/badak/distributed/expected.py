"""Speedup: what a training with several workers may expect, and what it reached, in a sentence."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self, Unpack

from badak.distributed.link import Link
from badak.distributed.load import Load, load_of
from badak.distributed.scaling import How, end_of_sums, speedup
from badak.network import Network
from badak.optim import Optimizer


@dataclass(frozen=True)
class Speedup:
    """The expected speed-up of N workers; ``str()`` says it.

    Args:
        load: what each worker computes on a batch.
        workers: how many.
        link: what joins them.
        sync_every: as in `step_seconds`, as all that follow.
        accumulate: batches per step.
        half: send gradients at half width.
        overlap: send gradients while the backward pass runs.

    Example:
        >>> load = Load.even(100, 0.01, 0.02, 0.001, gradient_bytes=1_800_000, buckets=2)
        >>> found = Speedup(load, 2, Link(bandwidth=120e6))
        >>> print(found)
        2 workers: expect 1.61 times the images a second of one worker (a step computes 31 ms; its
        1.8 MB of gradients take 15 ms on this link, 7.5 ms of them while it computes)
        >>> print(found.reached(seconds=2.0, waited=0.5))
        2 workers: 1.50 times the images a second of one worker (1.61 were expected); they waited
        25% of the time for each other and for the link
    """

    load: Load
    workers: int
    link: Link
    sync_every: int = 1
    accumulate: int = 1
    half: bool = False
    overlap: bool = True

    @classmethod
    def of_steps(
        cls,
        net: Network,
        optimizer: Optimizer,
        batch_size: int,
        workers: int,
        link: Link,
        seconds: Sequence[float],
        waited: Sequence[float],
        **how: Unpack[How],
    ) -> Self:
        """Work out what a training's first steps let expect.

        Args:
            net: what is trained.
            optimizer: what updates it.
            batch_size: images of each worker's batch.
            workers: how many.
            link: as `measure_link` found it.
            seconds: of some steps, the first one left out: it records the plan.
            waited: of these, how much each worker's `Communicator.waited` grew.
            **how: as in `step_seconds`.
        """
        pairs = zip(seconds, waited, strict=True)
        compute = statistics.median(whole - idle for whole, idle in pairs)
        batches = how.get("accumulate", 1)
        load = load_of(net, batch_size, optimizer, compute_seconds=compute / batches)
        return cls(load, workers, link, **how)

    @property
    def expected(self) -> float:
        """How many times as many images a second as one worker."""
        return float(speedup(self.load, self.workers, self.link, **self._how))

    @property
    def _how(self) -> How:
        return {
            "sync_every": self.sync_every,
            "accumulate": self.accumulate,
            "half": self.half,
            "overlap": self.overlap,
        }

    def __str__(self) -> str:
        load, link = self.load, self.link
        compute = self.accumulate * (load.forward + load.backward) + load.update
        words = (
            f"{self.workers} workers: expect {self.expected:.2f} times the images a second of one "
            f"worker (a step computes {milliseconds(compute)}; "
        )
        if self.sync_every > 1:
            whole = float(link.sum_seconds(load.state_bytes, self.workers))
            return words + (
                f"every {self.sync_every} steps {megabytes(load.state_bytes)} of weights and "
                f"state take {milliseconds(whole)} on this link)"
            )
        sizes = [bucket.bytes / (1 + self.half) for bucket in load.buckets]
        whole = float(sum(link.sum_seconds(size, self.workers) for size in sizes))
        end = float(end_of_sums(load, self.workers, link, self.half, self.overlap))
        hidden = whole - max(0.0, end - load.backward)
        return words + (
            f"its {megabytes(sum(sizes))} of gradients take {milliseconds(whole)} on this link, "
            f"{milliseconds(hidden)} of them while it computes)"
        )

    def reached(self, seconds: float, waited: float) -> str:
        """Say what was reached.

        One worker is taken to need the time that was not waited: it would have had the same cores.

        Args:
            seconds: of the training's steps together.
            waited: of these, how much `Communicator.waited` grew.
        """
        share = min(max(waited / seconds, 0.0), 1.0) if seconds > 0 else 0.0
        return (
            f"{self.workers} workers: {self.workers * (1 - share):.2f} times the images a second "
            f"of one worker ({self.expected:.2f} were expected); they waited {share:.0%} of the "
            "time for each other and for the link"
        )


def milliseconds(seconds: float) -> str:
    """Return seconds in milliseconds, with two digits.

    Example:
        >>> milliseconds(0.0312), milliseconds(0.00751), milliseconds(0.0), milliseconds(1.2345)
        ('31 ms', '7.5 ms', '0 ms', '1,234 ms')
    """
    number = 1e3 * seconds
    return f"{number:,.0f} ms" if number >= 9.95 or not number else f"{number:.2g} ms"


def megabytes(count: float) -> str:
    """Return bytes in megabytes, with two digits.

    Example:
        >>> megabytes(1_812_200), megabytes(47_000_000), megabytes(246_824)
        ('1.8 MB', '47 MB', '0.25 MB')
    """
    number = count / 1e6
    return f"{number:,.0f} MB" if number >= 9.95 else f"{number:.2g} MB"
