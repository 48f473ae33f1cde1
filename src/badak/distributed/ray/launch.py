"""launch: do a job with several processes, on this machine or on those of a Ray cluster."""

import sys
from collections.abc import Callable
from typing import Any

from badak import checks
from badak.distributed.communicator import TIMEOUT, Communicator, OneProcess
from badak.distributed.ray.cluster import cluster
from badak.distributed.ray.crew import Crew


def launch(
    job: Callable[[Communicator], Any],
    workers: int,
    address: str | None = None,
    timeout: float = TIMEOUT,
    cpus: int = 1,
    tell: Callable[[str], None] | None = None,
) -> Any:
    """Do a job with several processes, of which this one is rank 0; return what it returns here.

    The others run on this machine, or wherever a cluster has room. One that is lost is asked for
    again: the job goes on without it by `Communicator.regroup`, and takes the new one in by the
    same method when `waiting` says so. For a process that comes to a job that has begun,
    `Communicator.joining` is true: the job loads what it needs, and calls `regroup` first.

    Args:
        job: called with the communicator, on each process.
        workers: how many processes, this one included.
        address: HOST:PORT of a cluster begun by `ray start --head`, of which this machine is one.
        timeout: seconds that a process waits for another one before it counts as lost. The job
            begins with fewer workers if the others have not come by then.
        cpus: processors that each process uses.
        tell: takes a sentence about workers that are missing at the start; None prints it to
            standard error.

    Raises:
        BadakError: the cluster cannot be reached; or the job raised it, on any process.
    """
    checks.integer(workers, "workers", minimum=1)
    checks.integer(cpus, "cpus", minimum=1)
    timeout = checks.real(timeout, "timeout", above=0)
    if workers == 1 and address is None:
        return job(OneProcess())
    with cluster(address, workers * cpus, timeout), Crew(job, workers, timeout, cpus) as crew:
        communicator = crew.meet()
        if communicator.size < workers:
            (tell or _print)(
                f"{communicator.size} of {workers} workers have started (the others: "
                f"{', '.join(sorted(set(crew.absent())))}); they are taken in when they come"
            )
        with communicator:
            result = job(communicator)
            crew.finish()
        return result


def _print(words: str) -> None:
    print(words, file=sys.stderr)
