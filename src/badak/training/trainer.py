"""Trainer: epochs of shuffled batches, evaluation, checkpoints, and an exact resume."""

import math
import signal
import warnings
from collections.abc import Iterable
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from numpy.typing import ArrayLike

from badak import checks
from badak.arrays import Array
from badak.data import Batch, Dataset, Loader, balanced_order
from badak.errors import BadakError, where
from badak.network import Network
from badak.training import divergence, weights
from badak.training.average import Average
from badak.training.best import Best
from badak.training.callbacks import following
from badak.training.checkpoint import Resumed
from badak.training.ending import complete, worse_than_before
from badak.training.fitting import check_parts, measure, measured
from badak.training.history import EpochRecord, History, StepRecord
from badak.training.interruption import Interrupted, Interruption
from badak.training.record import Record
from badak.training.run import RunDirectory
from badak.training.setup import Setup
from badak.training.step import StepOutcome, training_step


class Trainer(Setup):
    """Trains a network; the same arguments and data give the same bits.

    Args:
        net: the network to train.
        optimizer: what updates it; Adam(1e-3) if None.
        epochs: how often each training image is shown.
        batch_size: images per step; the last batch of an epoch may be smaller.
        seed: of the order of the images, the augmentation and the evaluation samples.
        schedule: factor on the learning rate; see `badak.optim.SCHEDULES`.
        clip_norm: largest norm of all gradients together.
        augment: called as augment(images, generator) on each batch.
        evaluate_sample: how many training and validation images are measured at each epoch's end,
            the same ones each time. None: all validation images, and as many training images.
        early_stopping: stop when the validation accuracy has not grown for this many epochs;
            the network then has the weights of the best epoch.
        class_weight: how much each class counts in the loss: "balanced", so that all count alike;
            a mapping of class name or label to weight; or one weight per class. As with PyTorch's
            `CrossEntropyLoss(weight=...)`, a batch's mean loss is weighted by it.
        balance: draw each class equally often; see `badak.data.balanced_order`.
        ema: decay of the average of the weights, such as 0.999, which is then measured, saved as
            model, and kept as the best; see `badak.training.average`.
        checkpoint_every: steps between checkpoints within an epoch; each epoch ends with one.
        max_steps: stop after this many steps, as if interrupted.
        snapshots: record filters, maps, confusion matrix, dead units and update ratios every so
            many steps, from step 0, in the run directory; `badak.inspect.timeline` reads them.
        callbacks: called at every step and epoch.
        progress: whether to show a bar, or plain lines.

    Attributes:
        history: what was measured.
        best: the best epoch's weights, by validation accuracy.
        judged: the network that is measured and saved: `net`, or with `ema` its average.
        measured: the images measured at each epoch's end: of training, then of validation.
        batch_count: steps per epoch.

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

    def step(self, images: ArrayLike, labels: ArrayLike) -> float:
        """Make one update on one batch, by optimizer and clip_norm alone; return the loss before.

        Raises:
            BadakError: images or labels that do not fit, or a loss that is not finite.
        """
        return training_step(self.net, self.optimizer, images, labels, None, self.clip_norm).loss

    def stop(self, number: int = signal.SIGTERM) -> None:
        """Stop `fit` after the current step, as the signal `number` would; for callbacks."""
        self._interruption.signal = number

    @property
    def stopping(self) -> bool:
        """Whether `fit` stops after the current step: a signal came, or `stop` was called."""
        return self._signal is not None

    @property
    def _signal(self) -> int | None:
        return self._interruption.signal

    def fit(
        self,
        train: Dataset,
        validation: Dataset | None = None,
        run_dir: str | Path | None = None,
        resume: bool = False,
        accept_other_bits: bool = False,
    ) -> History:
        """Train from the first epoch, or continue a run.

        Args:
            train: the images to learn from.
            validation: images that are only measured.
            run_dir: the directory for model, history and checkpoints; nothing is written if None.
            resume: continue from the run directory's checkpoint, bit for bit; start at the
                beginning if there is none yet.
            accept_other_bits: resume also on another edition, instruction set or version than the
                run was begun with; a warning names it.

        Returns:
            The history, from the first step. After the last epoch the network has the average
            of its weights with `ema`, and the best epoch's weights with `early_stopping`.

        Raises:
            Interrupted: Ctrl-C, SIGTERM or SIGHUP came; the step was finished and a checkpoint
                written.
            BadakError: data that does not fit the network, a run directory that is in use, not
                writable or another run's; or a loss that is not finite, or was for 100 steps far
                above that of guessing: then the last checkpoint stays.

        Warns:
            UserWarning: the network is worse than before; the message says what to try.
        """
        check_parts(self.net, train, validation, self.batch_size, self.early_stopping)
        checks.flag(resume, "resume")
        checks.flag(accept_other_bits, "accept_other_bits")
        run = None if run_dir is None else RunDirectory(Path(run_dir))
        if run is None and resume:
            raise BadakError("resume=True needs the run_dir that holds the checkpoint")
        self._interruption = Interruption()
        with run.locked() if run else nullcontext(), self._interruption:
            begun = run is not None and run.checkpoint.exists()
            if begun and not resume:
                raise BadakError(
                    f"{run_dir} already holds a run: pass resume=True to continue it, or "
                    "choose another run directory"
                )
            self._start(train, validation)
            record = None if run is None else Record(run, self, train, validation)
            if record is not None and begun:
                self.history, self.best, averages = record.load(accept_other_bits)
                if self.average is not None:
                    self.average.net.load_state(averages)
            self._loop(train, record)
        if complete(self):
            if self.early_stopping is not None and self.best.state:
                self.net.load_state(self.best.state)
            elif self.average is not None:
                self.net.load_state(self.average.net.state())
            if words := worse_than_before(self):
                warnings.warn(words, stacklevel=2)
        return self.history

    def _start(self, train: Dataset, validation: Dataset | None) -> None:
        """Forget earlier training, and choose what is measured at each epoch's end."""
        self.history, self.best = History(), Best()
        if self.snapshots is not None:
            self.snapshots.clear()
        self.batch_count = math.ceil(len(train) / self.batch_size)
        self.measured = measured(train, validation, self.evaluate_sample, self.seed)
        self.average = None if self.ema is None else Average(self.net, self.ema)
        self._class_weights = (
            None if self.class_weight is None else weights.per_class(self.class_weight, train)
        )

    @property
    def judged(self) -> Network:
        """The network that is measured and saved."""
        return self.net if self.average is None else self.average.net

    def _loop(self, train: Dataset, record: Record | None) -> None:
        """Train epoch after epoch, from the history's end, with a checkpoint after each."""
        with following(self, self.callbacks):
            if record is not None:
                record.settle()
            while not complete(self) and not self._out_of_steps():
                self._train_epoch(train, record)
                self._save(record)
                if self._signal is not None:
                    raise Interrupted(self._signal)

    def _train_epoch(self, train: Dataset, record: Record | None) -> None:
        """Train to the end of the epoch and measure it, or stop within it."""
        for batch in self._batches(train):
            self._train_on(batch)
            if self.stopping:
                return
            _, done, step = self.history.position
            if self._out_of_steps() or done == self.batch_count:
                break
            if self.checkpoint_every is not None and step % self.checkpoint_every == 0:
                self._save(record)
        if self.history.position.batch == self.batch_count:
            self._end_epoch()

    def _batches(self, train: Dataset) -> Iterable[Any]:
        """What is left of the epoch, a batch for each step."""
        epoch, start, _ = self.history.position
        order = balanced_order(train.labels, self.seed, epoch) if self.balance else None
        return Loader(
            train, self.batch_size, self.seed, epoch, self.augment, start=start, order=order
        )

    def _out_of_steps(self) -> bool:
        return self.max_steps is not None and len(self.history.steps) >= self.max_steps

    def _train_on(self, batch: Any) -> None:
        epoch, before, step = self.history.position
        with where(f"step {step + 1} (epoch {epoch + 1})"):
            lr = self.optimizer.lr
            if self.schedule is not None:
                passed = epoch + before / self.batch_count
                lr = checks.real(lr * self.schedule(passed, self.epochs), "lr", minimum=0)
            count, outcome = self._update(batch, lr)
        if self.average is not None:
            self.average.update(self.net, step)
        record = StepRecord(step + 1, epoch + 1, count, lr, *outcome)
        self.history.steps.append(record)
        with where(f"step {step + 1} (epoch {epoch + 1})"):
            divergence.check(self.history, self.net.num_classes, self.optimizer.lr)
        for callback in self.callbacks:
            callback.on_step(self, record)

    def _update(self, batch: Any, lr: float) -> tuple[int, StepOutcome]:
        """Make one update; return how many images it learnt from, and how well they were known."""
        images, labels = batch
        options = lr, self.clip_norm, self._weights_of(batch)
        return len(images), training_step(self.net, self.optimizer, images, labels, *options)

    def _weights_of(self, batch: Batch) -> Array | None:
        """How much each image counts in the loss; None if all count alike."""
        known = self._class_weights
        return None if known is None else weights.per_image(known, batch.labels)

    def _measure(self) -> EpochRecord:
        return measure(self.judged, self.measured, self.history.position)

    def _end_epoch(self) -> None:
        record = self._measure()
        self.history.epochs.append(record)
        for callback in self.callbacks:
            callback.on_epoch_end(self, record)
        self.best.look(self.judged, self.history.epochs)

    def _save(self, record: Record | None) -> None:
        if record is not None:
            averages = {} if self.average is None else self.average.net.state()
            record.save(self.judged, Resumed(self.history, self.best, averages))
