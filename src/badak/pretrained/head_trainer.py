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
from badak.training.interruption import Interrupted
from badak.training.record import Record

# Images whose features are computed and kept at a time.
CHUNK = 2048


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
        rows = self._features(train)
        self.learnt = heads.learn(self.net, rows, train, self.weight_decay, self.seed)
        for number, (loss, accuracy) in enumerate(self.learnt.steps, 1):
            step = StepRecord(number, 1, len(train), self.optimizer.lr, loss, accuracy)
            self.history.steps.append(step)
        values = list(self._measured(rows, train.labels))
        for part in self.measured[1:]:
            values += self._measured(self._features(part), part.labels)
        values += [float("nan")] * (4 - len(values))
        record = EpochRecord(1, len(self.history.steps), *values)
        self.history.epochs.append(record)
        for callback in self.callbacks:
            callback.on_epoch_end(self, record)

    def _features(self, data: Dataset) -> Array:
        """What enters the head; a signal ends this, and what is done is in the cache."""
        rows = []
        for start in range(0, len(data), CHUNK):
            rows.append(features(self.net, data[start : start + CHUNK]))
            if self._interruption.signal is not None:
                raise Interrupted(self._interruption.signal)
        return np.concatenate(rows)

    def _measured(self, rows: Array, labels: Labels) -> tuple[float, float]:
        """Loss and accuracy of the head on features."""
        parameters = head.find(self.net).layer.parameters
        weight = parameters["weight"].reshape(self.net.num_classes, -1)
        logits = rows @ weight.T + parameters["bias"]
        loss, _ = self.net.loss.forward(logits, labels)
        return loss, float(np.mean(logits.argmax(axis=1) == labels))
