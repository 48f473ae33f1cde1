"""Checkpoints that are damaged, forged or other files, and a full disk."""

import pickle
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from badak import optim, storage
from badak.errors import BadakError, FormatError
from badak.training import checkpoint
from badak.training.run import RunDirectory
from training.tasks import ENVIRONMENT, contents, corners, rich_net, rich_trainer, same_state, state

CHECKPOINT = "checkpoint/latest.safetensors"


@pytest.fixture(scope="module")
def stopped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run that stopped after 7 of 15 steps; tests change copies of it."""
    folder = tmp_path_factory.mktemp("run")
    trainer = rich_trainer(rich_net(), max_steps=7)
    trainer.fit(corners(), corners(20, seed=1), folder)
    return folder


@pytest.fixture
def run(stopped: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(stopped, tmp_path / "run"))


def refused(run: Path, words: str, kind: type[BadakError] = FormatError) -> None:
    """Assert that a resume raises with these words and the file's name, and changes nothing."""
    before, net = contents(run), rich_net(seed=3)
    old, trainer = state(net), rich_trainer(net)
    draws = net.generators()["dropout1"].bit_generator.state
    with pytest.raises(kind, match=words) as caught:
        trainer.fit(corners(), corners(20, seed=1), run, resume=True)
    assert CHECKPOINT in str(caught.value)
    assert contents(run) == before
    same_state(net, old)
    assert net.generators()["dropout1"].bit_generator.state == draws
    assert (trainer.optimizer.steps, trainer.optimizer.state) == (0, {})
    trainer.step(corners().images, corners().labels)  # the network can still train


def forge(run: Path, change: Callable[[dict[str, Any], dict[str, Any]], Any]) -> None:
    """Change the content and write it with a correct checksum."""
    arrays, metadata = storage.load(run / CHECKPOINT)
    change(arrays, metadata)
    storage.save(run / CHECKPOINT, arrays, metadata)


@pytest.mark.parametrize("left", [0, 5, 8, 100, -1, -1000])
def test_cut_short(run: Path, left: int) -> None:
    content = (run / CHECKPOINT).read_bytes()
    (run / CHECKPOINT).write_bytes(content[:left])
    refused(run, "is not a usable badak file")


def test_longer_than_written(run: Path) -> None:
    with (run / CHECKPOINT).open("ab") as file:
        file.write(b"\0")
    refused(run, "is not a usable badak file: its tensors take .* bytes and .* follow the header")


@pytest.mark.parametrize("seed", range(12))
def test_one_bit_flipped_anywhere(run: Path, seed: int) -> None:
    content = bytearray((run / CHECKPOINT).read_bytes())
    place = int(np.random.default_rng(seed).integers(len(content)))
    content[place] ^= 1 << seed % 8
    (run / CHECKPOINT).write_bytes(content)
    refused(run, "is not a usable badak file")


def test_one_bit_flipped_in_the_numbers(run: Path) -> None:
    content = bytearray((run / CHECKPOINT).read_bytes())
    content[-9] ^= 1
    (run / CHECKPOINT).write_bytes(content)
    refused(run, "its checksum does not match: the file was damaged or edited")


def test_a_newer_version(run: Path) -> None:
    forge(run, lambda _, metadata: metadata.update(version=2))
    refused(run, r"is not a checkpoint of this version of badak: expected .*; got .* version 2$")


def test_another_format(run: Path) -> None:
    forge(run, lambda _, metadata: metadata.update(format="other checkpoint"))
    refused(run, "got format 'other checkpoint', version 1")


def test_a_model_file(run: Path) -> None:
    shutil.copy(run / "model.safetensors", run / CHECKPOINT)
    refused(run, "is not a checkpoint of this version of badak: .* got format 'badak network'")


class Bomb:
    """Makes a file when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> Any:
        return Path.touch, (self.path,)


@pytest.mark.parametrize("protocol", [2, 4, 5])
def test_a_pickle_is_never_opened(run: Path, tmp_path: Path, protocol: int) -> None:
    sign = tmp_path / "opened"
    (run / CHECKPOINT).write_bytes(pickle.dumps(Bomb(sign), protocol))
    refused(run, "it is a pickle or zip archive, which holds no badak network")
    assert not sign.exists()


def test_an_empty_directory_in_its_place(run: Path) -> None:
    (run / CHECKPOINT).unlink()
    (run / CHECKPOINT).mkdir()
    refused(run, "cannot be read: it is a folder, not a file")


def _without(name: str) -> Callable[[dict[str, Any], dict[str, Any]], Any]:
    return lambda _, metadata: metadata.pop(name)


@pytest.mark.parametrize(
    "name", ["architecture", "settings", "position", "optimizer_steps", "generators"]
)
@pytest.mark.parametrize("value", ["missing", None, 3, "text", [1], {}])
def test_metadata_that_is_missing_or_of_another_kind(run: Path, name: str, value: Any) -> None:
    def change(_: dict[str, Any], metadata: dict[str, Any]) -> None:
        metadata[name] = value
        if value == "missing":
            del metadata[name]

    if (name, value) == ("optimizer_steps", 3):
        return  # a number of steps as plausible as the right one
    forge(run, change)
    refused(run, ".", BadakError)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda a, m: m["position"].update(step=-1), r"step=-1\), .*step=7\)"),
        (lambda a, m: m["position"].update(batch=2.5), r"batch=2\.5, .*batch=2,"),
        (lambda a, m: m["position"].update(epoch="1"), "epoch='1', .*epoch=1,"),
        (
            lambda a, m: m["position"].update(batch=6),
            r"stands at .*batch=6, step=7\), but its history ends at .*batch=2, step=7\)",
        ),
        (lambda a, m: m["position"].update(batch=10**30), r"batch=10+, .*batch=2,"),
        (
            lambda a, m: m["position"].update(step=6),
            r"step=6\), but its history ends at .*step=7\)",
        ),
        (
            lambda a, m: m["position"].update(epoch=2),
            r"epoch=2, .*, but its history ends at Position\(epoch=1",
        ),
        (lambda a, m: m["position"].update(more=2), "not a usable checkpoint"),
        (lambda a, m: m.update(optimizer_steps=-1), "optimizer_steps.*got -1"),
        (lambda a, m: m.update(optimizer_steps=0), "optimizer's state does not fit the network"),
        (lambda a, m: m["generators"].clear(), "not a usable checkpoint: KeyError.'dropout1'"),
        (
            lambda a, m: m["generators"]["dropout1"].update(bit_generator="MT19937"),
            "generator 'dropout1'",
        ),
        (lambda a, m: m["generators"]["dropout1"]["state"].pop("inc"), "not a usable checkpoint"),
        (
            lambda a, m: m["generators"]["dropout1"]["state"].update(inc=-1),
            "not a usable checkpoint|cannot be used",
        ),
        (lambda a, m: m["architecture"].pop("layers"), "not a usable checkpoint: KeyError"),
    ],
)
def test_metadata_that_cannot_be_right(run: Path, change: Any, words: str) -> None:
    forge(run, change)
    refused(run, words, BadakError)


def _cast(name: str, dtype: Any) -> Callable[[dict[str, Any], dict[str, Any]], Any]:
    return lambda arrays, _: arrays.update({name: arrays[name].astype(dtype)})


def _set(name: str, place: tuple[int, ...], value: float) -> Any:
    return lambda arrays, _: arrays[name].__setitem__(place, value)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda a, m: a.pop("model.conv1.weight"), "conv1.weight is missing"),
        (lambda a, m: a.pop("model.norm1.running_var"), "norm1.running_var is missing"),
        (lambda a, m: a.update({"model.x": np.ones(1)}), "x is unknown"),
        (lambda a, m: a.update({"model.conv1.bias": np.ones(9, "f4")}), r"conv1.bias is \(9,\)"),
        (_set("model.conv1.bias", (1,), np.nan), "conv1.bias holds NaN or infinity"),
        (_set("model.norm1.running_var", (0,), np.inf), "norm1.running_var holds NaN or infinity"),
        (_cast("model.conv1.bias", "f8"), "conv1.bias is float64, expected float32"),
        (lambda a, m: a.pop("optimizer.conv1.bias.mean"), "state does not fit.*conv1.bias.mean"),
        (lambda a, m: a.update({"optimizer.x.mean": np.ones(1)}), "state does not fit.*: x.mean"),
        (lambda a, m: a.update({"optimizer.conv1.bias.mean": np.ones(9, "f4")}), "bias.mean"),
        (_cast("optimizer.conv1.bias.mean", "f8"), "state does not fit.*conv1.bias.mean"),
        (lambda a, m: a.pop("history.steps"), "history's steps.* 6 columns"),
        (lambda a, m: a.update({"history.epochs": np.ones(3)}), "history's epochs.* 6 columns"),
        (_set("history.steps", (0, 0), np.nan), "history's steps.* integers"),
        (_set("history.steps", (1, 2), 0.5), "history's steps.* integers"),
        (_set("history.epochs", (0, 1), np.inf), "history's epochs.* integers"),
    ],
)
def test_arrays_that_do_not_fit(run: Path, change: Any, words: str) -> None:
    forge(run, change)
    refused(run, words, BadakError)


def test_the_history_alone_can_be_read(run: Path) -> None:
    history = checkpoint.read_history(RunDirectory(run).checkpoint)
    assert history.steps_csv().encode() == (run / "steps.csv").read_bytes()
    forge(run, lambda arrays, _: arrays.pop("history.steps"))
    with pytest.raises(FormatError, match=r"latest.safetensors: .*history's steps.* columns"):
        checkpoint.read_history(RunDirectory(run).checkpoint)


def test_what_the_history_does_not_hold_cannot_be_forged_into_a_resume(run: Path) -> None:
    """An unknown array does no harm, but a resume must not keep it."""
    forge(run, lambda arrays, _: arrays.update({"other.x": np.ones(1)}))
    rich_trainer(rich_net()).fit(corners(), corners(20, seed=1), run, resume=True)
    assert "other.x" not in storage.load(run / CHECKPOINT)[0]


FULL_DISK = """
import resource, signal, sys
from training.tasks import corners, rich_net, rich_trainer
from badak.errors import BadakError
from badak.training import Callback

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # as on a full disk, the write itself fails

class Fills(Callback):
    def on_step(self, trainer, record):
        if record.step == 8:
            resource.setrlimit(resource.RLIMIT_FSIZE, (2000, resource.RLIM_INFINITY))

trainer = rich_trainer(rich_net(), checkpoint_every=1, callbacks=[Fills()])
try:
    trainer.fit(corners(), corners(20, seed=1), sys.argv[1])
except BadakError as fault:
    print(fault)
"""


def test_a_full_disk_is_said_and_the_old_checkpoint_loads(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", FULL_DISK, str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
        env=ENVIRONMENT,
    )
    assert done.stderr == ""
    assert done.stdout.startswith(f"cannot write {tmp_path}")
    assert done.stdout.endswith("File too large\n")
    assert storage.load(tmp_path / CHECKPOINT)[1]["position"]["step"] == 7
    assert not [path for path in tmp_path.rglob("*") if path.name.endswith(storage.TEMPORARY)]
    whole = tmp_path / "whole"
    rich_trainer(rich_net()).fit(corners(), corners(20, seed=1), whole)
    wanted = contents(whole)
    shutil.rmtree(whole)
    resumed = rich_trainer(rich_net(), optimizer="adam")
    resumed.fit(corners(), corners(20, seed=1), tmp_path, resume=True)
    assert contents(tmp_path) == wanted
    assert isinstance(resumed.optimizer, optim.Adam)
