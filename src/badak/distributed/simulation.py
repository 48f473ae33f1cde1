"""simulate: the efficiency of few to many workers, network by network and link by link."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike

from badak.arrays import Array
from badak.distributed.link import Link
from badak.distributed.load import Load
from badak.distributed.scaling import efficiency

LINKS = {f"{number} Gbit/s": Link.gigabits(number) for number in (1, 10, 100)}
WORKERS = tuple(2**power for power in range(3, 11))  # 8 to 1,024

# Network -> link -> how often the workers meet -> efficiency for each number of workers.
Efficiencies = dict[str, dict[str, dict[str, Array]]]


def simulate(
    loads: Mapping[str, Load],
    links: Mapping[str, Link] = LINKS,
    workers: ArrayLike = WORKERS,
    sync_every: Sequence[int] = (1, 8),
) -> Efficiencies:
    """Return the efficiency by `step_seconds`; `badak.inspect.draw.scaling` draws it.

    Args:
        loads: what a worker computes, by the network's name.
        links: what joins the workers, by name.
        workers: how many.
        sync_every: steps between two meetings.

    Example:
        >>> load = Load.even(100, 0.01, 0.02, 0.001, 1_000_000, state_bytes=3_000_000)
        >>> found = simulate({"a network": load}, workers=[8, 64])
        >>> found["a network"]["1 Gbit/s"]["every 8 steps"].round(2)
        array([0.84, 0.8 ])
    """
    return {
        name: {
            words: {
                f"every {every} steps" if every > 1 else "every step": np.atleast_1d(
                    efficiency(load, workers, link, sync_every=every)
                )
                for every in sync_every
            }
            for words, link in links.items()
        }
        for name, load in loads.items()
    }
