"""Trainer: epochs of shuffled batches, evaluation, checkpoints, and an exact resume."""

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from badak import checks, storage
from badak.arrays import check_layout
from badak.data import Dataset, Loader
from badak.data.loader import LARGEST_SEED, Augment
from badak.errors import ArgumentTypeError, BadakError, where
from badak.network import Network
from badak.optim import Adam, Optimizer, Schedule
from badak.training import checkpoint
from badak.training.callbacks import Callback, Progress
from badak.training.history import EpochRecord, History, StepRecord
from badak.training.interruption import Interrupted, Interruption
from badak.training.run import RunDirectory
from badak.training.settings import fingerprints, settings_of
from badak.training.snapshots import Snapshots
from badak.training.step import training_step

# Training images measured at each epoch's end where no other number is asked for.
TRAIN_SAMPLE = 10_000


class Trainer:
    """Trains a network; the same arguments and data give the same bits.

    Args:
        net: what learns.
        optimizer: how; Adam(1e-3) where None.
        epochs: how often every training image comes.
        batch_size: images in a step; the last batch of an epoch may be smaller.
        seed: of the order of the images, the augmentation and the evaluation samples.
        schedule: factor on the learning rate; see `badak.optim.SCHEDULES`.
        clip_norm: largest norm of all gradients together.
        augment: called as augment(images, generator) on each batch.
        evaluate_sample: how many training and validation images are measured at each epoch's end,
            the same ones each time. None: all validation images, and as many training images.
        early_stopping: stop when the validation accuracy has not grown for this many epochs.
        checkpoint_every: steps between checkpoints within an epoch; each epoch ends with one.
        max_steps: stop after this many steps, as if interrupted.
        snapshots: keep filters, maps, confusion matrix, dead units and update ratios every so many
            steps, from step 0, in the run directory; `badak.inspect.timeline` reads them.
        callbacks: told of every step and epoch.
        progress: whether a bar, or plain lines, are shown.

    Attributes:
        history: what was measured.
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

    def fit(
        self,
        train: Dataset,
        validation: Dataset | None = None,
        run_dir: str | Path | None = None,
        resume: bool = False,
    ) -> History:
        """Train from the first epoch, or from where a run stopped.

        Args:
            train: what is learnt from.
            validation: what is only measured on.
            run_dir: where model, history and checkpoints go; nothing is written where None.
            resume: go on from the run directory's checkpoint, to the bits that an uninterrupted
                run would have; start at the beginning where there is none yet.

        Returns:
            The history, from the very first step.

        Raises:
            Interrupted: Ctrl-C or SIGTERM came; the step was finished and a checkpoint written.
            BadakError: data that does not fit the network, a run directory that is in use, not
                writable or another run's, or a loss that is not finite; in the last case the last
                checkpoint stays.
        """
        self._check(train, "train")
        if self.batch_size > len(train):
            raise BadakError(
                f"batch_size must be at most the {len(train)} training images; got "
                f"{self.batch_size}"
            )
        if validation is not None:
            self._check(validation, "validation")
        elif self.early_stopping is not None:
            raise BadakError(
                f"early_stopping={self.early_stopping} watches the validation accuracy; pass "
                "validation images"
            )
        checks.flag(resume, "resume")
        run = None if run_dir is None else RunDirectory(Path(run_dir))
        if run is None and resume:
            raise BadakError("resume=True needs the run_dir that holds the checkpoint")
        with (
            run.locked() if run else nullcontext(),
            Interruption() as interruption,
        ):
            if run is not None and not resume and run.checkpoint.exists():
                raise BadakError(
                    f"{run.path} already holds a run: pass resume=True to go on with it, "
                    "or choose another run directory"
                )
            self._start(run, train, validation, resume)
            self._loop(train, run, interruption)
        return self.history

    def _loop(self, train: Dataset, run: RunDirectory | None, interruption: Interruption) -> None:
        """Epoch after epoch, from where `_start` put us."""
        with self._followed():
            if run is not None:  # before the first step, which needs all processors
                self._settings |= self._fingerprints.result()
            while not self._finished():
                for batch in Loader(
                    train,
                    self.batch_size,
                    self.seed,
                    self._epoch,
                    self.augment,
                    start=self._batch,
                ):
                    self._train_on(batch.images, batch.labels)
                    if interruption.signal is not None:
                        self._save(run)
                        raise Interrupted(interruption.signal)
                    if self._at_checkpoint():
                        self._save(run)
                    if self._step == self.max_steps:
                        break
                if self._batch == self.batch_count:
                    self._end_epoch()
                self._save(run)
                if interruption.signal is not None:  # it came while we measured
                    raise Interrupted(interruption.signal)

    def _restart(self) -> None:
        self.history = History()
        self._epoch = self._batch = self._step = 0

    def _check(self, data: Dataset, name: str) -> None:
        if not isinstance(data, Dataset):
            raise ArgumentTypeError(
                f"{name} must be a badak.data.Dataset; got {type(data).__name__}: wrap arrays as "
                "badak.data.Dataset(images, labels)"
            )
        if not len(data):
            raise BadakError(f"{name} must have at least one image; it is empty")
        check_layout(data.images, f"{name}.images", self.net.input_shape)
        if data.image_shape != self.net.input_shape:
            raise BadakError(
                f"{name} has images of {data.image_shape}; the network takes {self.net.input_shape}"
            )
        if data.num_classes > self.net.num_classes:
            raise BadakError(
                f"{name} has {data.num_classes} classes; the network has {self.net.num_classes} "
                "outputs"
            )

    def _start(
        self, run: RunDirectory | None, train: Dataset, validation: Dataset | None, resume: bool
    ) -> None:
        """Reset, or take over a checkpoint; and choose what is measured at each epoch's end."""
        self._restart()
        if self.snapshots is not None:
            self.snapshots.clear()
        self.batch_count = math.ceil(len(train) / self.batch_size)
        size = self.evaluate_sample or (TRAIN_SAMPLE if validation is None else len(validation))
        self.measured = [_sample(train, size, self.seed)]
        if validation is not None:
            size = self.evaluate_sample or len(validation)
            self.measured.append(_sample(validation, size, self.seed))
        if run is None:
            return
        self._settings = settings_of(self)
        self._fingerprints = fingerprints(train, validation)
        if resume and run.checkpoint.exists():
            self._settings |= self._fingerprints.result()
            self.history, position = checkpoint.load(
                run.checkpoint, self.net, self.optimizer, self._settings
            )
            self._epoch, self._batch, self._step = position
            if self.snapshots is not None:
                self.snapshots.resume(run.snapshots, self._step)

    def _finished(self) -> bool:
        return (
            self._epoch >= self.epochs
            or (self.max_steps is not None and self._step >= self.max_steps)
            or self._no_longer_better()
        )

    def _no_longer_better(self) -> bool:
        """Whether the best validation accuracy lies `early_stopping` epochs back."""
        reached = [record.validation_accuracy for record in self.history.epochs]
        if self.early_stopping is None or not reached:
            return False
        return len(reached) - 1 - int(np.argmax(reached)) >= self.early_stopping

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

    def _save(self, run: RunDirectory | None) -> None:
        """Write everything, the checkpoint last: where it says finished, all the rest is there."""
        if run is None:
            return
        self.net.save(run.model)
        storage.write_atomically(run.history, self.history.epochs_csv().encode())
        storage.write_atomically(run.steps, self.history.steps_csv().encode())
        storage.write_atomically(run.log, self.history.log().encode())
        if self.snapshots is not None:
            self.snapshots.save(run.snapshots)
        position = checkpoint.Position(self._epoch, self._batch, self._step)
        checkpoint.save(
            run.checkpoint, self.net, self.optimizer, self.history, position, self._settings
        )

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


def _sample(data: Dataset, size: int, seed: int) -> Dataset:
    """The same `size` images each time, or all where there are no more."""
    if size >= len(data):
        return data
    chosen = np.random.default_rng([seed, LARGEST_SEED]).choice(len(data), size, replace=False)
    return data[np.sort(chosen)]
