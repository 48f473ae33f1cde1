"""Start Ray for a sweep, on this machine alone or as part of a cluster."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from badak.distributed.communicator import TIMEOUT
from badak.errors import needs


@contextmanager
def started(address: str | None = None, cpus: int | None = None) -> Iterator[int]:
    """Lend Ray, and stop it after the block; a Ray that runs in this process stays.

    Args:
        address: HOST:PORT of a cluster; None starts one on this machine, that ends with the block.
        cpus: how many trials' CPUs this machine has; None: as many as this process may use.

    Yields:
        How many CPUs there are.

    Raises:
        MissingExtra: Ray Tune is not installed.
        BadakError: no cluster answers at the address.
    """
    with needs("a sweep needs Ray Tune", extra="ray"):
        import ray
        import ray.tune

        from badak.distributed.ray.cluster import cluster
    with cluster(address, cpus or len(os.sched_getaffinity(0)), TIMEOUT):
        resources: Any = ray.cluster_resources
        yield int(resources().get("CPU", 1))
