"""Live: what it tells of a training, the commands it obeys, and that no bit depends on it."""

import base64
import json
import os
import threading
from typing import Any

import numpy as np
import pytest

from badak import Network
from badak.data import Dataset
from badak.layers import BatchNorm2d, Conv2d, Dropout, Flatten, Linear, ReLU
from badak.page.frames import read_frames
from badak.page.packet import unpack
from badak.training import Interrupted, Snapshots, Trainer, live, measures
from badak.training.live import Live
from badak.training.look import histogram, look, thinned
from training.tasks import contents, corners, plain_net, rich_net, rich_trainer

ENDED = "a training that ended"


class Page:
    """The other end of a training's pipes; `answers` are sent after packets of a kind or state."""

    def __init__(self, *first: dict[str, Any], answers: Any = lambda facts: None) -> None:
        (out, self._write), (self._commands, self._send) = os.pipe(), os.pipe()
        self.live, self.packets = Live(self._write, self._commands), list[tuple[Any, Any]]()
        self._out, self._answers = os.fdopen(out, "rb"), answers
        self._reader = threading.Thread(target=self._read)
        self._reader.start()
        for command in first:
            self.send(command)

    def send(self, command: Any) -> None:
        os.write(self._send, json.dumps(command).encode() + b"\n")

    def leave(self) -> None:
        os.close(self._send)

    def _read(self) -> None:
        for packet in read_frames(self._out):
            facts, arrays = unpack(packet)
            self.packets.append((facts, arrays))
            answer = self._answers(facts)
            if answer == ENDED:
                self.leave()
            elif answer:
                self.send(answer)

    def heard(self, kind: str) -> list[tuple[Any, Any]]:
        """All packets of a kind, once the training has ended."""
        if self._reader.is_alive():
            os.close(self._write)
            self._reader.join(10)
            self._out.close()
        return [packet for packet in self.packets if packet[0]["kind"] == kind]


def states(page: Page) -> list[tuple[str, int]]:
    return [(facts["state"], facts["step"]) for facts, _ in page.heard("state")]


def trained(page: Page | None, run: Any = None, **more: Any) -> Trainer:
    callbacks = [page.live] if page else []
    trainer = rich_trainer(rich_net(), callbacks=callbacks, **more)
    trainer.fit(corners(), corners(20, seed=1), run, resume=more.pop("resume", False))
    return trainer


@pytest.fixture
def _at_every_step(monkeypatch):
    monkeypatch.setattr(live, "LOOK_EVERY", 0.0)
    monkeypatch.setattr(live, "LOOK_SHARE", 1e9)
    monkeypatch.setattr(live, "STEPS_EVERY", 0.0)


@pytest.mark.usefixtures("_at_every_step")
def test_no_bit_depends_on_who_watches(tmp_path):
    trained(None, tmp_path / "alone")
    page = Page({"do": "pause"}, {"watch": ""}, answers=_steps_then(5, {"do": "resume"}))
    trained(page, tmp_path / "watched")
    assert contents(tmp_path / "alone") == contents(tmp_path / "watched")
    assert {facts["step"] for facts, _ in page.heard("look")} >= {*range(6), 10, 15}


def _steps_then(count: int, last: Any) -> Any:
    """One step after each pause, and after so many something else."""

    def answer(facts: Any) -> Any:
        if facts.get("state") != "paused":
            return None
        return {"do": "step"} if facts["step"] < count else last

    return answer


@pytest.mark.usefixtures("_at_every_step")
def test_the_story_is_the_history():
    page = Page()
    trainer = trained(page)
    (begin, _), *_ = page.heard("begin")
    assert (begin["epochs"], begin["batch_count"], begin["step"]) == (3, 5, 0)
    assert begin["input"] == [1, 6, 6]
    assert begin["classes"] == ["corner 0", "corner 1", "corner 2"]
    steps = page.heard("steps")
    for name in ("step", "epoch", "loss", "accuracy", "lr"):
        told = np.concatenate([arrays[name] for _, arrays in steps])
        kept = [getattr(record, name) for record in trainer.history.steps]
        np.testing.assert_array_equal(told, np.array(kept, told.dtype))
    epochs = [{**facts} for facts, _ in page.heard("epoch")]
    assert epochs == [{"kind": "epoch", **record._asdict()} for record in trainer.history.epochs]
    assert states(page) == [("finishing", 15)]


def test_steps_of_a_tenth_of_a_second_come_together():
    page = Page()
    trained(page)
    assert len(page.heard("steps")) < 15
    assert sum(len(arrays["step"]) for _, arrays in page.heard("steps")) == 15


def test_one_step_at_a_time_then_stop(tmp_path):
    """A pause before the first step, three single steps, and a stop while it waits."""
    page = Page({"do": "pause"}, answers=_steps_then(3, {"do": "stop"}))
    with pytest.raises(Interrupted, match="stopped by SIGTERM"):
        trained(page, tmp_path / "run")
    assert states(page) == [*(("paused", step) for step in range(4)), ("stopping", 3)]
    _goes_on(tmp_path)


def test_if_the_page_has_gone_the_training_stops_with_a_checkpoint(tmp_path):
    page = Page({"do": "pause"}, answers=_steps_then(2, ENDED))
    with pytest.raises(Interrupted, match="stopped by SIGHUP"):
        trained(page, tmp_path / "run")
    assert states(page)[-1] == ("stopping", 2)
    _goes_on(tmp_path)


def _goes_on(folder: Any) -> None:
    """The run resumes to the bits of one that nobody stopped, and a page hears of the steps."""
    trained(None, folder / "whole")
    page = Page()
    trainer = rich_trainer(rich_net(), callbacks=[page.live])
    trainer.fit(corners(), corners(20, seed=1), folder / "run", resume=True)
    assert contents(folder / "run") == contents(folder / "whole")
    (begin, arrays), *_ = page.heard("begin")
    assert begin["step"] == len(arrays["step"]) > 0
    losses = [record.loss for record in trainer.history.steps[: begin["step"]]]
    np.testing.assert_array_equal(arrays["loss"], np.array(losses, np.float32))


def test_a_signal_ends_a_pause(tmp_path):
    page = Page({"do": "pause"})
    trainer = rich_trainer(rich_net(), callbacks=[page.live])
    page._answers = lambda facts: trainer.stop() if facts.get("state") == "paused" else None
    with pytest.raises(Interrupted):
        trainer.fit(corners(), corners(20, seed=1), tmp_path / "run")
    assert states(page)[0] == ("paused", 0)


def test_a_closed_pipe_of_packets_stops_nothing():
    page = Page()
    out, write = os.pipe()
    os.close(out)
    page.live._out = write
    assert len(trained(page).history.steps) == 15
    os.close(write)
    assert page.heard("begin") == []


def test_what_is_no_command_is_passed_over():
    page = Page()
    for line in (b"", b"no json", b"[1]", b'{"do": ["stop"]}', b'{"do": "explode"}', b"\xff" * 9):
        os.write(page._send, line + b"\n")
    assert len(trained(page).history.steps) == 15
    page.heard("state")


@pytest.mark.usefixtures("_at_every_step")
def test_the_watched_image_is_looked_at_and_a_wrong_one_is_not():
    image = np.arange(36, dtype=np.float32).reshape(1, 6, 6) / 36
    text = base64.b64encode(image.tobytes()).decode()
    for watch in (text, text[:8], "?"):
        page = Page({"do": "pause"}, {"watch": watch}, answers=_steps_then(1, {"do": "resume"}))
        first = trained(page).measured[-1].images[0]
        seen = page.heard("look")[-1][1]["image"]
        np.testing.assert_array_equal(seen, image if watch == text else first)


@pytest.mark.usefixtures("_at_every_step")
def test_nobody_looks_no_more():
    page = Page({"do": "pause"}, {"watch": ""}, {"watch": None}, {"do": "resume"})
    trained(page)
    assert page.heard("look") == []


@pytest.mark.usefixtures("_at_every_step")
def test_a_look_has_the_numbers_of_the_snapshot_of_its_step():
    page = Page({"do": "pause"}, {"watch": ""}, answers=_steps_then(2, {"do": "resume"}))
    trainer = trained(page, snapshots=1)
    assert isinstance(trainer.snapshots, Snapshots)
    arrays = trainer.snapshots.arrays()
    looks = page.heard("look")
    assert {facts["step"] for facts, _ in looks} >= set(range(1, 16))
    for facts, seen in looks[1:]:
        t = facts["step"]
        np.testing.assert_array_equal(seen["filters.conv1"], arrays["filters.conv1"][t])
        (relu,) = [layer for layer in facts["layers"] if layer["name"] == "relu1"]
        assert relu["dead"] == arrays["dead.relu1"][t]
        for parameter in facts["parameters"]:
            assert parameter["ratio"] == arrays[f"ratio.{parameter['name']}"][t]


def test_the_distributions_are_those_of_prediction_and_of_the_losss_gradient():
    layers = [Conv2d(4, 3), BatchNorm2d(), ReLU(), Flatten(), Dropout(0.5), Linear(3)]
    net, data = Network(layers, (1, 6, 6)), corners(30)
    facts, arrays = look(net, data.images[0], data, {})
    reach = {layer["name"]: layer for layer in facts["layers"]}
    conv, _ = net.layers["conv1"].forward(data.images, False)
    logits = net(data.images).astype(np.float64)
    odds = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    grad_logits = (odds - np.eye(3)[data.labels]) / len(data)
    grad_flat = grad_logits @ net.parameters()["linear1.weight"]  # (N, K) (K, D)
    for name, kind, values in (
        ("conv1", "activations", conv),
        ("linear1", "gradients", grad_logits),
        ("flatten1", "gradients", grad_flat),
    ):
        edge = reach[name][kind]
        counts, _ = np.histogram(values.clip(-edge, edge), 40, (-edge, edge))
        assert np.abs(arrays[f"{kind}.{name}"] - counts).sum() <= 2  # rounding at a bin's edge
        assert counts.sum() == values.size
    assert facts["predicted"] == net.predict(data.images[:1])[0]
    np.testing.assert_allclose(arrays["maps.conv1"], conv[0, : measures.MAPS], rtol=1e-6)
    np.testing.assert_allclose(arrays["probabilities"], odds[0], rtol=1e-5)


def test_a_look_changes_nothing_and_works_on_a_frozen_network():
    net, data = rich_net(), corners(30)
    net.freeze("conv1")
    before = {name: array.copy() for name, array in net.state().items()}
    look(net, data.images[0], data, {})
    for name, array in net.state().items():
        np.testing.assert_array_equal(array, before[name])


@pytest.mark.parametrize("values", [np.zeros(9), np.array([np.nan, np.inf]), np.zeros(0)])
def test_a_histogram_of_nothing_reaches_to_one(values):
    reach, counts = histogram(values)
    assert reach == 1.0
    assert counts.sum() == np.isfinite(values).sum()


def test_a_histogram_counts_a_long_tail_in_its_outer_bins():
    values = np.array([*np.linspace(-1, 1, 1000), 1000.0, -1000.0])
    reach, counts = histogram(values)
    assert reach == 1.0
    assert (counts[0], counts[-1], counts.sum()) == (26, 26, 1002)
    reach, counts = histogram(np.array([0.0] * 1000 + [3.0]))
    assert (reach, counts[20], counts[32]) == (5.0, 1000, 1)


@pytest.mark.parametrize(("largest", "reach"), [(0.2, 0.2), (0.21, 0.5), (7, 10), (1e-9, 1e-9)])
def test_a_histograms_reach_is_a_round_number(largest, reach):
    assert histogram(np.array([-largest]))[0] == pytest.approx(reach)


def test_a_look_at_a_large_network_is_bounded(monkeypatch):
    monkeypatch.setattr("badak.training.look.MAX_PICTURES", 1)
    net = Network([Conv2d(2, 3), Conv2d(2, 3), Flatten(), Linear(3)], (1, 100, 70))
    data = Dataset(np.zeros((3, 1, 100, 70)), [0, 1, 2])
    facts, arrays = look(net, data.images[0], data, {})
    assert arrays["maps.conv1"].shape == thinned(np.zeros((2, 98, 68))).shape == (2, 49, 34)
    assert "maps.conv2" not in arrays
    assert [layer["maps"] for layer in facts["layers"]] == [True, False, False, False]


def test_a_network_without_convolutions_is_looked_at_too():
    net, data = plain_net(), corners(9)
    net = Network([Flatten(), Linear(3)], (1, 6, 6))
    facts, arrays = look(net, data.images[0], data, {})
    assert [layer["filters"] for layer in facts["layers"]] == [False, False]
    assert facts["parameters"][0]["ratio"] != facts["parameters"][0]["ratio"]
    assert arrays["weights.linear1.weight"].sum() == 108
