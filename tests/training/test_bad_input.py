"""Arguments that the Trainer refuses; a refusal changes nothing."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from badak import data, optim
from badak.errors import ArgumentTypeError, BadakError
from badak.layers import Conv2d
from badak.network import Network
from badak.training import Trainer
from badak.training.step import training_step
from training.tasks import corners, plain_net, rich_net, rich_trainer, same_state, state


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"epochs": 0}, "epochs.*got 0"),
        ({"epochs": -1}, "epochs.*got -1"),
        ({"batch_size": 0}, "batch_size.*got 0"),
        ({"batch_size": -5}, "batch_size.*got -5"),
        ({"seed": -1}, "seed.*got -1"),
        ({"seed": 2**70}, f"seed.*got {2**70}"),
        ({"clip_norm": 0}, "clip_norm.*got 0"),
        ({"clip_norm": float("nan")}, "clip_norm.*got nan"),
        ({"evaluate_sample": 0}, "evaluate_sample.*got 0"),
        ({"early_stopping": 0}, "early_stopping.*got 0"),
        ({"checkpoint_every": 0}, "checkpoint_every.*got 0"),
        ({"max_steps": 0}, "max_steps.*got 0"),
    ],
)
def test_numbers_out_of_range(arguments: dict[str, Any], words: str) -> None:
    with pytest.raises(BadakError, match=f"^{words}(\\.0)?$"):
        Trainer(plain_net(), **arguments)


@pytest.mark.parametrize("name", ["epochs", "batch_size", "seed", "checkpoint_every", "max_steps"])
@pytest.mark.parametrize("value", [2.5, True, "3", np.nan, [1], 2.0])
def test_numbers_of_another_type(name: str, value: Any) -> None:
    with pytest.raises(ArgumentTypeError, match=rf"^{name}.*got "):
        Trainer(plain_net(), **{name: value})


@pytest.mark.parametrize("lr", [float("nan"), float("inf"), 0, -0.1])
def test_lr(lr: float) -> None:
    with pytest.raises(BadakError, match=r"^lr.*got"):
        Trainer(plain_net(), optim.Adam(lr=lr))


class Rate:
    """A schedule that returns a bad rate."""

    def __init__(self, factor: float) -> None:
        self.factor = factor

    def __call__(self, passed: float, epochs: int) -> float:
        return self.factor


@pytest.mark.parametrize("factor", [float("nan"), float("inf"), -1.0])
def test_a_schedule_gone_wrong_stops_before_anything_changes(factor: float) -> None:
    net = plain_net()
    before = state(net)
    trainer = Trainer(net, batch_size=10, schedule=Rate(factor), progress=False)
    with pytest.raises(BadakError, match=r"^step 1 \(epoch 1\): lr.*got"):
        trainer.fit(corners())
    same_state(net, before)


RGB = data.Dataset(np.zeros((4, 3, 6, 6)), [0, 1, 2, 0])


@pytest.mark.parametrize(
    ("dataset", "words"),
    [
        (corners()[:0], "{} .*empty"),
        (RGB, r"{} .*\(3, 6, 6\).*\(1, 6, 6\)"),
        (corners(size=8), r"{} .*\(1, 8, 8\).*\(1, 6, 6\)"),
        (corners(classes=4), "{} .*4 classes.* 3 outputs"),
        ([1, 2], r"{}.*Dataset.*got list"),
        (np.zeros((4, 1, 6, 6)), "{}.*Dataset.*got "),
    ],
)
@pytest.mark.parametrize("name", ["train", "validation"])
def test_data_that_do_not_fit_are_refused_before_anything_is_written(
    tmp_path: Path, name: str, dataset: Any, words: str
) -> None:
    net = plain_net()
    before = state(net)
    trainer = Trainer(net, batch_size=2, progress=False)
    arguments = {"train": corners(), "validation": corners(), name: dataset}
    with pytest.raises(BadakError, match=f"^{words.format(name)}"):
        trainer.fit(**arguments, run_dir=tmp_path / "run")
    assert not (tmp_path / "run").exists()
    same_state(net, before)


def test_fewer_classes_than_outputs_are_allowed() -> None:
    Trainer(plain_net(), batch_size=10, epochs=1, progress=False).fit(corners(classes=2))


def test_a_network_without_one_row_of_outputs_is_refused() -> None:
    net = Network([Conv2d(3, 3)], (1, 6, 6))
    with pytest.raises(BadakError, match="one row of outputs per image"):
        Trainer(net, batch_size=10, progress=False).fit(corners())


@pytest.mark.parametrize(
    ("images", "labels", "words"),
    [
        (np.zeros((2, 1, 6, 6)), [0, 3], r"labels.*0\.\.2; label 1 is 3"),
        (np.zeros((2, 1, 6, 6)), [0, -1], r"labels.*0\.\.2; label 1 is -1"),
        (np.zeros((2, 1, 6, 6)), [0], "labels"),
        (np.zeros((2, 1, 6, 6)), [0.5, 1], "labels"),
        (np.zeros((2, 1, 6, 6)), ["a", "b"], "labels"),
        (np.zeros((2, 1, 6, 6)), np.ones((2, 3)), "labels"),
        (np.zeros((2, 1, 6, 6)), np.eye(2), "labels"),
        (np.zeros((2, 3, 6, 6)), [0, 1], r"\(2, 3, 6, 6\)"),
        (np.zeros((2, 6, 6)), [0, 1], r"\(2, 6, 6\)"),
        (np.full((2, 1, 6, 6), np.nan), [0, 1], "images .*NaN|images .*finite"),
        (np.zeros((0, 1, 6, 6)), [], "at least two values per channel"),
    ],
)
def test_step_refuses_and_changes_nothing(images: Any, labels: Any, words: str) -> None:
    net = rich_net()
    trainer = rich_trainer(net)
    before = state(net)
    with pytest.raises(BadakError, match=words):
        trainer.step(images, labels)
    same_state(net, before)
    assert trainer.optimizer.steps == 0


def test_a_step_on_no_image_is_legal_and_its_loss_is_0() -> None:
    assert Trainer(plain_net()).step(np.zeros((0, 1, 6, 6)), []) == 0.0


def test_a_step_takes_labels_as_a_list() -> None:
    net, train = rich_net(), corners()
    found = training_step(net, optim.SGD(0.1), train.images, train.labels.tolist())
    assert found == training_step(rich_net(), optim.SGD(0.1), train.images, train.labels)


def test_an_augmentation_that_returns_something_else_is_refused() -> None:
    trainer = Trainer(plain_net(), batch_size=10, augment=lambda x, g: x[:1], progress=False)
    with pytest.raises(BadakError, match=r"augment.* shape"):
        trainer.fit(corners())


def test_an_augmentation_that_returns_nan_is_noticed() -> None:
    trainer = Trainer(plain_net(), batch_size=10, augment=lambda x, g: x * np.float32("nan"),
                      progress=False)  # fmt: skip
    with pytest.raises(BadakError, match=r"^step 1 \(epoch 1\): "):
        trainer.fit(corners())
