"""The time of a step of N workers, and what follows from it: speed-up, efficiency, the wire's part.

A step computes A times forward F and backward B, and the update U. During the last backward pass
bucket i of the gradients is final after r_i seconds, and its sum takes c_i on the link, one after
the other. So the last sum ends, counted from the start of that pass, after

    E = max over i of (r_i + c_i + c_(i+1) + ... + c_m)

for the wire is busy without a pause since some bucket was ready. The step takes

    T = A F + (A - 1) B + max(B, E) + U + s

where s is what small sums take at its end: of batch norm's running statistics, of losses, and of
whatever else the workers must tell each other. This is how PyTorch's DistributedDataParallel
overlaps as well (Li et al. 2020). If the workers update by themselves for K steps and then average
all they have (local SGD, Stich 2019), a step takes

    T = A (F + B) + U + (sum of the state) / K

and s too is needed once in K steps.
"""

from typing import TypedDict, Unpack

import numpy as np
from numpy.typing import ArrayLike

from badak import checks
from badak.arrays import Array
from badak.distributed.link import Link, checked_workers
from badak.distributed.load import Load

REPORT = 128  # bytes


class How(TypedDict, total=False):
    """How the workers train together: the last arguments of this module's functions.

    Attributes:
        sync_every: steps that each makes by itself before all average what they have; 1.
        accumulate: batches per step; 1.
        half: send gradients at half width; what `sync_every` averages is never rounded; False.
        overlap: send gradients while the backward pass runs, else after it; True.
    """

    sync_every: int
    accumulate: int
    half: bool
    overlap: bool


def step_seconds(
    load: Load,
    workers: ArrayLike,
    link: Link,
    sync_every: int = 1,
    accumulate: int = 1,
    half: bool = False,
    overlap: bool = True,
) -> Array:
    """Return the mean seconds of a step.

    Args:
        load: what each worker computes on a batch.
        workers: how many; a number, or an array of any shape.
        link: what joins them.
        sync_every: steps that each makes by itself before all average what they have.
        accumulate: batches per step.
        half: send gradients at half width; what `sync_every` averages is never rounded.
        overlap: send gradients while the backward pass runs, else after it.

    Returns:
        Seconds, of the shape of `workers`.

    Example:
        >>> two = Load.even(100, 0.01, 0.02, 0, gradient_bytes=1_800_000, buckets=2)
        >>> link = Link(bandwidth=120e6)  # a sum of two workers' gradients takes 15 ms
        >>> [round(float(step_seconds(two, 2, link, overlap=over)), 4) for over in (False, True)]
        [0.045, 0.0375]
    """
    checks.integer(sync_every, "sync_every", minimum=1)
    checks.integer(accumulate, "accumulate", minimum=1)
    count = checked_workers(workers)
    several = count > 1
    alone = accumulate * (load.forward + load.backward) + load.update
    report = link.sum_seconds(REPORT, count)
    if sync_every > 1:
        seconds = alone + (link.sum_seconds(load.state_bytes, count) + report) / sync_every
    else:
        end = end_of_sums(load, count, link, half, overlap)
        if load.statistics_bytes:
            report = report + link.sum_seconds(load.statistics_bytes, count)
        seconds = alone + np.maximum(end - load.backward, 0.0) + report
        seconds = seconds + load.half_seconds * half
    return np.where(several, seconds, alone)[()]


def end_of_sums(
    load: Load, workers: ArrayLike, link: Link, half: bool = False, overlap: bool = True
) -> Array:
    """Return when the last sum ends, in seconds since the last backward pass began: E above.

    Arguments are those of `step_seconds`.
    """
    count = checked_workers(workers)
    end = np.zeros_like(count)
    for bucket in load.buckets:  # a sum starts when its gradients are ready and the wire is free
        ready = bucket.ready * load.backward if overlap else load.backward
        end = np.maximum(end, ready) + link.sum_seconds(bucket.bytes / (1 + half), count)
    return end


def speedup(load: Load, workers: ArrayLike, link: Link, **how: Unpack[How]) -> Array:
    """Return how many times as many images a second N workers train on as one.

    Each has a batch of its own: N workers with batches of 100 make steps of N times 100 images.

    Args:
        load: as in `step_seconds`, as all arguments.
        workers: how many.
        link: what joins them.
        **how: the others.

    Example:
        >>> load = Load.even(100, 0.01, 0.02, 0, gradient_bytes=1_800_000)
        >>> speedup(load, np.array([1, 2, 4]), Link(bandwidth=120e6)).round(2)
        array([1.  , 1.33, 2.29])
    """
    return checked_workers(workers) * efficiency(load, workers, link, **how)


def efficiency(load: Load, workers: ArrayLike, link: Link, **how: Unpack[How]) -> Array:
    """Return the speed-up divided by N, which is the share of its time that a worker computes.

    Args:
        load: as in `step_seconds`, as all arguments.
        workers: how many.
        link: what joins them.
        **how: the others.

    Example:
        >>> load = Load.even(100, 0.01, 0.02, 0, gradient_bytes=1_800_000)
        >>> [float(efficiency(load, 2, Link(speed)).round(2)) for speed in (12e6, 120e6, np.inf)]
        [0.17, 0.67, 1.0]
    """
    alone = step_seconds(load, 1, link, **how)
    return (alone / step_seconds(load, workers, link, **how))[()]


def wire_share(load: Load, workers: ArrayLike, link: Link, **how: Unpack[How]) -> Array:
    """Return the share of a step in which the workers only wait for sums.

    Args:
        load: as in `step_seconds`, as all arguments.
        workers: how many.
        link: what joins them.
        **how: the others.

    Example:
        >>> load = Load.even(100, 0.01, 0.02, 0, gradient_bytes=1_800_000)
        >>> float(wire_share(load, 2, Link(bandwidth=120e6)).round(2))
        0.33
    """
    return 1 - efficiency(load, workers, link, **how)
