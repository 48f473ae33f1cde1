"""A run that was stopped and resumed equals the uninterrupted run, byte for byte."""

from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from badak import data, optim, storage
from badak.errors import BadakError
from badak.training import Callback, Trainer
from training.tasks import (
    contents,
    corners,
    plain_net,
    rich_net,
    rich_trainer,
    same_state,
    state,
)

# After so few steps some of these networks are worse than before; that does not matter here.
pytestmark = pytest.mark.filterwarnings("ignore:the training loss went")

# 44 images in batches of 10: 5 steps per epoch, the last with 4 images; 3 epochs are 15 steps.
STEPS = 15
NAMES = {
    "best.safetensors",
    "checkpoint/latest.safetensors",
    "history.csv",
    "log.txt",
    "model.safetensors",
    "steps.csv",
}


def run(folder: Path, resume: bool = False, **options: Any) -> Trainer:
    """Fit a new network in `folder`, as a new process would."""
    trainer = rich_trainer(rich_net(), **options)
    trainer.fit(corners(), corners(20, seed=1), folder, resume)
    return trainer


def same_files(first: Path, second: Path) -> None:
    one, other = contents(first), contents(second)
    assert one.keys() == other.keys() == NAMES
    for name in NAMES:
        assert one[name] == other[name], f"{name} differs"


@pytest.mark.parametrize("optimizer", list(optim.OPTIMIZERS))
@pytest.mark.parametrize("stop", [1, 5, 7, 14])
def test_stopped_after_any_step_resumes_to_the_same_bits(
    tmp_path: Path, optimizer: str, stop: int
) -> None:
    """Within an epoch, at its end, and one step before the last."""
    whole = run(tmp_path / "whole", optimizer=optimizer)
    assert len(whole.history.steps) == STEPS
    run(tmp_path / "stopped", optimizer=optimizer, max_steps=stop)
    stopped = contents(tmp_path / "stopped")
    assert stopped["steps.csv"].count(b"\n") == 1 + stop
    resumed = run(tmp_path / "stopped", optimizer=optimizer, resume=True)
    assert resumed.history.steps == whole.history.steps
    same_state(resumed.net, state(whole.net))
    same_files(tmp_path / "whole", tmp_path / "stopped")


class Dies(Callback):
    """Stops the training without a checkpoint, as a kill does."""

    def __init__(self, step: int) -> None:
        self.step = step

    def on_step(self, trainer: Trainer, record: Any) -> None:
        if record.step == self.step:
            raise RuntimeError("died")


@pytest.mark.parametrize(("death", "kept"), [(2, None), (3, None), (8, 6), (13, 12), (15, 12)])
def test_died_between_checkpoints_resumes_from_the_last(
    tmp_path: Path, death: int, kept: int | None
) -> None:
    """With checkpoints every 3 steps: none yet, one within the epoch, one at its end."""
    every = 3 if kept else 100
    run(tmp_path / "whole", checkpoint_every=every)
    with pytest.raises(RuntimeError, match="died"):
        run(tmp_path / "died", checkpoint_every=every, callbacks=[Dies(death)])
    checkpoint = tmp_path / "died" / "checkpoint" / "latest.safetensors"
    if kept is None:
        assert not checkpoint.exists()
    else:
        assert storage.load(checkpoint)[1]["position"]["step"] == kept
    run(tmp_path / "died", resume=True, checkpoint_every=every)
    same_files(tmp_path / "whole", tmp_path / "died")


def test_stopped_again_and_again_resumes_to_the_same_bits(tmp_path: Path) -> None:
    run(tmp_path / "whole")
    for stop in range(1, STEPS + 1):
        run(tmp_path / "stopped", resume=True, max_steps=stop)
    same_files(tmp_path / "whole", tmp_path / "stopped")


def test_a_finished_run_resumed_stays_as_it_is(tmp_path: Path) -> None:
    trainer = run(tmp_path)
    before = contents(tmp_path)
    resumed = run(tmp_path, resume=True)
    assert contents(tmp_path) == before
    assert resumed.history.steps == trainer.history.steps
    assert repr(resumed.history.epochs) == repr(trainer.history.epochs)
    same_state(resumed.net, state(trainer.net))


def test_more_epochs_than_before_equal_so_many_from_the_start(tmp_path: Path) -> None:
    run(tmp_path / "whole", schedule=None, epochs=3)
    run(tmp_path / "longer", schedule=None, epochs=1)
    run(tmp_path / "longer", resume=True, schedule=None, epochs=3)
    same_files(tmp_path / "whole", tmp_path / "longer")


def test_early_stopping_stays_stopped_and_counts_on(tmp_path: Path) -> None:
    """The rate is nearly 0, so the accuracy cannot grow, and the second epoch is the last."""
    still = partial(run, schedule=None, early_stopping=1, epochs=6, clip_norm=1e-30)
    whole = still(tmp_path / "whole")
    assert len(whole.history.epochs) == 2
    still(tmp_path / "stopped", max_steps=7)
    still(tmp_path / "stopped", resume=True)
    same_files(tmp_path / "whole", tmp_path / "stopped")
    assert len(still(tmp_path / "stopped", resume=True).history.epochs) == 2


def test_the_interval_of_checkpoints_changes_no_bit(tmp_path: Path) -> None:
    run(tmp_path / "whole")
    run(tmp_path / "often", checkpoint_every=1)
    same_files(tmp_path / "whole", tmp_path / "often")


def test_training_goes_on_the_same_without_a_run_directory(tmp_path: Path) -> None:
    first = run(tmp_path)
    second = rich_trainer(rich_net())
    second.fit(corners(), corners(20, seed=1))
    assert first.history.steps == second.history.steps
    same_state(second.net, state(first.net))


class Unnamed:
    """An augmentation whose repr contains its address."""

    def __call__(self, images: np.ndarray, generator: np.random.Generator) -> np.ndarray:
        return images


def unchanged(images: np.ndarray, generator: np.random.Generator, by: int = 0) -> np.ndarray:
    return images


@pytest.mark.parametrize("make", [Unnamed, lambda: unchanged, lambda: partial(unchanged, by=1)])
def test_an_augmentation_without_a_name_may_be_resumed_in_another_process(
    tmp_path: Path, make: Any
) -> None:
    first, second = make(), make()
    run(tmp_path, augment=first, max_steps=2)
    run(tmp_path, resume=True, augment=second)
    assert " at 0x" not in str(storage.load(tmp_path / "checkpoint" / "latest.safetensors")[1])


def test_numbers_of_numpy_can_be_saved(tmp_path: Path) -> None:
    run(tmp_path, batch_size=np.int64(10), seed=np.int32(5), evaluate_sample=np.int16(12),
        clip_norm=np.float32(1), checkpoint_every=np.uint8(2), epochs=np.int64(1))  # fmt: skip
    run(tmp_path, resume=True, epochs=1)


OTHER_IMAGES = corners(seed=9)
OTHER_CLASSES = data.Dataset(corners().images, corners().labels[::-1])


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"batch_size": 11}, r"batch_size was 10 and is now 11$"),
        ({"seed": 6}, r"seed was 5 and is now 6$"),
        ({"clip_norm": None}, r"clip_norm was 1.0 and is now None$"),
        ({"evaluate_sample": 13}, r"evaluate_sample was 12 and is now 13$"),
        ({"early_stopping": 2}, r"early_stopping was None and is now 2$"),
        ({"augment": data.augment.Shift(2)}, r"augment was .*Shift\(max_pixels=1.* now .*=2"),
        ({"augment": None}, r"augment was 'Shift.* and is now None$"),
        ({"schedule": optim.Cosine()}, r"schedule was 'OneCycle.* and is now 'Cosine"),
        ({"schedule": None}, r"schedule was 'OneCycle.* and is now None$"),
        ({"epochs": 4}, r"epochs was 3 and is now 4$"),
        ({"optimizer": "adamw"}, r"optimizer was .*'Adam'.* and is now .*'AdamW'"),
        ({"batch_size": 11, "seed": 6}, r"batch_size was 10 .* 11; seed was 5 .* 6$"),
        ({"train": OTHER_IMAGES}, r"the train images differ$"),
        ({"train": OTHER_CLASSES}, r"the train images differ$"),
        ({"train": corners()[:43]}, r"the train images differ$"),
        ({"validation": corners(20, seed=2)}, r"the validation images differ$"),
        ({"validation": None}, r"the validation images differ$"),
        ({"net": plain_net()}, r"another network: .*BatchNorm2d.*, .*ReLU.* here"),
        ({"net": rich_net(dtype=np.float64)}, r"another network: dtype float32"),
    ],
)
def test_another_run_is_refused_by_name_and_nothing_changes(
    tmp_path: Path, changed: dict[str, Any], words: str
) -> None:
    run(tmp_path, max_steps=7)
    before = contents(tmp_path)
    arguments = {
        "net": rich_net(seed=3),
        "train": corners(),
        "validation": corners(20, seed=1),
        **changed,
    }
    net, train, validation = (arguments.pop(name) for name in ("net", "train", "validation"))
    old = state(net)
    trainer = rich_trainer(net, **arguments)
    with pytest.raises(BadakError, match=words) as caught:
        trainer.fit(train, validation, tmp_path, resume=True)
    assert str(tmp_path) in str(caught.value)
    assert contents(tmp_path) == before
    same_state(net, old)
    assert (trainer.optimizer.steps, trainer.optimizer.state) == (0, {})
    run(tmp_path, resume=True)  # the run itself is unharmed


def test_other_initial_parameters_do_not_matter(tmp_path: Path) -> None:
    """The checkpoint holds them, and the state of dropout's generator."""
    run(tmp_path / "whole")
    run(tmp_path / "stopped", max_steps=7)
    trainer = rich_trainer(rich_net(seed=9))
    trainer.fit(corners(), corners(20, seed=1), tmp_path / "stopped", resume=True)
    same_files(tmp_path / "whole", tmp_path / "stopped")


def test_resume_needs_a_directory() -> None:
    with pytest.raises(BadakError, match=r"^resume=True .*run_dir"):
        rich_trainer(rich_net()).fit(corners(), corners(20), resume=True)


def test_another_lambda_is_another_schedule(tmp_path: Path) -> None:
    """Both have the same name, but they do different things."""
    options: dict[str, Any] = {"epochs": 2, "batch_size": 10, "progress": False}
    first = Trainer(plain_net(), schedule=lambda passed, epochs: 1.0, max_steps=3, **options)
    first.fit(corners(), run_dir=tmp_path)
    second = Trainer(plain_net(), schedule=lambda passed, epochs: 0.5, **options)
    with pytest.raises(BadakError, match="schedule_values was"):
        second.fit(corners(), run_dir=tmp_path, resume=True)


def test_a_schedule_of_numpys_numbers_writes_plain_ones(tmp_path: Path) -> None:
    trainer = Trainer(
        plain_net(),
        epochs=1,
        batch_size=10,
        schedule=lambda p, e: np.float64(1 / 3),
        progress=False,
    )
    trainer.fit(corners(), run_dir=tmp_path)
    assert "np." not in (tmp_path / "steps.csv").read_text()
