"""The average of the weights: PyTorch's formula, what is measured and saved, and a resume."""

import copy
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

import badak
from badak import ops, optim, storage
from badak.errors import FormatError
from badak.network import Network
from badak.training import Callback, RunDirectory, Trainer
from training.tasks import contents, corners, rich_net, rich_trainer, same_state, state

pytestmark = pytest.mark.filterwarnings("ignore:the training loss went")

DECAY = 0.8  # the warm-up ends within the test: n / (n + 9) exceeds it after 36 updates


class Follows(Callback):
    """PyTorch's averages of the same weights, by its own formula with our decays."""

    def __init__(self) -> None:
        self.averaged: Any = None

    def on_step(self, trainer: Trainer, record: Any) -> None:
        module = torch.nn.Module()
        for name, array in trainer.net.state().items():
            module.register_buffer(name.replace(".", "_"), torch.tensor(array))
        if self.averaged is None:
            self.averaged = torch.optim.swa_utils.AveragedModel(
                module, multi_avg_fn=self.average, use_buffers=True
            )
        self.averaged.update_parameters(module)

    @staticmethod
    def average(averages: Any, current: Any, count: Any) -> None:
        decay = min(DECAY, float(count) / (float(count) + 9))
        torch.optim.swa_utils.get_ema_multi_avg_fn(decay)(averages, current, count)


def test_the_average_is_pytorchs() -> None:
    follows = Follows()
    trainer = rich_trainer(rich_net(), epochs=9, ema=DECAY, max_steps=44, callbacks=[follows])
    trainer.fit(corners())
    ours = trainer.judged.state()
    for name, theirs in follows.averaged.module.named_buffers():
        np.testing.assert_allclose(
            ours[name.replace("_", ".", 1)], theirs.numpy(), rtol=1e-5, atol=1e-6
        )
    assert trainer.judged is not trainer.net
    assert not np.allclose(
        ours["linear1.weight"], trainer.net.parameters()["linear1.weight"], atol=1e-4
    )


def test_the_average_is_measured_saved_and_at_the_end_the_network(tmp_path: Path) -> None:
    seen = []

    class Looks(Callback):
        def on_epoch_end(self, trainer: Trainer, record: Any) -> None:
            copied, part = copy.deepcopy(trainer.judged), trainer.measured[-1]
            with ops.use("reference"):
                assert copied.evaluate(part).accuracy == record.validation_accuracy
            np.testing.assert_allclose(copied.evaluate(part).loss, record.validation_loss)
            seen.append(state(trainer.judged))

    validation = corners(20, seed=1)
    trainer = rich_trainer(rich_net(), ema=DECAY, callbacks=[Looks()])
    trainer.fit(corners(), validation, tmp_path)
    run = RunDirectory(tmp_path)
    same_state(badak.load(run.model), seen[-1])
    same_state(trainer.net, seen[-1])
    best = badak.load(run.best)
    assert any(all((a == b[n]).all() for n, a in best.state().items()) for b in seen)
    assert all((seen[0][name] != seen[-1][name]).any() for name in seen[0])


def test_without_ema_the_network_itself_is_measured() -> None:
    trainer = rich_trainer(rich_net())
    assert trainer.judged is trainer.net


def test_a_run_that_is_not_complete_goes_on_from_the_live_weights(tmp_path: Path) -> None:
    trainer = rich_trainer(rich_net(), ema=0.99, max_steps=7)
    trainer.fit(corners(), run_dir=tmp_path)
    arrays, _ = storage.load(RunDirectory(tmp_path).checkpoint)
    same_state(trainer.net, {n[6:]: a for n, a in arrays.items() if n.startswith("model.")})
    averages = {n[8:]: a for n, a in arrays.items() if n.startswith("average.")}
    same_state(badak.load(RunDirectory(tmp_path).model), averages)


OPTIONS: list[dict[str, Any]] = [
    {"ema": 0.9},
    {"class_weight": "balanced"},
    {"class_weight": {"corner 1": 2.0, 0: 0.5}},
    {"class_weight": [1, 2, 3]},
    {"balance": True},
    {"ema": 0.9, "balance": True, "class_weight": [1, 2, 3], "early_stopping": 2},
]


@pytest.mark.parametrize("options", OPTIONS)
@pytest.mark.parametrize("stop", [1, 5, 7, 14])
def test_each_option_resumes_to_the_same_bits(
    tmp_path: Path, options: dict[str, Any], stop: int
) -> None:
    train, validation = corners(), corners(20, seed=1)
    folders = tmp_path / "whole", tmp_path / "stopped"
    whole = rich_trainer(rich_net(), **options)
    whole.fit(train, validation, folders[0])
    rich_trainer(rich_net(), max_steps=stop, **options).fit(train, validation, folders[1])
    resumed = rich_trainer(rich_net(seed=7), **options)
    resumed.fit(train, validation, folders[1], resume=True)
    same_state(resumed.net, state(whole.net))
    assert contents(folders[0]) == contents(folders[1])


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"ema": 0.8}, r"ema was 0\.9 and is now 0\.8$"),
        ({"ema": None}, r"ema was 0\.9 and is now None$"),
        ({"balance": True}, r"balance was None and is now True$"),
        ({"class_weight": "balanced"}, r"class_weight was None and is now 'balanced'$"),
        ({"class_weight": {0: 2}}, r"class_weight was None and is now \[\[0, 2\.0\]\]$"),
    ],
)
def test_a_resume_with_another_option_is_refused(
    tmp_path: Path, options: dict[str, Any], words: str
) -> None:
    rich_trainer(rich_net(), max_steps=3, ema=0.9).fit(corners(), run_dir=tmp_path)
    other = rich_trainer(rich_net(), **({"ema": 0.9} | options))
    with pytest.raises(badak.BadakError, match=words):
        other.fit(corners(), run_dir=tmp_path, resume=True)


@pytest.mark.parametrize("missing", [True, False])
def test_averages_that_do_not_fit_are_refused(tmp_path: Path, missing: bool) -> None:
    rich_trainer(rich_net(), max_steps=3, ema=0.9).fit(corners(), run_dir=tmp_path)
    checkpoint = RunDirectory(tmp_path).checkpoint
    arrays, metadata = storage.load(checkpoint)
    names = [name for name in arrays if name.startswith("average.")]
    for name in names if missing else names[:1]:
        del arrays[name]
    storage.save(checkpoint, arrays, metadata)
    words = "it holds no averaged weights" if missing else "the averaged weights do not fit"
    with pytest.raises(FormatError, match=words):
        rich_trainer(rich_net(), ema=0.9).fit(corners(), run_dir=tmp_path, resume=True)


def test_the_average_of_a_noisy_training_is_better() -> None:
    """With a rate so high that the weights jump about the minimum."""
    train, unseen = corners(60), corners(60, seed=1)

    def loss(**options: Any) -> float:
        net = Network(rich_net().layers, (1, 6, 6), seed=0)
        how = {"epochs": 12, "batch_size": 6, "progress": False, "seed": 1}
        Trainer(net, optim.SGD(0.8), **how, **options).fit(train)
        return net.evaluate(unseen).loss

    assert loss(ema=0.95) < loss()
