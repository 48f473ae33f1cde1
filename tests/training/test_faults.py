"""Faults in the middle of training: numbers that are not finite, and no memory left."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from badak import data, ops, optim, storage
from badak.errors import BadakError
from badak.layers import BatchNorm2d, Conv2d, Flatten, Linear
from badak.network import Network
from badak.network.plan import Plan
from badak.training import Callback, Trainer
from training.tasks import contents, corners, plain_net, rich_net, rich_trainer, same_state, state


class Spoils(Callback):
    """Writes a value into a parameter after a step, and records the network's state."""

    def __init__(self, step: int, name: str, value: float) -> None:
        self.step, self.name, self.value = step, name, value
        self.before: dict[str, np.ndarray] = {}

    def on_step(self, trainer: Trainer, record: Any) -> None:
        if record.step == self.step:
            trainer.net.parameters()[self.name].flat[0] = self.value
        self.before = state(trainer.net)


@pytest.mark.parametrize("name", ["conv1", "norm1", "linear1"])
@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_a_loss_that_is_not_finite_stops_with_step_epoch_and_layer(
    tmp_path: Path, name: str, value: float
) -> None:
    spoils = Spoils(8, f"{name}.weight", value)
    trainer = rich_trainer(rich_net(), checkpoint_every=1, callbacks=[spoils])
    with pytest.raises(
        BadakError,
        match=rf"^step 9 \(epoch 2\): the loss became (nan|inf), first seen in layer '{name}'; "
        r"use a lower learning rate than 0\.01, such as 0\.001$",
    ):
        trainer.fit(corners(), run_dir=tmp_path)
    same_state(trainer.net, spoils.before)
    assert trainer.optimizer.steps == 8
    assert storage.load(tmp_path / "checkpoint" / "latest.safetensors")[1]["position"]["step"] == 8


@pytest.mark.parametrize("fuse", [True, False])
@pytest.mark.parametrize("edition", list(ops.edition.EDITIONS))
def test_running_statistics_beyond_float32_stop_the_step(edition: str, fuse: bool) -> None:
    """Normalised by such a batch the loss is finite, but the running variance is not."""
    images = np.random.default_rng(2).normal(0, 1, (6, 2, 5, 7)).astype(np.float32)
    images[:, 1] *= np.float32(2e20)
    labels = np.arange(6) % 3
    net = Network([BatchNorm2d(), Flatten(), Linear(3)], (2, 5, 7), fuse=fuse)
    before = state(net)
    with ops.use(edition), np.errstate(over="ignore", invalid="ignore"):
        trainer = Trainer(net, batch_size=6, progress=False)
        for run in (trainer.step, net.forward_backward):
            with pytest.raises(BadakError, match=r"norm1\.running_var is not finite .*float32"):
                run(images, labels)
            same_state(net, before)
        assert trainer.optimizer.steps == 0
        images[:, 1] /= np.float32(2e20)
        assert np.isfinite(trainer.step(images, labels))


def test_running_statistics_beyond_float32_are_not_saved(tmp_path: Path) -> None:
    """The checkpoint of the earlier steps stays."""
    images = np.random.default_rng(2).normal(0, 1, (12, 1, 4, 4)).astype(np.float32)
    train = data.Dataset(images, np.arange(12) % 2)
    net = Network([BatchNorm2d(), Flatten(), Linear(2)], (1, 4, 4))

    scales = iter([1, 1, 1e25])

    def grows(batch: np.ndarray, generator: np.random.Generator) -> np.ndarray:
        return batch * np.float32(next(scales))

    trainer = Trainer(net, batch_size=4, checkpoint_every=1, augment=grows, progress=False)
    with pytest.raises(BadakError, match=r"^step 3 \(epoch 1\): norm1\.running_var"):
        trainer.fit(train, run_dir=tmp_path)
    arrays, metadata = storage.load(tmp_path / "checkpoint" / "latest.safetensors")
    assert metadata["position"]["step"] == 2
    assert all(np.isfinite(array).all() for name, array in arrays.items() if "history" not in name)


def test_a_learning_rate_far_too_high_ends_in_words_and_finite_files(tmp_path: Path) -> None:
    trainer = Trainer(plain_net(), optim.SGD(lr=1e30), batch_size=10, checkpoint_every=1,
                      progress=False)  # fmt: skip
    with pytest.raises(BadakError, match=r"^step \d+ \(epoch 1\): the .* is not finite|became"):
        trainer.fit(corners(), run_dir=tmp_path)
    assert all(np.isfinite(array).all() for array in trainer.net.state().values())
    arrays, _ = storage.load(tmp_path / "checkpoint" / "latest.safetensors")
    assert all(np.isfinite(a).all() for name, a in arrays.items() if name.startswith("model."))


@pytest.mark.parametrize("layer", [Conv2d, Flatten, Linear])
@pytest.mark.parametrize("way", ["forward", "backward"])
@pytest.mark.parametrize("fault", [MemoryError, KeyboardInterrupt])
def test_out_of_memory_amid_a_step_leaves_all_as_it_was(
    monkeypatch: pytest.MonkeyPatch, layer: Any, way: str, fault: type[BaseException]
) -> None:
    net, train = rich_net(), corners()
    net.fuse = False  # a plan calls the layers once and then replays the kernels
    trainer = rich_trainer(net)
    trainer.step(train.images, train.labels)
    before, optimizer = state(net), {k: v.copy() for k, v in trainer.optimizer.state.items()}

    def fails(*_: Any, **__: Any) -> Any:
        raise fault

    with monkeypatch.context() as patch:
        patch.setattr(layer, way, fails)
        with pytest.raises(fault):
            trainer.step(train.images, train.labels)
    same_state(net, before)
    assert trainer.optimizer.steps == 1
    for name, array in trainer.optimizer.state.items():
        np.testing.assert_array_equal(array, optimizer[name])
    assert np.isfinite(trainer.step(train.images, train.labels))


def test_a_fault_amid_a_planned_step_leaves_all_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("badak._core")
    net, train = rich_net(), corners()
    trainer = rich_trainer(net)
    trainer.step(train.images, train.labels)
    before = state(net)
    with monkeypatch.context() as patch:
        patch.setattr(Plan, "backward", lambda self, ready: self.no_such_array)
        with pytest.raises(AttributeError):
            trainer.step(train.images, train.labels)
    same_state(net, before)
    trainer.step(train.images, train.labels)  # and the network is still usable


def test_out_of_memory_amid_the_update_leaves_all_as_it_was(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """There is no memory for the last parameter; none of the others has changed.

    With the Python rules; the native core allocates no arrays during a step.
    """
    net = rich_net()
    last = list(net.parameters())[-1]
    trainer = rich_trainer(net, max_steps=7)
    monkeypatch.setattr(ops.edition, "_active", "reference")
    trainer.fit(corners(), run_dir=tmp_path)
    before, files = state(net), contents(tmp_path)
    rule = optim.Adam._rule

    def fails(self: Any, parameter: Any, *arguments: Any) -> Any:
        if parameter is net.parameters()[last]:
            raise MemoryError
        return rule(self, parameter, *arguments)

    trainer.max_steps = None
    with monkeypatch.context() as patch:
        patch.setattr(optim.Adam, "_rule", fails)
        with pytest.raises(MemoryError):
            trainer.fit(corners(), run_dir=tmp_path, resume=True)
    same_state(net, before)
    assert contents(tmp_path) == files
    trainer.fit(corners(), run_dir=tmp_path, resume=True)
    assert len(trainer.history.steps) == 15
