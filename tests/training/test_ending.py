"""A training that ends worse than it began warns; one that has not learnt yet does not."""

import warnings
from pathlib import Path

import numpy as np
import pytest

from badak import data, optim, storage
from badak.errors import BadakError
from badak.training import EpochRecord, History, RunDirectory, StepRecord, Trainer, divergence
from badak.training.ending import worse_than_before
from training.tasks import corners, plain_net


def ended(losses: list[float], last: float, accuracy: float) -> str | None:
    """The warning for these losses, over three classes: guessing gives 1.0986."""
    trainer = Trainer(plain_net(), optim.SGD(lr=0.5), progress=False)
    trainer.measured = [corners(45)]
    trainer.history.steps = [StepRecord(i, 1, 9, 0.5, x, 0.3) for i, x in enumerate(losses, 1)]
    trainer.history.epochs = [EpochRecord(1, len(losses), last, accuracy, 0.1, 0.9)]
    return worse_than_before(trainer)


@pytest.mark.parametrize(
    ("losses", "last", "accuracy"),
    [
        ([1.1, 5.0, 9.0], 7.0, 0.6),  # went up
        ([1.1, 40.0, 1.3], 1.3, 1 / 3),  # exploded, and now guesses
        ([0.1, 0.5, 2.0], 2.0, 0.4),  # a trained network that got worse
    ],
)
def test_worse(losses: list[float], last: float, accuracy: float) -> None:
    words = ended(losses, last, accuracy)
    assert words is not None
    assert f"from {losses[0]:.4g} to {last:.4g}, and guessing would give 1.099" in words
    assert "a lower learning rate than 0.5" in words


@pytest.mark.parametrize(
    ("losses", "last", "accuracy"),
    [
        ([1.1, 0.9, 0.5], 0.5, 0.9),
        ([1.1, 40.0, 1.0], 0.9, 0.6),  # exploded, and learnt nevertheless
        ([1.1, 1.1, 1.1], 1.11, 1 / 3),  # has not begun to learn
        ([8.0, 4.0, 2.0], 2.0, 1 / 3),  # began far above guessing, and decreases
        ([0.1, 0.1, 0.2], 0.2, 0.9),  # a trained network on harder images
    ],
)
def test_not_worse(losses: list[float], last: float, accuracy: float) -> None:
    assert ended(losses, last, accuracy) is None


def test_a_diverged_training_warns_once_it_is_complete() -> None:
    def fit(lr: float, **options: int) -> None:
        trainer = Trainer(
            plain_net(), optim.Adam(lr=lr), epochs=3, batch_size=11, progress=False, **options
        )
        trainer.fit(corners())

    with pytest.warns(UserWarning, match="learning rate than 30000"):
        fit(3e4)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        fit(3e4, max_steps=9)
        fit(1e-3)


def test_with_early_stopping_the_best_epoch_is_judged() -> None:
    """The network then has these weights, whatever came after."""
    trainer = Trainer(plain_net(), optim.SGD(lr=0.5), early_stopping=1, progress=False)
    trainer.measured = [corners(45)]
    trainer.history.steps = [StepRecord(i, i, 9, 0.5, x, 0.3) for i, x in enumerate((1.1, 9.0), 1)]
    first = EpochRecord(1, 1, 0.5, 0.9, 0.5, 0.9)
    trainer.history.epochs = [first, EpochRecord(2, 2, 7.0, 0.3, 7.0, 0.3)]
    assert worse_than_before(trainer) is None
    trainer.history.epochs[0] = first._replace(train_loss=8.0)
    assert "from 1.1 to 8" in (worse_than_before(trainer) or "")


def test_a_diverged_training_with_early_stopping_warns_too() -> None:
    trainer = Trainer(
        plain_net(), optim.Adam(lr=3e4), epochs=3, batch_size=11, early_stopping=2, progress=False
    )
    with pytest.warns(UserWarning, match="learning rate than 30000"):
        trainer.fit(corners(), corners(20, seed=1))


@pytest.mark.parametrize("optimizer", [optim.Adam(0.01), optim.Nesterov(0.05)])
def test_labels_that_mean_nothing_are_no_divergence(optimizer: optim.Optimizer) -> None:
    task = corners()
    shuffled = task.labels[np.random.default_rng(0).permutation(len(task))]
    trainer = Trainer(plain_net(), optimizer, epochs=5, batch_size=11, progress=False)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        trainer.fit(data.Dataset(task.images, shuffled, task.class_names))


def of(losses: list[float]) -> History:
    return History([StepRecord(i, 1, 9, 0.5, loss, 0.3) for i, loss in enumerate(losses, 1)])


def test_a_loss_that_stays_far_above_guessing_is_divergence() -> None:
    """Over three classes guessing gives 1.0986; five times that is 5.493."""
    words = (
        r"has diverged: the loss began at 0\.9, and guessing would give 1\.099, but the last 100 "
        r"steps had 5\.6 or more; use a lower learning rate than 0\.5, such as 0\.05$"
    )
    with pytest.raises(BadakError, match=words):
        divergence.check(of([0.9] + [5.6] * 100), 3, 0.5)


@pytest.mark.parametrize(
    "losses",
    [
        [0.9] + [5.6] * 99,  # not long enough
        [0.9] + [5.6] * 50 + [5.4] + [5.6] * 50,  # came back
        [0.9] + [5.4] * 200,  # not high enough
        [1.2] + [5.6] * 200,  # less than five times the first
        [40.0] * 200,  # began there
    ],
)
def test_other_losses_are_none(losses: list[float]) -> None:
    divergence.check(of(losses), 3, 0.5)


def test_a_training_that_diverged_stops_and_keeps_its_checkpoint(tmp_path: Path) -> None:
    """Signs of the update at a huge rate: the loss is huge and finite."""
    trainer = Trainer(plain_net(), optim.Adam(3e4), epochs=99, batch_size=11, progress=False)
    words = r"^step \d+ \(epoch \d+\): the training has diverged.* 30000, such as 3000$"
    with pytest.raises(BadakError, match=words):
        trainer.fit(corners(), run_dir=tmp_path)
    step = len(trainer.history.steps)
    assert divergence.STEPS < step < 99 * 4
    checkpoint = RunDirectory(tmp_path).checkpoint
    assert storage.load(checkpoint)[1]["position"]["step"] == (step - 1) // 4 * 4
