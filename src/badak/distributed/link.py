"""Link: how long N workers take to sum an array; measured, or as its maker says.

Each worker sends its array in N parts to the next one of a ring: N - 1 rounds add the parts up,
N - 1 more hand the sums round. So every worker sends 2(N - 1)/N times the array, whatever N is, and
no method sends less (Patarasuk and Yuan 2009). With `halving` the workers exchange halves, then
quarters and so on: the same bytes in 2 log2(N) rounds (Thakur, Rabenseifner and Gropp 2005).

MPICH chooses among these by the array's size; with Ray each worker fetches its part from all others
and then the sums, the same bytes in two rounds through an object store.
"""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from badak import checks
from badak.arrays import Array
from badak.distributed.communicator import Communicator
from badak.errors import BadakError

GIGABIT = 125e6  # bytes
# Ethernet, IP and TCP take 78 of the 1,538 bytes that a packet of 1,460 keeps a wire busy.
PAYLOAD = 1460 / 1538
ETHERNET = 50e-6  # seconds that a small message takes, with both hosts' work
SMALL, LARGE = 8, 1 << 20  # bytes
ROUNDS: dict[str, Callable[[Any], Any]] = {
    "ring": lambda workers: 2 * (workers - 1),
    "halving": lambda workers: 2 * np.ceil(np.log2(workers)),
}


@dataclass(frozen=True)
class Link:
    """What joins the workers.

    Args:
        bandwidth: bytes per second that each worker sends while it receives as many.
        latency: seconds from the start of an empty message to its arrival.
        algorithm: in how many rounds a sum is made: "ring", or "halving".

    Example:
        >>> link = Link.gigabits(1)
        >>> f"{1e3 * link.sum_seconds(1_800_000, workers=2):.1f} ms"
        '15.3 ms'
    """

    bandwidth: float
    latency: float = 0.0
    algorithm: str = "ring"

    def __post_init__(self) -> None:
        if self.bandwidth != np.inf:
            checks.real(self.bandwidth, "bandwidth", above=0)
        checks.real(self.latency, "latency", minimum=0)
        checks.choice(self.algorithm, "algorithm", ROUNDS)

    @classmethod
    def gigabits(cls, number: float, latency: float = ETHERNET, algorithm: str = "ring") -> "Link":
        """Return an Ethernet of so many Gbit/s, of which TCP leaves 95 percent to the numbers.

        Example:
            >>> round(Link.gigabits(10).bandwidth / 1e6)
            1187
        """
        number = checks.real(number, "number", above=0)
        return cls(number * GIGABIT * PAYLOAD, latency, algorithm)

    def sum_seconds(self, byte_count: ArrayLike, workers: ArrayLike) -> Array:
        """Return the seconds of a sum of N workers' arrays, on all of them.

        2(N - 1)/N bytes/bandwidth + 2(N - 1) latency; with halving 2 log2(N) latency.

        Args:
            byte_count: of each worker's array; numbers of any shape.
            workers: N, of a shape that goes with it.
        """
        count = checked_workers(workers)
        sent = 2 * (count - 1) / count * np.asarray(byte_count, np.float64)
        rounds = ROUNDS[self.algorithm](count)
        return np.asarray(sent / self.bandwidth + rounds * self.latency)[()]


def checked_workers(workers: ArrayLike) -> Array:
    """Return numbers of workers as floats.

    Raises:
        BadakError: one that is not a whole number of at least 1.
    """
    count = np.asarray(workers, np.float64)
    if not (np.isfinite(count) & (count >= 1) & (count == np.floor(count))).all():
        raise BadakError(f"workers must be whole numbers of at least 1; got {workers!r}")
    return count


def measure_link(communicator: Communicator, rounds: int = 5, algorithm: str = "ring") -> Link:
    """Measure the link by a few small and large sums; all workers call it and get the same.

    The median of the small ones gives the latency, that of the large ones the bandwidth.

    Args:
        communicator: through which all are made.
        rounds: sums of each kind, after a first one that counts for nothing.
        algorithm: of which the link is taken to be the sum's.

    Raises:
        WorkersLost: another worker ended, or did not answer in time.

    Example:
        >>> from badak.distributed import OneProcess
        >>> measure_link(OneProcess())
        Link(bandwidth=inf, latency=0.0, algorithm='ring')
    """
    checks.integer(rounds, "rounds", minimum=1)
    size = communicator.size
    if size == 1:
        return Link(np.inf, 0.0, algorithm)
    small, large = (_seconds_of_sum(communicator, count, rounds) for count in (SMALL, LARGE))
    latency = small / float(ROUNDS[algorithm](size))
    sent = 2 * (size - 1) / size * (LARGE - SMALL)
    return Link(sent / (large - small) if large > small else np.inf, latency, algorithm)


def _seconds_of_sum(communicator: Communicator, byte_count: int, rounds: int) -> float:
    """The median over the workers of each one's median, so that all get the same number."""
    array, times = np.zeros(byte_count // 4, np.float32), []
    for _ in range(1 + rounds):
        communicator.barrier()
        start = time.perf_counter()
        communicator.allreduce_(array)
        times.append(time.perf_counter() - start)
    return float(np.median(communicator.gather(np.array(statistics.median(times[1:])))))
