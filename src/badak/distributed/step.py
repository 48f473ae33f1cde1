"""One training step of several processes: each learns from its part, all make the same update."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from badak.arrays import Array
from badak.data import Batch
from badak.distributed.agreement import raise_first
from badak.distributed.batch_norm import absent, one_pass
from badak.distributed.buckets import Buckets
from badak.distributed.communicator import Communicator, WorkersLost
from badak.errors import BadakError
from badak.network import Network
from badak.optim import Optimizer
from badak.training.step import StepOutcome, answers, apply_gradients, check_loss, step_alone


class Told(NamedTuple):
    """What all processes know after a step.

    Attributes:
        outcome: mean loss and accuracy over the images of all.
        signal: one that stops the training, or 0.
        joiners: how many new processes wait to be taken in.
    """

    outcome: StepOutcome
    signal: int
    joiners: int


class Step:
    """Makes the steps of one process among others.

    Args:
        net: the network that learns.
        optimizer: what updates it.
        communicator: to the others.
        clip_norm: largest norm of all gradients together.
        half: send gradients as bfloat16.
        share_buffers: average running statistics over the processes.
    """

    def __init__(
        self,
        net: Network,
        optimizer: Optimizer,
        communicator: Communicator,
        clip_norm: float | None = None,
        half: bool = False,
        share_buffers: bool = True,
    ) -> None:
        self.net, self.optimizer, self.communicator = net, optimizer, communicator
        self.clip_norm = clip_norm
        shapes = {name: array.shape for name, array in net.trainable().items()}
        self.buckets = Buckets(shapes, net.dtype, communicator, half and net.dtype == np.float32)
        buffers = net.buffers() if share_buffers and communicator.size > 1 else {}
        self._averaged = Averaged(buffers, communicator)
        self.weight = 0.0  # of the micro-batch at work

    def run(
        self,
        batches: list[Batch],
        weights_of: Callable[[Batch], Array | None],
        lr: float,
        signal: int = 0,
    ) -> Told:
        """Learn from this process's batches, and make the update that all make.

        Args:
            batches: at least one, with one image at least.
            weights_of: returns how much each image counts in the loss, (N,); None if alike.
            lr: learning rate.
            signal: one that came to this process, or 0.

        Raises:
            WorkersLost: another process ended, or did not answer in time; nothing has changed.
            BadakError: as `badak.training.step.training_step`, on all processes; nothing has
                changed.
        """
        sums, fault = np.zeros(4), None
        with step_alone(self.net):
            for number, batch in enumerate(batches):
                if fault:  # the others, who do not know of it yet, go on
                    absent(self.net)
                    continue
                try:
                    last = number == len(batches) - 1
                    sums += self._learn(batch, weights_of(batch), number == 0, last)
                except WorkersLost:
                    raise
                except BadakError as caught:
                    fault = caught
            self.buckets.send_all()
            self._averaged.start()
            report = Report(self.communicator, sums, signal, fault)
            self.buckets.finish()
            self._averaged.finish()
            report.raise_fault(self.communicator, fault)
            weight, loss, right, counted = report.sums.tolist()
            gradients = self.buckets.gradients
            if weight > 0:
                self.buckets.flat /= self.buckets.flat.dtype.type(weight)
            apply_gradients(
                self.net, self.optimizer, gradients, batches[-1].images, lr, self.clip_norm
            )
            self._averaged.write()
        mean = loss / weight if weight else 0.0
        outcome = StepOutcome(mean, right / counted if counted else 0.0)
        return Told(outcome, report.signal, report.joiners)

    def _learn(self, batch: Batch, weights: Array | None, first: bool, last: bool) -> np.ndarray:
        """Put a batch's gradients in the buckets; return its weight, loss and answers as sums."""
        counts = self._counts(batch)
        self.weight = float(counts.sum() if weights is None else weights[counts].sum())
        self.buckets.begin(self.weight, first, last)
        passing = self.net.step_pass(*batch, weights, ready=self.buckets.add)
        with one_pass(self.net), passing as result:
            check_loss(self.net, result.loss, batch.images, self.optimizer.lr)
            right, counted = answers(result.logits, batch.labels, self.net.loss.ignore_index)
            return np.array([self.weight, self.weight * result.loss, right, counted])

    def _counts(self, batch: Batch) -> np.ndarray:
        """Which images count in the loss: (N,) bool."""
        ignored = self.net.loss.ignore_index
        if ignored is None or batch.labels.ndim == 2:
            return np.ones(len(batch.labels), bool)
        return np.asarray(batch.labels != ignored)


class Averaged:
    """Arrays of which every process is to have the mean; arrays of integers are left alone.

    Args:
        arrays: by name, the same ones on all processes.
        communicator: to the others.
    """

    def __init__(self, arrays: dict[str, Array], communicator: Communicator) -> None:
        self.communicator = communicator
        floats = [array for array in arrays.values() if np.issubdtype(array.dtype, np.floating)]
        self._groups = [
            (chosen, np.zeros(sum(array.size for array in chosen), dtype))
            for dtype in dict.fromkeys(array.dtype for array in floats)
            for chosen in [[array for array in floats if array.dtype == dtype]]
        ]

    def start(self) -> None:
        """Send the arrays as they are now."""
        self._pending = []
        for arrays, flat in self._groups:
            np.concatenate([array.ravel() for array in arrays], out=flat)
            self._pending.append(self.communicator.start_allreduce_(flat))

    def finish(self) -> None:
        """Wait for the means; the arrays are as before."""
        for pending in self._pending:
            pending.wait()

    def write(self) -> None:
        """Put the means into the arrays."""
        for arrays, flat in self._groups:
            flat /= flat.dtype.type(self.communicator.size)
            start = 0
            for array in arrays:
                array[...] = flat[start : start + array.size].reshape(array.shape)
                start += array.size


class Report:
    """What all processes tell each other at a step.

    Args:
        communicator: to the others.
        sums: numbers to be added up, (M,).
        signal: one that came to this process, or 0.
        fault: what failed here.

    Attributes:
        sums: those of all processes that did not fail.
        signal: the greatest.
        failed: the ranks of the processes that failed.
        joiners: how many new processes wait to be taken in.
    """

    def __init__(
        self, communicator: Communicator, sums: np.ndarray, signal: int, fault: BadakError | None
    ) -> None:
        size, rank = communicator.size, communicator.rank
        every = np.zeros(len(sums) + 2 * size + 1)
        self.sums, signals, faults, joiners = np.split(
            every, [len(sums), len(sums) + size, len(sums) + 2 * size]
        )
        self.sums[:] = 0 if fault else sums
        signals[rank], faults[rank] = signal, fault is not None
        joiners[:] = communicator.waiting if rank == 0 else 0
        communicator.allreduce_(every)
        self.signal, self.joiners = int(signals.max()), int(joiners[0])
        self.failed: list[int] = np.flatnonzero(faults).tolist()

    def raise_fault(self, communicator: Communicator, fault: BadakError | None) -> None:
        """Raise the fault of the first process that failed, on all of them."""
        raise_first(communicator, self.failed, fault)
