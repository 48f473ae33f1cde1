"""A `badak train` of another process, watched through its files."""

import json
import os
import signal
import subprocess
import sys
from contextlib import contextmanager
from unittest.mock import Mock

import numpy as np
import pytest

from badak.inspect import timeline
from badak.page import unpack
from badak.page.frames import read_frames
from badak.training import RunDirectory
from badak.web import watch
from badak.web.watch import Watched
from web.heard import Heard

COMMAND = [sys.executable, "-m", "badak", "train"]
WORDS = ["--layers", "conv 2 5, relu, flatten, linear 10", "--lr", "0.001", "--limit-train", "200"]
WORDS += ["--limit-test", "50", "--batch-size", "20", "--epochs", "2", "--checkpoint-every", "3"]


@pytest.fixture(autouse=True)
def _often(monkeypatch):
    monkeypatch.setattr(watch, "POLL", 0.02)


class Elsewhere:
    """A process that trains, and waits before each step; `step` lets it make some."""

    def __init__(self, run, *words):
        packets, write = os.pipe()
        self.process = subprocess.Popen(
            [*COMMAND, *words, "--run-dir", run, "--live", str(write)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            pass_fds=[write],
        )
        os.close(write)
        self._packets = os.fdopen(packets, "rb")
        self._states = self._told()
        self._send("pause")
        self.done = next(self._states)

    def _send(self, do):
        self.process.stdin.write(json.dumps({"do": do}).encode() + b"\n")
        self.process.stdin.flush()

    def _told(self):
        for packet in read_frames(self._packets):
            facts, _ = unpack(packet)
            if facts.get("state") == "paused":
                yield facts["step"]

    def until(self, step):
        while self.done < step:
            self._send("step")
            self.done = next(self._states)


@contextmanager
def elsewhere(run, *words):
    other = Elsewhere(run, *words)
    try:
        yield other
    finally:
        other.process.kill()
        other.process.wait()
        other.process.stdin.close()
        other._packets.close()


def test_a_run_elsewhere_is_watched_until_it_ends_dies_and_goes_on_here(session, ask):
    run = RunDirectory(session.runs_dir / "other")
    with elsewhere(run.path, *WORDS, "--snapshots", "1") as other:
        other.until(4)  # the checkpoint of step 3 has been written
        page = Heard(session, run)
        facts, arrays = page.until(kind="story")
        assert (facts["where"], facts["state"], facts["detail"]) == ("elsewhere",) * 2 + ("epochs",)
        begin = facts["begin"]
        assert (begin["run"], begin["epochs"], begin["batch_count"]) == ("other", 2, 10)
        assert (begin["input"], begin["parameters"]) == ([1, 28, 28], 11_582)
        assert arrays["step"].tolist() == [1, 2, 3]
        look, pictures = page.until(kind="look", step=3)
        moment = timeline(run)[-1]
        np.testing.assert_array_equal(pictures["filters.conv1"], moment.filters["conv1"])
        np.testing.assert_array_equal(pictures["maps.conv1"], moment.maps["conv1"][0])
        layers = {layer["name"]: layer for layer in look["layers"]}
        assert layers["relu1"]["dead"] == moment.dead["relu1"]
        assert layers["conv1"]["shape"] == [2, 24, 24]
        assert look["parameters"][0]["ratio"] == moment.ratios["conv1.weight"]
        listed = ask("train_state")[0]["elsewhere"]
        assert listed == [{"run": "other", "pid": other.process.pid}]
        assert ask("train_options")[0]["runs"] == [{"name": "other", "state": "elsewhere"}]
        other.until(7)
        _, arrays = page.until(kind="steps")
        assert arrays["step"].tolist() == [4, 5, 6]
        other.process.stdin.close()
        assert other.process.wait(60)
        end, _ = page.until(state="stopped")
        assert "after step 7 or later; continue with: badak train --run-dir" in end["words"]
    with elsewhere(run.path, "--resume") as other:
        page.until(state="elsewhere")
        other.process.send_signal(signal.SIGKILL)
        end, _ = page.until(state="died")
        assert f"process {other.process.pid}, which trained it, was killed" in end["words"]
    ask("train_resume", name="other")
    page.until(kind="story", where="here", state="starting")
    page.until(kind="epoch", epoch=2)
    page.until(state="finished")
    page.leave()


def test_files_that_cannot_be_read_tell_nothing(session, trained):
    run = RunDirectory(trained)
    for path in (run.history, run.config):
        path.write_bytes(b"damaged")
    watched = Watched(run)
    watched.close()
    assert (watched.channel.story.begin, watched.channel.story.step) == (None, 0)
    assert watched.channel.story.facts()["path"] == str(trained.absolute())


def test_a_run_that_began_again_is_a_new_story(trained):
    watched = Watched(RunDirectory(trained))
    watched.close()
    assert (watched.channel.story.step, watched.channel.story.state) == (6, "finished")
    for path, kept in ((watched.run.steps, 3), (watched.run.history, 1)):
        path.write_text("".join(path.read_text().splitlines(keepends=True)[:kept]))
    for _ in range(2):
        watched._read()
    assert (watched.channel.story.step, watched.channel.story.state) == (2, "stopped")


def test_a_run_whose_files_go_has_ended_and_may_come_back(session, trained):
    run, kept = RunDirectory(trained), trained.with_name("kept")
    page = Heard(session, run)
    page.until(kind="story", state="finished")
    trained.rename(kept)
    end, _ = page.until(state="failed")
    assert end["words"] == f"its files are gone: there is no {run.config} any more"
    kept.rename(trained)
    facts, arrays = page.until(kind="story")
    assert (facts["begin"], arrays["step"].size) == (None, 0)
    page.until(kind="steps", step=6)
    page.until(state="finished")
    page.leave()


@pytest.mark.parametrize("fault", [OSError(5, "Input/output error"), IndexError("no moments")])
def test_a_file_that_fails_once_is_read_when_it_changes(session, trained, monkeypatch, fault):
    read = watch.read_steps
    monkeypatch.setattr(watch, "read_steps", Mock(side_effect=[fault, read(trained / "steps.csv")]))
    page = Heard(session, RunDirectory(trained))
    page.until(kind="story", state="stopped")
    (trained / "steps.csv").touch()
    page.until(kind="steps", step=6)
    page.leave()


def test_a_fault_that_nobody_foresaw_is_told(session, trained, monkeypatch):
    page = Heard(session, RunDirectory(trained))
    monkeypatch.setattr(watch, "read_steps", Mock(side_effect=ZeroDivisionError("oh")))
    (trained / "steps.csv").touch()
    end, _ = page.until(state="failed")
    assert "ZeroDivisionError: oh" in end["words"]
    page.leave()


def test_nobody_watches_a_run_that_nobody_hears(session, trained):
    session.runs_dir.mkdir(exist_ok=True)
    run = RunDirectory(trained)
    pages = [Heard(session, run) for _ in range(2)]
    (watched,) = session.trainings._watched.values()
    pages[0].leave()
    assert not watched._closed.is_set()
    pages[1].leave()
    assert watched._closed.is_set()
    assert not session.trainings._watched
