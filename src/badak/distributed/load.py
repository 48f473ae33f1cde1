"""Load: what a worker computes in a step, and when in it which gradients are ready to be sent."""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from badak import checks
from badak.arrays import Array
from badak.distributed.buckets import BUCKET
from badak.distributed.half import from_half, to_half
from badak.errors import BadakError
from badak.network import Network
from badak.optim import Adam, Optimizer


@dataclass(frozen=True)
class Bucket:
    """Gradients that are summed together.

    Args:
        ready: share of the backward pass after which they are final, 1 at its end.
        bytes: in float32.
    """

    ready: float
    bytes: int


@dataclass(frozen=True)
class Load:
    """One worker's step on one batch.

    Args:
        images: in the batch.
        forward: seconds of the forward pass.
        backward: seconds of the backward pass.
        update: seconds of the optimizer's update.
        buckets: the gradients, in the order in which they are sent.
        statistics_bytes: of running statistics, which are averaged at each step.
        state_bytes: of what is averaged if the workers update by themselves: parameters, the
            optimizer's state, running statistics.
        half_seconds: that rounding all gradients to half width and back takes.

    Example:
        >>> load = Load.even(100, forward=0.01, backward=0.02, update=0.001, gradient_bytes=10**6)
        >>> round(load.compute, 3), load.gradient_bytes
        (0.031, 1000000)
    """

    images: int
    forward: float
    backward: float
    update: float
    buckets: tuple[Bucket, ...]
    statistics_bytes: int = 0
    state_bytes: int = 0
    half_seconds: float = 0.0

    def __post_init__(self) -> None:
        checks.integer(self.images, "images", minimum=1)
        for name in ("forward", "backward", "update", "half_seconds"):
            checks.real(getattr(self, name), name, minimum=0)
        if not self.forward + self.backward + self.update:
            raise BadakError("forward, backward and update must not all be 0 seconds")
        for name in ("statistics_bytes", "state_bytes"):
            checks.integer(getattr(self, name), name, maximum=2**62)
        for bucket in self.buckets:
            checks.real(bucket.ready, "ready", minimum=0, maximum=1)
            checks.integer(bucket.bytes, "bytes", maximum=2**62)
        ready = [bucket.ready for bucket in self.buckets]
        if ready != sorted(ready):
            raise BadakError(f"buckets must be in the order in which they are ready; got {ready}")

    @classmethod
    def even(
        cls,
        images: int,
        forward: float,
        backward: float,
        update: float,
        gradient_bytes: int,
        buckets: int = 1,
        state_bytes: int = 0,
    ) -> "Load":
        """Return a load whose gradients are ready evenly during the backward pass."""
        checks.integer(buckets, "buckets", minimum=1)
        ends = [gradient_bytes * number // buckets for number in range(buckets + 1)]
        parts = tuple(
            Bucket((number + 1) / buckets, ends[number + 1] - ends[number])
            for number in range(buckets)
        )
        return cls(images, forward, backward, update, parts, state_bytes=state_bytes)

    @property
    def compute(self) -> float:
        """Seconds of the step without any sum."""
        return self.forward + self.backward + self.update

    @property
    def gradient_bytes(self) -> int:
        """Bytes of all gradients."""
        return sum(bucket.bytes for bucket in self.buckets)

    def with_batch(self, images: int) -> "Load":
        """Return the load of another batch: forward and backward grow as it does.

        Example:
            >>> Load.even(100, 0.01, 0.02, 0.001, 10**6).with_batch(50).backward
            0.01
        """
        grown = checks.integer(images, "images", minimum=1) / self.images
        forward, backward = grown * self.forward, grown * self.backward
        return replace(self, images=images, forward=forward, backward=backward)


def load_of(
    net: Network,
    batch_size: int,
    optimizer: Optimizer | None = None,
    compute_seconds: float | None = None,
    rounds: int = 5,
) -> Load:
    """Return a network's load, measured by a few steps on a copy.

    A step's time is shared among the passes, and the backward pass's among the layers, as their
    floating-point operations are.

    Args:
        net: the network; it stays as it is.
        batch_size: images of a worker's step.
        optimizer: of the kind that trains it; Adam if None.
        compute_seconds: of a whole step, if they are known: then nothing runs.
        rounds: steps that are measured; the medians count.

    Example:
        >>> from badak.models import SimpleConvNet
        >>> load = load_of(SimpleConvNet(), 100, compute_seconds=0.003)
        >>> [(round(bucket.ready, 2), bucket.bytes) for bucket in load.buckets]
        [(0.66, 1732440), (1.0, 3120)]
    """
    checks.integer(batch_size, "batch_size", minimum=1)
    optimizer = Adam() if optimizer is None else optimizer
    buckets = _buckets(net)
    slots = len(optimizer.slots) * sum(bucket.bytes for bucket in buckets)
    statistics_bytes = sum(array.nbytes for array in net.buffers().values())
    state_bytes = slots + sum(array.nbytes for array in net.state().values())
    update = half = 0.0
    if compute_seconds is None:
        passes, update, half = _measured(net, batch_size, optimizer, rounds)
    else:
        passes = checks.real(compute_seconds, "compute_seconds", above=0)
    summary = net.summary()
    forward = passes * summary.flops / summary.training_flops if summary.training_flops else 0.0
    return Load(
        batch_size,
        forward,
        passes - forward,
        update,
        buckets,
        statistics_bytes,
        state_bytes,
        half,
    )


def _buckets(net: Network) -> tuple[Bucket, ...]:
    """The buckets of `badak.distributed.buckets`, and when each is complete."""
    ready, done = {}, 0
    for row in reversed(net.summary().rows):
        done += row.backward_flops
        ready[row.name] = done
    buckets: list[tuple[int, int]] = []  # FLOPs done, bytes
    filled = last = 0
    for name, array in reversed(net.trainable().items()):
        filled += array.nbytes
        # Buckets are sent in this order, which in a block may not be that of the way back.
        last = max(last, ready[name.rpartition(".")[0]])
        if filled >= BUCKET:
            buckets.append((last, filled))
            filled = 0
    if filled:
        buckets.append((last, filled))
    whole = max((flops for flops, _ in buckets), default=0) or 1
    return tuple(Bucket(flops / whole, count) for flops, count in buckets)


def _measured(
    net: Network, batch_size: int, optimizer: Optimizer, rounds: int
) -> tuple[float, float, float]:
    """Seconds of both passes, of an update, and of rounding the gradients to half and back."""
    checks.integer(rounds, "rounds", minimum=1)
    copy, own = net.astype(net.dtype), type(optimizer)()
    generator = np.random.default_rng(0)
    images = generator.random((batch_size, *net.input_shape)).astype(net.dtype)
    labels = np.arange(batch_size) % net.num_classes
    passes, updates = [], []
    for _ in range(1 + rounds):  # the first one warms up
        start = time.perf_counter()
        with copy.step_pass(images, labels) as result:
            middle = time.perf_counter()
            # A rate of 0: on noise the weights should not run away.
            own.update(copy.trainable(), result.gradients, 0.0)
        passes.append(middle - start)
        updates.append(time.perf_counter() - middle)
    count = sum(array.size for array in net.trainable().values())
    half = _half_seconds(np.ones(count, np.float32), rounds)
    return statistics.median(passes[1:]), statistics.median(updates[1:]), half


def _half_seconds(gradients: Array, rounds: int) -> float:
    """A worker rounds its own gradients, widens as many in all that it sums, and the sums."""

    def run() -> None:
        half = to_half(gradients)
        from_half(half)
        from_half(half)

    return _median_seconds(run, rounds)


def _median_seconds(run: Callable[[], None], rounds: int) -> float:
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    return statistics.median(times)
