"""The best epoch's weights: which epoch it is, where they are kept, and what a resume does."""

import math
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import badak
from badak import storage
from badak.errors import FormatError
from badak.network import Network
from badak.training import Callback, EpochRecord, RunDirectory, Trainer
from badak.training.best import best_epoch
from training.tasks import contents, corners, rich_net, same_state, state

NAN = math.nan


def records(*measured: tuple[float, float]) -> list[EpochRecord]:
    """Epochs with these validation losses and accuracies."""
    return [EpochRecord(e, 5 * e, 1.0, 0.5, *pair) for e, pair in enumerate(measured, 1)]


@pytest.mark.parametrize(
    ("measured", "best"),
    [
        ([(0.3, 0.7), (0.9, 0.8), (0.1, 0.6)], 2),
        ([(0.5, 0.8), (0.4, 0.8), (0.45, 0.8)], 2),
        ([(0.5, 0.7), (0.4, 0.8), (0.4, 0.8)], 2),
        ([(NAN, 0.8), (9.0, 0.8), (math.inf, 0.8)], 2),
        ([(NAN, NAN), (NAN, NAN)], None),
        ([], None),
    ],
)
def test_the_best_epoch(measured: list[tuple[float, float]], best: int | None) -> None:
    record = best_epoch(records(*measured))
    assert (record and record.epoch) == best


class Course(Callback):
    """Returns the accuracies that a test sets, and keeps the weights of every epoch."""

    def __init__(self, accuracies: list[float], dies_after: int | None = None) -> None:
        self.accuracies, self.dies_after = accuracies, dies_after
        self.weights: list[dict[str, np.ndarray]] = []

    def on_step(self, trainer: Trainer, record: Any) -> None:
        if record.step == self.dies_after:
            raise RuntimeError("died")

    def on_epoch_end(self, trainer: Trainer, record: EpochRecord) -> None:
        accuracy = self.accuracies[record.epoch - 1]
        trainer.history.epochs[-1] = record._replace(validation_accuracy=accuracy)
        self.weights.append(state(trainer.net))


def trained(
    folder: Path | None, accuracies: list[float], dies_after: int | None = None, **options: Any
) -> tuple[Trainer, Course]:
    """Five epochs of four steps."""
    course = Course(accuracies, dies_after)
    resume = options.pop("resume", False)
    options = {"epochs": 5, "batch_size": 11, **options}
    trainer = Trainer(rich_net(), callbacks=[course], progress=False, **options)
    trainer.fit(corners(), corners(20, seed=1), folder, resume)
    return trainer, course


UP_AND_DOWN = [0.2, 0.5, 0.7, 0.4, 0.6]


def test_the_best_epochs_weights_are_a_model_of_their_own(tmp_path: Path) -> None:
    trainer, course = trained(tmp_path, UP_AND_DOWN)
    run = RunDirectory(tmp_path)
    same_state(badak.load(run.best), course.weights[2])
    same_state(badak.load(run.model), course.weights[4])
    same_state(trainer.net, course.weights[4])


def test_without_validation_images_there_is_no_best(tmp_path: Path) -> None:
    Trainer(rich_net(), epochs=1, batch_size=11, progress=False).fit(corners(), run_dir=tmp_path)
    assert not RunDirectory(tmp_path).best.exists()


def test_a_new_run_does_not_keep_the_best_of_one_that_lost_its_checkpoint(tmp_path: Path) -> None:
    run = RunDirectory(tmp_path)
    trained(tmp_path, UP_AND_DOWN)
    run.checkpoint.unlink()
    trained(tmp_path, UP_AND_DOWN, max_steps=3)
    assert run.model.exists()
    assert not run.best.exists()


@pytest.mark.parametrize("stop", [1, 9, 12, 13, 16, 19])
def test_a_resumed_run_has_the_uninterrupted_runs_best(tmp_path: Path, stop: int) -> None:
    """Stopped before, at and after the end of the best epoch."""
    trained(tmp_path / "whole", UP_AND_DOWN)
    trained(tmp_path / "parts", UP_AND_DOWN, max_steps=stop)
    trained(tmp_path / "parts", UP_AND_DOWN, resume=True)
    assert contents(tmp_path / "whole") == contents(tmp_path / "parts")


@pytest.mark.parametrize("death", [3, 9, 13, 18])
@pytest.mark.parametrize("left", ["as it was", "missing", "newer"])
def test_killed_between_two_files_a_run_ends_with_the_same_best(
    tmp_path: Path, death: int, left: str
) -> None:
    """A killed process leaves the best weights of the checkpoint, none, or later ones."""
    trained(tmp_path / "whole", UP_AND_DOWN)
    with pytest.raises(RuntimeError, match="died"):
        trained(tmp_path / "parts", UP_AND_DOWN, dies_after=death)
    best = RunDirectory(tmp_path / "parts").best
    if left == "missing":
        best.unlink(missing_ok=True)
    elif left == "newer":
        Network(rich_net(seed=9).layers, (1, 6, 6)).save(best)
    trained(tmp_path / "parts", UP_AND_DOWN, resume=True)
    assert contents(tmp_path / "whole") == contents(tmp_path / "parts")


@pytest.mark.parametrize("folder", [True, False])
def test_early_stopping_leaves_the_best_weights(tmp_path: Path, folder: bool) -> None:
    trainer, course = trained(tmp_path if folder else None, UP_AND_DOWN, early_stopping=1)
    assert len(trainer.history.epochs) == 4
    same_state(trainer.net, course.weights[2])
    if folder:
        same_state(badak.load(RunDirectory(tmp_path).model), course.weights[3])


def test_early_stopping_that_did_not_stop_leaves_the_best_weights_too() -> None:
    trainer, course = trained(None, UP_AND_DOWN, early_stopping=3)
    assert len(trainer.history.epochs) == 5
    same_state(trainer.net, course.weights[2])


def test_stopped_by_a_number_of_steps_the_network_stays_where_it_is() -> None:
    trainer, course = trained(None, UP_AND_DOWN, early_stopping=3, max_steps=16)
    same_state(trainer.net, course.weights[3])


def test_a_stopped_run_resumed_has_the_best_weights(tmp_path: Path) -> None:
    _, course = trained(tmp_path, UP_AND_DOWN, early_stopping=1)
    resumed, _ = trained(tmp_path, UP_AND_DOWN, early_stopping=1, epochs=9, resume=True)
    assert len(resumed.history.epochs) == 4
    same_state(resumed.net, course.weights[2])


def test_a_checkpoint_from_before_there_was_a_best_goes_on(tmp_path: Path) -> None:
    """The best weights so far are lost; later and better ones are kept."""
    run = RunDirectory(tmp_path)
    for accuracies, kept in (([0.2, 0.5, 0.4, 0.4, 0.4], False), (UP_AND_DOWN, True)):
        trained(tmp_path, accuracies, max_steps=8, resume=run.checkpoint.exists())
        arrays, metadata = storage.load(run.checkpoint)
        old = {name: array for name, array in arrays.items() if not name.startswith("best.")}
        storage.save(run.checkpoint, old, metadata)
        run.best.unlink()
        _, course = trained(tmp_path, accuracies, resume=True)
        assert run.best.exists() == kept
        if kept:
            same_state(badak.load(run.best), course.weights[0])
        run.checkpoint.unlink()


@pytest.mark.parametrize(
    "change",
    [
        lambda arrays: arrays.pop("best.conv1.weight"),
        lambda arrays: arrays.update({"best.more": np.ones(1, np.float32)}),
        lambda arrays: arrays.update({"best.conv1.bias": np.ones(5, np.float32)}),
        lambda arrays: arrays.update({"best.conv1.bias": np.ones(4)}),
    ],
)
def test_weights_that_do_not_fit_are_refused(tmp_path: Path, change: Any) -> None:
    trained(tmp_path, UP_AND_DOWN, max_steps=5)
    run = RunDirectory(tmp_path)
    arrays, metadata = storage.load(run.checkpoint)
    change(arrays)
    storage.save(run.checkpoint, arrays, metadata)
    with pytest.raises(FormatError, match="best epoch's weights"):
        trained(tmp_path, UP_AND_DOWN, resume=True)


def test_what_ended_a_run_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def lines(**options: Any) -> list[str]:
        trainer = Trainer(rich_net(), batch_size=11, callbacks=[Course(UP_AND_DOWN)], **options)
        trainer.callbacks.reverse()  # the losses decide before the last line is printed
        resume = RunDirectory(tmp_path).checkpoint.exists()
        trainer.fit(corners(), corners(20, seed=1), tmp_path, resume)
        return capsys.readouterr().out.splitlines()

    stopped = "early stopping ended the training after epoch 4: .* the 0.7000 of epoch 3 for 1 "
    first = lines(epochs=5, early_stopping=1)
    assert len(first) == 5
    (line,) = lines(epochs=20, early_stopping=1)
    for words in (first[-1], line.removeprefix("nothing left to train: ")):
        assert re.match(stopped, words), words
    assert "start another run with more patience" in line
