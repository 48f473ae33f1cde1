"""One trial of a sweep: a training that is quiet, tells its epochs, and sees no test image."""

import math
import signal
from pathlib import Path
from typing import Any

import numpy as np

from badak.cli import learnt
from badak.cli.chosen import ASIDE, options_of, words_of
from badak.cli.config import RunConfig
from badak.cli.folds import begin_like
from badak.cli.splits import Parts
from badak.cli.train import prepared
from badak.distributed.sweep import Told, Watch
from badak.training import Callback, Interrupted, RunDirectory, Running
from badak.training.best import best_epoch
from badak.training.ending import complete
from badak.training.history import EpochRecord, StepRecord


def train_trial(choices: dict[str, Any], place: Path, watch: Watch) -> None:
    """Train a trial, or continue it; with folds, one after the other.

    The score of a trial is the accuracy of its best epoch on the validation images; with folds, the
    mean of the folds' accuracies on what they held out, after the last epoch of each.

    Args:
        choices: its options, by their names in `badak train`; split or folds is one of them.
        place: its run directory; with folds, the directory of theirs.
        watch: hears of each epoch.
    """
    folds = choices.get("folds")
    if folds is None:
        _train(choices, place, _Following(watch))
        return
    ended: list[EpochRecord] = []
    runs = [RunDirectory(place / f"fold-{fold}") for fold in range(1, folds + 1)]
    for fold, run in enumerate(runs, 1):
        if fold > 1 and not run.config.exists():
            begin_like(runs[0], run, fold)
        follow = _Following(watch, list(ended), folds)
        ended.append(_train(choices | {"fold": fold}, run.path, follow))


def _train(choices: dict[str, Any], place: Path, follow: "_Following") -> EpochRecord:
    """Train or continue one run; return its last epoch."""
    run = RunDirectory(place)
    fold = choices.get("fold")
    words = words_of({name: value for name, value in choices.items() if name != "fold"})
    options, explicit = options_of(words)
    how = {"checkpoint_every": options["checkpoint_every"]}
    options = {name: value for name, value in options.items() if name not in ASIDE}
    if fold is not None:
        options["fold"] = fold
        explicit.add("fold")
    begun = run if run.config.exists() else None
    config, parts, net, _ = prepared(options, explicit, begun)
    opening = _Opening(config, run, parts)
    trainer = config.trainer(net, callbacks=[opening, follow], progress=False, **how)
    return trainer.fit(parts.train, parts.measured, place, resume=True).epochs[-1]


class _Opening(Callback):
    """Writes the options, once everything was checked."""

    def __init__(self, config: RunConfig, run: RunDirectory, parts: Parts) -> None:
        self.config, self.run, self.parts = config, run, parts

    def on_train_start(self, trainer: Running) -> None:
        self.run.refuse_links()
        if not complete(trainer):
            self.config.save(self.run)
            learnt.remember(self.run, self.parts.train, self.parts.test)


class _Following(Callback):
    """Tells a trial's epochs, those of before a resume first, and stops it if asked to.

    Args:
        watch: hears of them.
        before: the last epoch of each fold that was trained before; None without folds.
        folds: how many folds there are.
    """

    def __init__(self, watch: Watch, before: list[EpochRecord] | None = None, folds: int = 1):
        self._watch, self._before, self._folds = watch, before, folds

    def on_train_start(self, trainer: Running) -> None:
        ended = trainer.history.epochs
        for count in range(1, len(ended) + 1):
            goes_on = self._watch.tell(self._told(trainer, ended[:count]))
            if not goes_on and not complete(trainer):
                raise Interrupted(signal.SIGTERM)

    def on_step(self, trainer: Running, record: StepRecord) -> None:
        if self._watch.stopping and not trainer.stopping:
            trainer.stop()

    def on_epoch_end(self, trainer: Running, record: EpochRecord) -> None:
        goes_on = self._watch.tell(self._told(trainer, trainer.history.epochs))
        if not goes_on and not complete(trainer):
            trainer.stop()

    def _told(self, trainer: Running, ended: list[EpochRecord]) -> Told:
        if self._before is None:
            best = best_epoch(ended) or ended[-1]
            return Told(len(ended), trainer.epochs, best.validation_accuracy, best.validation_loss)
        done = [*self._before, *(ended[-1:] if complete(trainer) else [])]
        scores = [
            float(np.mean(values)) if done else math.nan
            for values in (
                [record.validation_accuracy for record in done],
                [record.validation_loss for record in done],
            )
        ]
        epoch = len(self._before) * trainer.epochs + len(ended)
        return Told(epoch, self._folds * trainer.epochs, *scores)
