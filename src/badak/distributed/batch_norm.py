"""BatchNorm by the statistics of all ranks' batches, as if one process had the whole batch.

Forward, the ranks exchange the count, the mean and the squares of every channel; backward, the
gradients of weight and bias, from which each computes what flows back through the statistics. So a
pass makes two sums for every BatchNorm, and all ranks must make them: one whose pass failed takes
part with nothing (`one_pass`), also in the passes that it no longer makes (`absent`).
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from badak import ops
from badak.arrays import Array
from badak.distributed.communicator import Communicator, WorkersLost
from badak.errors import BadakError
from badak.layers.batch_norm import BatchNorm
from badak.network import Network
from badak.ops import moments


def share_statistics(net: Network, communicator: Communicator, weight: Callable[[], float]) -> None:
    """Let every BatchNorm train by the statistics of all ranks' batches; frozen ones stay alone.

    From then on all ranks must run the same passes in training. The numbers are those of one
    process that has all images, and the running statistics have the same bits on all ranks. The
    network trains layer by layer, for a recorded plan cannot send messages; prediction is planned
    as before. A copy of the network computes alone.

    Args:
        net: the same network on every rank.
        communicator: of the ranks.
        weight: called in the backward pass: the weight of this rank's mean loss in the loss of all
            ranks, such as the number of its images. The gradients that the network returns must
            be multiplied by it, added up over the ranks and divided by the sum of the weights. A
            rank of weight 0 sends nothing back.

    Example:
        >>> from badak.distributed import OneProcess
        >>> from badak.models import ResNet20
        >>> net = ResNet20()
        >>> share_statistics(net, OneProcess(), lambda: 1.0)
        >>> unshare(net)
    """
    unshare(net)
    norms = [norm for norm in _norms(net) if not norm.frozen]
    exchange = _Exchange(communicator, weight, norms)
    for norm in norms:
        norm.shared = _Shared(exchange)


def unshare(net: Network) -> None:
    """Let every BatchNorm train by its own batch alone again."""
    for norm in _norms(net):
        if norm.shared is not None:
            norm.shared = None


@contextmanager
def one_pass(net: Network) -> Iterator[None]:
    """Make a pass in training within the block; if it fails, do not keep the other ranks waiting.

    After a fault this rank takes part, with nothing, in the sums that the others still make.

    Args:
        net: whose statistics may be shared; else nothing happens.
    """
    exchange = _exchange_of(net)
    if exchange is None:
        yield
        return
    exchange.made = 0
    try:
        yield
    except WorkersLost:
        raise
    except Exception:
        exchange.finish()
        raise


def absent(net: Network) -> None:
    """Take part, with nothing, in a pass that the other ranks make."""
    exchange = _exchange_of(net)
    if exchange is not None:
        exchange.made = 0
        exchange.finish()


class _Exchange:
    """The sums that ranks make in one pass: for each norm in order, and then on the way back."""

    def __init__(
        self, communicator: Communicator, weight: Callable[[], float], norms: list[BatchNorm]
    ) -> None:
        self.communicator, self.weight, self.norms = communicator, weight, norms
        self.made = 0

    def statistics(self, count: int, mean: Array, squares: Array) -> tuple[int, Array, Array]:
        """Return the count, the mean and the squares of all ranks' values."""
        own = np.concatenate([[count], mean, squares])  # (1 + 2C,)
        every = self.communicator.gather(own)  # the same bits on all ranks: so are the results
        self.made += 1
        counts, (means, squares_of_all) = every[:, 0], np.split(every[:, 1:], 2, axis=1)
        total = int(counts.sum())
        if not total:
            return total, mean, squares
        with np.errstate(over="ignore", invalid="ignore"):  # NaN and infinity show in the loss
            return total, *moments.join_moments(counts, means, squares_of_all)

    def gradients(
        self, count: int, grad_weight: Array, grad_bias: Array
    ) -> tuple[int, Array, Array]:
        """Return the count and the gradients of all ranks, in the scale of this one's loss."""
        weight = float(self.weight()) if count else 0.0
        own = np.concatenate([grad_weight, grad_bias]).astype(np.float64) * weight
        sums = np.concatenate([[count], own])
        self.communicator.allreduce_(sums)
        self.made += 1
        of_weight, of_bias = np.split(sums[1:] / weight if weight else 0 * own, 2)
        return int(sums[0]), of_weight, of_bias

    def finish(self) -> None:
        """Make the sums that are left of a pass, and contribute nothing."""
        norms = [norm for norm in self.norms if not norm.frozen]
        for norm in norms[self.made :]:
            count, *batch = self.statistics(0, *_zeros(norm))
            if count > 1:
                _move(norm, count, *batch)
        for norm in norms[: 2 * len(norms) - self.made][::-1]:
            self.gradients(0, *_zeros(norm))


class _Shared:
    """`SharedStatistics` by the sums of ranks."""

    def __init__(self, exchange: _Exchange) -> None:
        self.exchange = exchange

    def batch_norm2d(
        self,
        x: Array,
        weight: Array,
        bias: Array,
        running_mean: Array,
        running_var: Array,
        training: bool,
        momentum: float,
        eps: float,
    ) -> ops.BatchNorm:
        count, mean, squares = self.exchange.statistics(_count(x), *moments.channel_moments(x))
        if count < 2:
            raise BadakError(
                f"batch norm in training needs at least two values per channel; all "
                f"{self.exchange.communicator.size} ranks have {count} together: choose a larger "
                "batch size"
            )
        moved = _moved((running_mean, running_var), momentum, count, mean, squares)
        var = squares / count
        with np.errstate(over="ignore"):
            # A variance of NaN, which the op refuses: a mean of NaN gives the same result.
            mean, var = np.where(np.isnan(var), np.nan, mean), np.where(np.isnan(var), np.inf, var)
            batch = mean.astype(x.dtype), var.astype(x.dtype)
        y, used, inverse_std, *_ = ops.batch_norm2d(x, weight, bias, *batch, False, eps=eps)
        return ops.BatchNorm(y, used, inverse_std, *moved)

    def batch_norm2d_backward(
        self,
        grad_y: Array,
        x: Array,
        weight: Array,
        mean: Array,
        inverse_std: Array,
        training: bool,
    ) -> tuple[Array, Array, Array]:
        saved = x, weight, mean, inverse_std
        grad_x, grad_weight, grad_bias = ops.batch_norm2d_backward(grad_y, *saved, False)
        count, of_weight, of_bias = self.exchange.gradients(_count(x), grad_weight, grad_bias)
        through = moments.gradient_through_moments(
            *saved, of_weight.astype(x.dtype), of_bias.astype(x.dtype), count
        )
        return ops.add(grad_x, through), grad_weight, grad_bias

    def __reduce__(self) -> Any:
        """A copy of the network, perhaps in another process, computes alone."""
        return type(None), ()


def _norms(net: Network) -> list[BatchNorm]:
    leaves = (leaf for name, layer in net.layers.items() for _, leaf in layer.leaves(name))
    return [leaf for leaf in leaves if isinstance(leaf, BatchNorm)]


def _exchange_of(net: Network) -> _Exchange | None:
    shared = [norm.shared for norm in _norms(net) if isinstance(norm.shared, _Shared)]
    return shared[0].exchange if shared else None


def _count(x: Array) -> int:
    """How many values of each channel there are."""
    return int(x.size // x.shape[1])


def _zeros(norm: BatchNorm) -> tuple[Array, Array]:
    channels = norm.buffers["running_mean"].shape
    return np.zeros(channels), np.zeros(channels)


def _move(norm: BatchNorm, count: int, mean: Array, squares: Array) -> None:
    """Move a norm's running statistics in place."""
    running = norm.buffers["running_mean"], norm.buffers["running_var"]
    moved = _moved(running, norm.momentum, count, mean, squares)
    for array, new in zip(running, moved, strict=True):
        array[...] = new


def _moved(
    running: tuple[Array, Array], momentum: float, count: int, mean: Array, squares: Array
) -> list[Array]:
    """Return the running mean and variance, moved towards the batch's, unbiased."""
    batch = mean, squares / (count - 1)
    with np.errstate(over="ignore", invalid="ignore"):
        return [
            ((1 - momentum) * old.astype(np.float64) + momentum * new).astype(old.dtype)
            for old, new in zip(running, batch, strict=True)
        ]
