"""TensorBoard's files hold the numbers of the history, also for a resumed run."""

import struct
import sys

import pytest
from tensorboardX.proto import event_pb2

from badak import Trainer, data, models
from badak.formats.tensorboard import TensorBoard


def events(folder):
    """Every event of the folder's files, the older file first."""
    for path in sorted(folder.glob("events.out.tfevents.*")):
        content = path.read_bytes()
        while content:  # length, its checksum, the event, its checksum
            (length,) = struct.unpack("<Q", content[:8])
            yield event_pb2.Event.FromString(content[12 : 12 + length])
            content = content[16 + length :]


def scalars(folder):
    found = {}
    for event in events(folder):
        for value in event.summary.value:
            found.setdefault(value.tag, {})[event.step] = value.simple_value
    return found


def trainer(folder, **more):
    net = models.LeNet5()
    return Trainer(
        net, epochs=2, batch_size=50, progress=False, callbacks=[TensorBoard(folder)], **more
    )


def test_the_files_hold_the_history(tmp_path):
    train, test = data.load("digits")
    history = trainer(tmp_path / "events").fit(train[:200], validation=test[:50])
    found = scalars(tmp_path / "events")
    assert set(found) == {
        "step/loss", "step/accuracy", "step/lr", "epoch/train_loss", "epoch/train_accuracy",
        "epoch/validation_loss", "epoch/validation_accuracy",
    }  # fmt: skip
    for name in ("loss", "accuracy", "lr"):
        expected = {record.step: getattr(record, name) for record in history.steps}
        assert found[f"step/{name}"] == pytest.approx(expected, rel=1e-6)
    expected = {record.step: record.validation_loss for record in history.epochs}
    assert found["epoch/validation_loss"] == pytest.approx(expected, rel=1e-6)


def test_without_validation_there_is_none(tmp_path):
    train, _ = data.load("digits")
    trainer(tmp_path / "events").fit(train[:100])
    assert not any("validation" in name for name in scalars(tmp_path / "events"))


def test_a_resumed_run_goes_on(tmp_path):
    train, _ = data.load("digits")
    for steps in (3, None):
        run = trainer(tmp_path / "events", max_steps=steps)
        history = run.fit(train[:200], run_dir=tmp_path / "run", resume=steps is None)
    assert list(scalars(tmp_path / "events")["step/loss"]) == [r.step for r in history.steps]
    starts = [one.step for one in events(tmp_path / "events") if one.session_log.status == 1]
    assert starts == [4]  # TensorBoard drops what an older file has from this step on


def test_the_missing_package_is_named(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "tensorboardX", None)
    with pytest.raises(ImportError, match=r"pip install 'badak\[tensorboard\]'"):
        TensorBoard(tmp_path)
