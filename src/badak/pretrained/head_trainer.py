"""HeadTrainer: a Trainer whose one epoch fits the head to features; its run is like any other."""

import numpy as np

from badak.arrays import Array, Labels
from badak.data import Dataset
from badak.network import head
from badak.pretrained import heads
from badak.pretrained.cache import features
from badak.training import Trainer
from badak.training.callbacks import following
from badak.training.ending import complete
from badak.training.history import EpochRecord, StepRecord
from badak.training.record import Record


class HeadTrainer(Trainer):
    """Trains a network's head as `badak.transfer` does, with history, checkpoint and callbacks.

    The head learns from all images at once, in one epoch, whose steps are those of L-BFGS; the
    network must be frozen but for it. A resumed run has nothing left to do. The optimizer, which is
    not used, stands in the checkpoint.

    Attributes:
        weight_decay: of the head; chosen by cross-validation if None.
        learnt: how the head learnt; None before.
    """

    weight_decay: float | None = None
    learnt: heads.Learnt | None = None

    def _loop(self, train: Dataset, record: Record | None) -> None:
        with following(self, self.callbacks):
            if record is not None:
                record.settle()
            if not complete(self):
                self._fit_head(train)
                self._save(record)

    def _fit_head(self, train: Dataset) -> None:
        rows = features(self.net, train)
        self.learnt = heads.learn(self.net, rows, train.labels, self.weight_decay, self.seed)
        for number, (loss, accuracy) in enumerate(self.learnt.steps, 1):
            step = StepRecord(number, 1, len(train), self.optimizer.lr, loss, accuracy)
            self.history.steps.append(step)
        values = list(self._measured(rows, train.labels))
        for part in self.measured[1:]:
            values += self._measured(features(self.net, part), part.labels)
        values += [float("nan")] * (4 - len(values))
        record = EpochRecord(1, len(self.history.steps), *values)
        self.history.epochs.append(record)
        for callback in self.callbacks:
            callback.on_epoch_end(self, record)

    def _measured(self, rows: Array, labels: Labels) -> tuple[float, float]:
        """Loss and accuracy of the head on features."""
        parameters = head.find(self.net).layer.parameters
        weight = parameters["weight"].reshape(self.net.num_classes, -1)
        logits = rows @ weight.T + parameters["bias"]
        loss, _ = self.net.loss.forward(logits, labels)
        return loss, float(np.mean(logits.argmax(axis=1) == labels))
