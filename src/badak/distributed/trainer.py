"""ParallelTrainer: a Trainer that is one of several, which train one network together."""

import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from badak import checks
from badak.data import Dataset, Loader, balanced_order
from badak.distributed.agreement import agree, tell, together
from badak.distributed.batch_norm import share_statistics, unshare
from badak.distributed.communicator import Communicator, OneProcess, WorkersLost
from badak.distributed.expected import Speedup
from badak.distributed.facts import facts
from badak.distributed.link import Link, measure_link
from badak.distributed.progress import ParallelProgress
from badak.distributed.shard import Part, ShardLoader, Shards
from badak.distributed.state import share_state
from badak.distributed.step import Averaged, Report, Step
from badak.errors import ArgumentTypeError, BadakError
from badak.network import Network
from badak.optim import Optimizer
from badak.training import EpochRecord, History, Trainer
from badak.training.checkpoint import Resumed
from badak.training.record import Record
from badak.training.step import StepOutcome


class ParallelTrainer(Trainer):
    """Trains one network by several processes; each learns from its share of every batch.

    Every process makes a `ParallelTrainer` with the same arguments, data and seed, and calls `fit`.
    All of them hold the same weights after each update. The first one, rank 0, measures, prints and
    writes as `Trainer` does; the others need no run directory.

    A step's batch has ``size * accumulate * batch_size`` images. The mean gradient is that of all
    of them: two processes with batches of 100 train as one with batches of 200, within float32
    rounding, but for what a batch's images share: batch norm's statistics, unless
    `sync_batch_norm`, and the random numbers of dropout and augmentation. The same number of
    processes gives the same bits.

    Args:
        net: the network to train.
        optimizer: what updates it; Adam(1e-3) if None.
        communicator: to the other processes; nobody else if None.
        accumulate: batches of each process whose gradients are added before an update.
        sync_every: updates that each process makes by itself before all take the mean of their
            weights, optimizer states and running statistics (local SGD). The loss of a step in
            between is that of rank 0.
        half_gradients: send float32 gradients as bfloat16, half as wide.
        sync_batch_norm: normalise by the statistics of all processes' images; layers then run one
            by one, and exchange numbers at each batch norm.
        arguments: those of `badak.Trainer`; `batch_size` counts one process's images.

    Attributes:
        communicator: to the processes that train now.
        seconds: of each step of the processes that train now, and how many it waited for others.
        link: what joins the processes, as it was measured at the start; None if it is alone.

    Raises:
        ArgumentTypeError, BadakError: as `badak.Trainer`, or steps that do not fit `sync_every`.

    Source: Goyal et al. 2017, "Accurate, Large Minibatch SGD"; Stich 2019, "Local SGD Converges
    Fast and Communicates Little".

    Example:
        >>> from badak import data, models
        >>> train, test = data.load("digits")
        >>> net = models.SimpleConvNet(weight_init="he")
        >>> trainer = ParallelTrainer(net, epochs=2, batch_size=50, accumulate=2, progress=False)
        >>> history = trainer.fit(train, validation=test)
        >>> len(history.steps), history.epochs[-1].validation_accuracy > 0.8
        (30, True)
    """

    _progress = ParallelProgress

    def __init__(
        self,
        net: Network,
        optimizer: Optimizer | None = None,
        *,
        communicator: Communicator | None = None,
        accumulate: int = 1,
        sync_every: int = 1,
        half_gradients: bool = False,
        sync_batch_norm: bool = False,
        **arguments: Any,
    ) -> None:
        communicator = OneProcess() if communicator is None else communicator
        if not isinstance(communicator, Communicator):
            raise ArgumentTypeError(
                f"communicator must be a badak.distributed.Communicator; got {communicator!r}"
            )
        if communicator.rank:
            arguments |= {"progress": False, "snapshots": None}
        super().__init__(net, optimizer, **arguments)
        self.communicator = communicator
        self.accumulate = checks.integer(accumulate, "accumulate", minimum=1)
        self.sync_every = checks.integer(sync_every, "sync_every", minimum=1)
        self.half_gradients = checks.flag(half_gradients, "half_gradients")
        self.sync_batch_norm = checks.flag(sync_batch_norm, "sync_batch_norm")
        for name in ("checkpoint_every", "max_steps"):
            number = getattr(self, name)
            if number is not None and number % self.sync_every:
                raise BadakError(
                    f"{name} must be a multiple of sync_every, for only then all processes have "
                    f"the same weights; got {number} and {self.sync_every}"
                )
        if self.sync_batch_norm and self.sync_every > 1:
            raise BadakError(
                "sync_batch_norm needs the other processes at each step; got sync_every "
                f"{self.sync_every}: use 1, or leave sync_batch_norm out"
            )
        self.seconds: list[tuple[float, float]] = []
        self.link: Link | None = None
        self._asked: int | None = None  # the signal that stops all
        self._joiners = 0

    def settings(self) -> dict[str, Any]:
        """Return the numbers that decide the bits; see `Setup.settings`."""
        parallel = {
            "accumulate": self.accumulate,
            "sync_every": self.sync_every,
            "half_gradients": self.half_gradients,
            "sync_batch_norm": self.sync_batch_norm,
        }
        return {**super().settings(), "parallel": parallel, "workers": self.communicator.size}

    def fit(
        self,
        train: Dataset,
        validation: Dataset | None = None,
        run_dir: str | Path | None = None,
        resume: bool = False,
        accept_other_bits: bool = False,
    ) -> History:
        """Train as `badak.Trainer.fit` does, together with the other processes.

        Args:
            train: the images to learn from, the same on all processes; each reads its share.
            validation: images that are only measured; each process measures its share.
            run_dir: the directory for model, history and checkpoints; of rank 0 alone.
            resume: continue from the run directory's checkpoint, which rank 0 reads for all.
            accept_other_bits: as in `badak.Trainer.fit`; also resume with another number of
                processes.

        Raises:
            Interrupted: Ctrl-C, SIGTERM or SIGHUP came to a process; all finished the step.
            WorkersLost: a process ended or was silent for too long, and the communicator cannot
                go on without it; the run directory's last checkpoint stays.
            BadakError: as `badak.Trainer.fit`, on all processes; or they do not agree.
        """
        self._joined, self._asked, self._joiners = False, None, 0
        if self.communicator.rank:
            run_dir, resume = None, False
        try:
            return super().fit(train, validation, run_dir, resume, accept_other_bits)
        except WorkersLost:
            raise
        except BadakError as fault:
            if not self._joined and not self.communicator.elastic:
                tell(self.communicator, fault)
            raise
        finally:
            unshare(self.net)

    @property
    def speedup(self) -> Speedup | None:
        """What the steps so far let expect; None before the second one, or without others."""
        if self.link is None or len(self.seconds) < 2:
            return None
        seconds, waited = zip(*self.seconds[1:], strict=True)  # the first one records the plan
        return Speedup.of_steps(
            self.net,
            self.optimizer,
            self.batch_size,
            self.communicator.size,
            self.link,
            seconds,
            waited,
            sync_every=self.sync_every,
            accumulate=self.accumulate,
            half=self.half_gradients,
        )

    @property
    def _signal(self) -> int | None:
        """The signal that stops the training, once all processes know of it."""
        return self._asked

    def _start(self, train: Dataset, validation: Dataset | None) -> None:
        super()._start(train, validation)
        self.batch_count = len(self._shards(np.arange(len(train))))

    def _shards(self, left: np.ndarray) -> Shards:
        return Shards(left, self.communicator.size, self.batch_size, self.accumulate)

    def _loop(self, train: Dataset, record: Record | None) -> None:
        self._joined = True
        if not self.communicator.elastic:  # there, a process that fails alone is seen by the engine
            tell(self.communicator, None)
        self._assemble(train, again=self.communicator.joining)
        super()._loop(train, record)

    def _assemble(self, train: Dataset, again: bool = False) -> None:
        """Begin with all processes, or again with those that are left and those that came."""
        self._joiners, self.seconds, before = 0, [], self.communicator.size
        while True:
            try:
                if again:
                    self.communicator = self.communicator.regroup()
                self._join(train)
                break
            except WorkersLost:
                if not self.communicator.elastic:
                    raise
                again = True
        if again and self.communicator.rank == 0:
            step, now = len(self.history.steps), self.communicator.size
            for callback in self.callbacks:
                if isinstance(callback, ParallelProgress):
                    callback.on_regroup(self, step, before, now)

    def _join(self, train: Dataset) -> None:
        """Agree with the others, and take rank 0's state."""
        agree(self.communicator, facts(self, train))
        averages = {} if self.average is None else self.average.net.state()
        state = Resumed(self.history, self.best, averages)
        state = share_state(self.communicator, self.net, self.optimizer, state)
        self.history, self.best, averages = state.history, state.best, dict(state.averages)
        if self.average is not None:
            self.average.net.load_state(averages)
        self.link = measure_link(self.communicator) if self.communicator.size > 1 else None
        local = self.sync_every > 1
        self._step = Step(
            self.net,
            self.optimizer,
            OneProcess() if local else self.communicator,
            self.clip_norm,
            self.half_gradients,
            share_buffers=not self.sync_batch_norm,
        )
        if self.sync_batch_norm:
            share_statistics(self.net, self.communicator, lambda: self._step.weight)

    def _train_epoch(self, train: Dataset, record: Record | None) -> None:
        """Train to the end of the epoch, whoever is lost and whoever joins meanwhile."""
        epoch = self.history.position.epoch
        while self.history.position.epoch == epoch:
            try:
                super()._train_epoch(train, record)
            except WorkersLost:
                if not self.communicator.elastic:
                    raise
            else:
                if not self._joiners or self.stopping or self._out_of_steps():
                    return
            self._assemble(train, again=True)

    def _batches(self, train: Dataset) -> Iterable[Any]:
        epoch, done, _ = self.history.position
        shown = sum(record.images for record in self.history.steps[-done:]) if done else 0
        if self.balance:
            order = balanced_order(train.labels, self.seed, epoch)
        else:
            order = Loader(train, 1, self.seed, epoch).order
        left = order[shown:]
        if done and len(left) < self.communicator.size:  # after `_regroup`, perhaps not for each
            self.batch_count = done
            return ()
        shards = self._shards(left)
        self.batch_count = done + len(shards)
        loader = ShardLoader(
            train, shards, self.communicator.rank, self.seed, epoch, done, self.augment
        )
        return self._until_joined(loader)

    def _until_joined(self, loader: ShardLoader) -> Iterator[Part]:
        left = len(loader.shards.left)
        for part in loader.parts():
            yield part
            left -= part.images
            # If there is no image for each, those that come wait for the epoch's end.
            if self._joiners and left >= self.communicator.size + self._joiners:
                return

    def _train_on(self, batch: Any) -> None:
        since, waited = time.perf_counter(), self.communicator.waited
        try:
            super()._train_on(batch)
        except WorkersLost:
            raise
        except BadakError as fault:
            if self.sync_every > 1:
                self._synchronise(fault)
            raise
        _, done, step = self.history.position
        if self.sync_every > 1 and (step % self.sync_every == 0 or done == self.batch_count):
            self._synchronise(None)
        took = time.perf_counter() - since
        self.seconds.append((took, self.communicator.waited - waited))

    def _update(self, batch: Any, lr: float) -> tuple[int, StepOutcome]:
        self._draw_anew()
        signal = self._interruption.signal or 0
        told = self._step.run(batch.batches, self._weights_of, lr, signal)
        if self.sync_every == 1:
            self._asked, self._joiners = told.signal or None, told.joiners
        return batch.images, told.outcome

    def _draw_anew(self) -> None:
        """Let dropout draw numbers that depend on the seed, the process and the step alone."""
        rank, step = self.communicator.rank, len(self.history.steps)
        for number, generator in enumerate(self.net.generators().values()):
            seeds = np.random.SeedSequence([self.seed, rank, step, number])
            generator.bit_generator.state = np.random.PCG64(seeds).state

    def _synchronise(self, fault: BadakError | None) -> None:
        """Take the mean of all processes' weights, states and statistics; raise their faults."""
        arrays = {**self.net.state(), **self.optimizer.state}
        if self.average is not None:
            arrays |= {f"average {k}": v for k, v in self.average.net.state().items()}
        mean = Averaged(arrays, self.communicator)
        mean.start()
        report = Report(self.communicator, np.zeros(0), self._interruption.signal or 0, fault)
        mean.finish()
        report.raise_fault(self.communicator, fault)
        mean.write()
        self._asked, self._joiners = report.signal or None, report.joiners

    def _measure(self) -> EpochRecord:
        """Measure a share of the images on each process."""
        rank, size = self.communicator.rank, self.communicator.size
        sums = np.zeros((len(self.measured), 3))
        with together(self.communicator):
            for row, part in zip(sums, self.measured, strict=True):
                start, end = (len(part) * place // size for place in (rank, rank + 1))
                share = part[start:end]
                if np.any(share.labels != self.judged.loss.ignore_index):
                    loss, accuracy, images = self.judged.evaluate(share)
                    row += loss * images, accuracy * images, images
        self.communicator.allreduce_(sums)
        if not sums[:, 2].all():
            raise BadakError("evaluation needs at least one image; the loss ignores all labels")
        means = sums[:, :2] / sums[:, 2:]
        values = [*means.ravel().tolist(), *[float("nan")] * (4 - means.size)]
        epoch, _, step = self.history.position
        return EpochRecord(epoch + 1, step, *values)
