"""Trainer: epochs of shuffled batches, evaluation, checkpoints, and an exact resume."""

import math
import signal
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

from numpy.typing import ArrayLike

from badak import checks
from badak.data import Dataset, Loader
from badak.data.loader import LARGEST_SEED, Augment
from badak.errors import ArgumentTypeError, BadakError, where
from badak.network import Network
from badak.optim import Adam, Optimizer, Schedule
from badak.training.best import Best
from badak.training.callbacks import Callback, Progress
from badak.training.checkpoint import Position
from badak.training.ending import complete, worse_than_before
from badak.training.fitting import check_parts, sample
from badak.training.history import EpochRecord, History, StepRecord
from badak.training.interruption import Interrupted, Interruption
from badak.training.record import Record
from badak.training.run import RunDirectory
from badak.training.snapshots import Snapshots
from badak.training.step import training_step

# Training images measured at each epoch's end where no other number is asked for.
TRAIN_SAMPLE = 10_000


class Trainer:
    """Trains a network; the same arguments and data give the same bits.

    Args:
        net: what learns.
        optimizer: how; Adam(1e-3) if None.
        epochs: how often every training image comes.
        batch_size: images in a step; the last batch of an epoch may be smaller.
        seed: of the order of the images, the augmentation and the evaluation samples.
        schedule: factor on the learning rate; see `badak.optim.SCHEDULES`.
        clip_norm: largest norm of all gradients together.
        augment: called as augment(images, generator) on each batch.
        evaluate_sample: how many training and validation images are measured at each epoch's end,
            the same ones each time. None: all validation images, and as many training images.
        early_stopping: stop when the validation accuracy has not grown for this many epochs;
            the network then has the weights of the best epoch.
        checkpoint_every: steps between checkpoints within an epoch; each epoch ends with one.
        max_steps: stop after this many steps, as if interrupted.
        snapshots: keep filters, maps, confusion matrix, dead units and update ratios every so many
            steps, from step 0, in the run directory; `badak.inspect.timeline` reads them.
        callbacks: told of every step and epoch.
        progress: whether a bar, or plain lines, are shown.

    Attributes:
        history: what was measured.
        best: the best epoch's weights, by validation accuracy.
        measured: the images measured at each epoch's end: of training, then of validation.
        batch_count: steps in an epoch of the data in training.

    Raises:
        ArgumentTypeError: a value of the wrong type.
        BadakError: a number out of range.

    Example:
        >>> from badak import data, models
        >>> train, test = data.load("digits")
        >>> trainer = Trainer(models.SimpleConvNet(weight_init="he"), epochs=2, progress=False)
        >>> history = trainer.fit(train, validation=test)
        >>> len(history.steps), history.epochs[-1].validation_accuracy > 0.8
        (30, True)
    """

    def __init__(
        self,
        net: Network,
        optimizer: Optimizer | None = None,
        *,
        epochs: int = 20,
        batch_size: int = 100,
        seed: int = 0,
        schedule: Schedule | None = None,
        clip_norm: float | None = None,
        augment: Augment | None = None,
        evaluate_sample: int | None = None,
        early_stopping: int | None = None,
        checkpoint_every: int | None = None,
        max_steps: int | None = None,
        snapshots: int | None = None,
        callbacks: Sequence[Callback] = (),
        progress: bool = True,
    ) -> None:
        if not isinstance(net, Network):
            raise ArgumentTypeError(f"net must be a Network; got {type(net).__name__}")
        optimizer = Adam() if optimizer is None else optimizer
        if not isinstance(optimizer, Optimizer):
            raise ArgumentTypeError(
                f"optimizer must be an Optimizer, such as badak.optim.Adam(1e-3); got {optimizer!r}"
            )
        self.net, self.optimizer = net, optimizer
        self.epochs = checks.integer(epochs, "epochs", minimum=1)
        self.batch_size = checks.integer(batch_size, "batch_size", minimum=1)
        self.seed = checks.integer(seed, "seed", maximum=LARGEST_SEED)
        for value, name in ((schedule, "schedule"), (augment, "augment")):
            if value is not None and not callable(value):
                raise ArgumentTypeError(f"{name} must be callable; got {value!r}")
        self.schedule, self.augment = schedule, augment
        self.clip_norm = None if clip_norm is None else checks.real(clip_norm, "clip_norm", above=0)
        self.evaluate_sample = _count(evaluate_sample, "evaluate_sample")
        self.early_stopping = _count(early_stopping, "early_stopping")
        self.checkpoint_every = _count(checkpoint_every, "checkpoint_every")
        self.max_steps = _count(max_steps, "max_steps")
        self.snapshots = None if snapshots is None else Snapshots(snapshots)
        own = [self.snapshots] if self.snapshots else []
        self._interruption = Interruption()
        self.callbacks: list[Callback] = [*own, *callbacks, *([Progress()] if progress else [])]
        self._restart()

    def step(self, images: ArrayLike, labels: ArrayLike) -> float:
        """Make one update on one batch, by itself: no schedule, no history.

        Args:
            images: (N, C, H, W).
            labels: (N,) class indices, or (N, K) rows.

        Returns:
            Mean loss before the update.

        Raises:
            BadakError: images or labels that do not fit, or a loss that is not finite.
        """
        return training_step(
            self.net, self.optimizer, images, labels, clip_norm=self.clip_norm
        ).loss

    def stop(self, number: int = signal.SIGTERM) -> None:
        """Stop `fit` after the current step, as a signal would; for callbacks.

        Args:
            number: the signal; `Interrupted` tells it.
        """
        self._interruption.signal = number

    def fit(
        self,
        train: Dataset,
        validation: Dataset | None = None,
        run_dir: str | Path | None = None,
        resume: bool = False,
        accept_other_bits: bool = False,
    ) -> History:
        """Train from the first epoch, or from where a run stopped.

        Args:
            train: what is learnt from.
            validation: what is only measured on.
            run_dir: where model, history and checkpoints go; nothing is written if None.
            resume: go on from the run directory's checkpoint, to the bits that an uninterrupted
                run would have; start at the beginning if there is none yet.
            accept_other_bits: resume also on another edition, instruction set or version than the
                run was begun with; a warning names it.

        Returns:
            The history, from the very first step. With `early_stopping` the network then has the
            best epoch's weights, else the last's.

        Raises:
            Interrupted: Ctrl-C, SIGTERM or SIGHUP came; the step was finished and a checkpoint
                written.
            BadakError: data that does not fit the network, a run directory that is in use, not
                writable or another run's, or a loss that is not finite; in the last case the last
                checkpoint stays.

        Warns:
            UserWarning: the network is worse than before the first step; the words say what to try.
        """
        check_parts(self, train, validation)
        checks.flag(resume, "resume")
        checks.flag(accept_other_bits, "accept_other_bits")
        run = None if run_dir is None else RunDirectory(Path(run_dir))
        if run is None and resume:
            raise BadakError("resume=True needs the run_dir that holds the checkpoint")
        self._interruption = Interruption()
        with run.locked() if run else nullcontext(), self._interruption:
            if run is not None and not resume and run.checkpoint.exists():
                raise BadakError(
                    f"{run.path} already holds a run: pass resume=True to continue it, or "
                    "choose another run directory"
                )
            self._start(train, validation)
            record = None if run is None else Record(run, self, train, validation)
            if record is not None and resume and record.run.checkpoint.exists():
                self.history, position, self.best = record.load(accept_other_bits)
                self._epoch, self._batch, self._step = position
            self._loop(train, record)
        if complete(self):
            if self.early_stopping is not None and self.best.state:
                self.net.load_state(self.best.state)
            if words := worse_than_before(self):
                warnings.warn(words, stacklevel=2)
        return self.history

    def _loop(self, train: Dataset, record: Record | None) -> None:
        """Epoch after epoch, from where we stand."""
        with self._followed():
            if record is not None:
                record.settle()
            while not (complete(self) or self._step >= (self.max_steps or math.inf)):
                for batch in Loader(
                    train,
                    self.batch_size,
                    self.seed,
                    self._epoch,
                    self.augment,
                    start=self._batch,
                ):
                    self._train_on(batch.images, batch.labels)
                    if self._interruption.signal is not None:
                        self._save(record)
                        raise Interrupted(self._interruption.signal)
                    if self._at_checkpoint():
                        self._save(record)
                    if self._step == self.max_steps:
                        break
                if self._batch == self.batch_count:
                    self._end_epoch()
                self._save(record)
                if self._interruption.signal is not None:  # it came while we measured
                    raise Interrupted(self._interruption.signal)

    def _restart(self) -> None:
        self.history, self.best = History(), Best()
        self._epoch = self._batch = self._step = 0

    def _start(self, train: Dataset, validation: Dataset | None) -> None:
        """Reset, and choose what is measured at each epoch's end."""
        self._restart()
        if self.snapshots is not None:
            self.snapshots.clear()
        self.batch_count = math.ceil(len(train) / self.batch_size)
        size = self.evaluate_sample or (TRAIN_SAMPLE if validation is None else len(validation))
        self.measured = [sample(train, size, self.seed)]
        if validation is not None:
            size = self.evaluate_sample or len(validation)
            self.measured.append(sample(validation, size, self.seed))

    def _at_checkpoint(self) -> bool:
        """Whether one is due within the epoch; its end writes its own."""
        return (
            self.checkpoint_every is not None
            and self._step % self.checkpoint_every == 0
            and self._batch < self.batch_count
        )

    def _train_on(self, images: Any, labels: Any) -> None:
        with where(f"step {self._step + 1} (epoch {self._epoch + 1})"):
            lr = self.optimizer.lr
            if self.schedule is not None:
                passed = self._epoch + self._batch / self.batch_count
                lr = checks.real(lr * self.schedule(passed, self.epochs), "lr", minimum=0)
            outcome = training_step(self.net, self.optimizer, images, labels, lr, self.clip_norm)
        self._batch += 1
        self._step += 1
        record = StepRecord(self._step, self._epoch + 1, len(images), lr, *outcome)
        self.history.steps.append(record)
        for callback in self.callbacks:
            callback.on_step(self, record)

    def _end_epoch(self) -> None:
        measured = [self.net.evaluate(data) for data in self.measured]
        values = [value for result in measured for value in (result.loss, result.accuracy)]
        values += [math.nan] * (4 - len(values))
        self._epoch, self._batch = self._epoch + 1, 0
        record = EpochRecord(self._epoch, self._step, *values)
        self.history.epochs.append(record)
        for callback in self.callbacks:
            callback.on_epoch_end(self, record)
        self.best.look(self.net, self.history.epochs)

    def _save(self, record: Record | None) -> None:
        if record is not None:
            record.save(Position(self._epoch, self._batch, self._step))

    @contextmanager
    def _followed(self) -> Iterator[None]:
        for callback in self.callbacks:
            callback.on_train_start(self)
        try:
            yield
        finally:
            for callback in self.callbacks:
                callback.on_train_end(self)


def _count(number: int | None, name: str) -> int | None:
    """A positive number as a plain int, which JSON can hold; or None."""
    return None if number is None else checks.integer(number, name, minimum=1)
