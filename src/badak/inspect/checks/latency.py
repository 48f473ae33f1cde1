"""latency: how long a network takes to answer for one image."""

import statistics
import time
from dataclasses import dataclass

from numpy.typing import ArrayLike

from badak import checks
from badak.arrays import as_images
from badak.errors import BadakError
from badak.network import Network

WARM_UP = 3  # the first calls plan the work and allocate memory


@dataclass(frozen=True)
class Latency:
    """Seconds from an image to its logits, on this machine.

    Attributes:
        median: half of the rounds were as fast or faster.
        low: the fastest tenth of the rounds was as fast or faster.
        high: all but the slowest tenth were as fast or faster.
        rounds: how often it was measured.
    """

    median: float
    low: float
    high: float
    rounds: int


def latency(net: Network, images: ArrayLike, *, rounds: int = 100, seconds: float = 1.0) -> Latency:
    """Time the network on one image at a time.

    The images take turns, since a machine remembers what it did last. Three rounds before the
    first warm up and do not count.

    Args:
        net: the network.
        images: (N, C, H, W), at least one.
        rounds: how often to measure at most.
        seconds: begin no further round after this time.

    Raises:
        ArgumentTypeError: arguments of another type.
        BadakError: no images, images that do not fit, or a number out of range.

    Example:
        >>> import numpy as np
        >>> from badak.models import LeNet5
        >>> latency(LeNet5(), np.zeros((2, 1, 28, 28)), rounds=5, seconds=60).rounds
        5
    """
    checks.integer(rounds, "rounds", minimum=1)
    checks.real(seconds, "seconds", minimum=0)
    singles = as_images(images, net.input_shape, net.dtype)
    if not len(singles):
        raise BadakError("images must have at least one image; it is empty")
    for turn in range(WARM_UP):
        net(singles[turn % len(singles)][None])
    times: list[float] = []
    end = time.perf_counter() + seconds
    while not times or (len(times) < rounds and time.perf_counter() < end):
        image = singles[len(times) % len(singles)][None]  # (1, C, H, W)
        start = time.perf_counter()
        net(image)
        times.append(time.perf_counter() - start)
    times.sort()
    return Latency(
        statistics.median(times),
        times[len(times) // 10],
        times[-1 - len(times) // 10],
        len(times),
    )
