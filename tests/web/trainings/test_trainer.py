"""Trainings of the page: processes with ordinary run directories, under control until they end."""

import os
import re
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from badak.cli.app import main
from badak.errors import BadakError
from badak.page import unpack
from badak.training import RunDirectory
from badak.web import story, trainer
from badak.web.channel import WAITING, Channel, Mailbox
from badak.web.job import Sender
from badak.web.session import Session
from badak.web.story import Story
from pages import in_base64
from training.tasks import ENVIRONMENT, contents
from web.heard import TINY, Heard

LONG = {**TINY, "epochs": 8, "checkpoint_every": 3}


@pytest.fixture(scope="module")
def command_line(tmp_path_factory):
    """`command_line("badak train ...")`: what the command writes, in a directory of its own."""

    def train(command, *more):
        folder = tmp_path_factory.mktemp("command") / "run"
        words = shlex.split(command)[1:]
        words[words.index("--run-dir") + 1] = str(folder)
        with pytest.raises(SystemExit) as end:
            main([*words, *more])
        assert not end.value.code
        return folder

    return train


@pytest.fixture(scope="module")
def whole(command_line):
    """The long run, never stopped."""
    options = [f"--{name.replace('_', '-')} {shlex.quote(str(LONG[name]))}" for name in LONG]
    return command_line(f"badak train digits {' '.join(options)} --run-dir X")


def paused(session, ask):
    """A page that hears a long training, which waits after its first checkpoint."""
    page = Heard(session)
    ask("train_start", **LONG, name="mine")
    ask("train_control", do="pause")
    step = page.until(state="paused")[0]["step"]
    for number in range(1, 5):
        ask("train_control", do="step")
        assert page.until(state="paused")[0]["step"] == step + number
    return page


def test_a_run_of_the_page_has_the_bits_of_the_command_line(session, ask, command_line):
    page = Heard(session)
    told, _ = ask("train_start", **TINY)
    assert told["run"] == "digits-layers"
    page.until(kind="story", run="digits-layers", state="starting")
    begin, _ = page.until(kind="begin")
    assert (begin["run"], begin["epochs"], begin["batch_count"]) == ("digits-layers", 2, 10)
    page.until(state="running")
    page.until(state="finishing", step=20)
    page.until(state="finished")
    assert len([1 for facts, _ in page.packets if facts["kind"] == "look"]) > 0
    run = session.runs_dir / "digits-layers"
    assert contents(run) == contents(command_line(told["command"]))
    assert ask("train_state")[0]["state"] == "finished"
    assert ask("train_options")[0]["runs"] == [{"name": "digits-layers", "state": "finished"}]
    assert ask("train_start", **TINY)[0]["run"] == "digits-layers-2"


def test_a_paused_and_stopped_run_goes_on_from_the_command_line(session, ask, whole, capsys):
    page = paused(session, ask)
    step = session.trainings.channel.story.step
    ask("train_watch", input=np.full(784, 0.5))
    look, arrays = page.until(kind="look")
    while not (arrays["image"] == 0.5).all():
        look, arrays = page.until(kind="look")
    assert look["step"] == step
    ask("train_control", do="resume")
    page.until(state="running", step=step)
    ask("train_control", do="stop")
    page.until(state="stopping")
    end, _ = page.until(state="stopped")
    assert "with a checkpoint; continue with: badak train --run-dir" in end["words"]
    assert ask("train_options")[0]["runs"] == [{"name": "mine", "state": "stopped"}]
    with pytest.raises(SystemExit):
        main(["train", "--run-dir", str(session.runs_dir / "mine"), "--resume"])
    assert contents(session.runs_dir / "mine") == contents(whole)


def test_a_killed_trainer_is_told_and_its_run_goes_on_from_the_page(session, ask, whole):
    page = paused(session, ask)
    os.kill(session.trainings.job.pid, signal.SIGKILL)
    end, _ = page.until(state="died")
    assert "killed by signal 9 (SIGKILL) after step" in end["words"]
    assert "continue from its last checkpoint with: badak train --run-dir" in end["words"]
    assert ask("train_options")[0]["runs"] == [{"name": "mine", "state": "died"}]
    named = Heard(session, session.run("mine"))
    assert named.until(kind="story")[0]["state"] == "died"
    ask("train_resume", name="mine")
    assert named.until(kind="story")[0]["state"] == "starting"
    begin, arrays = page.until(kind="begin")
    assert begin["step"] == len(arrays["step"]) > 0
    page.until(state="finished")
    assert contents(session.runs_dir / "mine") == contents(whole)
    last = Heard(session)
    _, arrays = last.until(kind="story")
    assert arrays["step"].tolist() == list(range(1, 81))
    assert arrays["epochs.epoch"].tolist() == list(range(1, 9))
    last.leave()


def test_what_badak_train_refuses_is_told_and_leaves_nothing(session, ask):
    page = Heard(session)
    ask("train_start", **{**TINY, "batch_size": 201})
    end, _ = page.until(state="failed")
    assert end["words"].startswith("--batch-size must be at most the 200 training images; got 201")
    assert end["lines"][-1].startswith("Error: ")
    assert not (session.runs_dir / "digits-layers").exists()


def test_one_training_at_a_time_and_a_stop_before_the_first_step(session, ask, client):
    page = Heard(session)
    ask("train_start", **LONG)
    for question in ({**TINY}, {"name": "digits-layers"}):
        name = "train_start" if "lr" in question else "train_resume"
        reply = client.post(f"/api/ask/{name}", json=question)
        assert reply.status_code in (400, 404)
    with pytest.raises(BadakError, match=r"digits-layers is training; stop it first"):
        session.trainings.check_free()
    ask("train_control", do="stop")
    page.until(state="stopped")
    with pytest.raises(BadakError, match=r"nothing is training here"):
        _ = session.trainings.running


def test_the_end_of_the_server_stops_its_training(session, ask):
    paused(session, ask)
    session.trainings.close()
    assert session.trainings.job.state == "stopped"
    assert session.run("mine").owner is None


def test_a_trainer_that_does_not_end_is_killed(session, ask, monkeypatch):
    monkeypatch.setattr(trainer, "PATIENCE", 0.3)
    paused(session, ask)
    os.kill(session.trainings.job.pid, signal.SIGSTOP)
    for _ in range(200):  # nobody waits for one that does not listen
        ask("train_watch", input=np.zeros(784))
    session.trainings.close()
    assert session.trainings.job.wait(10)
    assert session.trainings.job.state == "stopped"


DYING = """
import sys, os, time
from pathlib import Path
from badak.web.answers import ANSWERS
from badak.web.guard import Guard
from badak.web.server import application
from badak.web.session import Session
session = Session(runs_dir=Path(sys.argv[1]))
ANSWERS["train_start"](session, **eval(sys.argv[2]))
while not session.trainings.channel.story.step:
    time.sleep(0.01)
os._exit(1)
"""


def test_the_trainer_of_a_server_that_died_stops_with_a_checkpoint(tmp_path):
    words = [sys.executable, "-c", DYING, str(tmp_path), repr({**LONG, "epochs": 9999})]
    subprocess.run(words, env=ENVIRONMENT, timeout=60)
    run, end = RunDirectory(tmp_path / "digits-layers"), time.monotonic() + 30
    while run.owner is not None:
        assert time.monotonic() < end
        time.sleep(0.02)
    assert run.checkpoint.exists()


@pytest.mark.parametrize(
    ("choices", "words"),
    [
        ({"lr": -1.0}, r"^lr must be above 0; got -1.0"),
        ({"model": "lenett"}, r"^model: 'lenett' is unknown: did you mean 'lenet'\?"),
        ({"optimizer": "x"}, r"^optimizer: 'x' is not one of 'sgd'"),
        ({"layers": "conv 3, relu"}, r"^layers: layer 1, 'conv 3', needs kernel_size"),
        ({"layers": "flatten, linear 9"}, r"^layers: the last layer gives \(9,\), and 10 classes"),
        ({"layers": "flatten, linear 10", "model": "lenet"}, r"^layers and model both name"),
        ({"dataset": "folder:/etc"}, r"^dataset must be one of 'digits'.*got 'folder:/etc'"),
        ({"epochs": 0}, r"^epochs must be at least 1; got 0"),
        ({"epochs": 10**30}, r"^epochs must be at most"),
        ({"weight_init": "x"}, r"^weight_init must be 'he', 'xavier'"),
        ({"augment": "foo"}, r"^augment: must name one or more of shift"),
        ({"limit_train": 0}, r"^limit_train: 0 is not in the range"),
        ({"ema": 2.0}, r"^ema must be above 0 and below 1; got 2"),
        ({"layers": "x" * 10_001}, r"^layers must be text of at most 10,000"),
        ({"optimizer": "a\0"}, r"^optimizer must be text .* without NUL"),
        ({"schedule": "--help"}, r"^schedule: '--help' is not one of"),
        ({"name": "../x"}, r"^a run's name must have"),
    ],
)
def test_choices_that_do_not_fit_are_refused_by_name(client, ask, session, choices, words):
    reply = client.post("/api/ask/train_start", json=choices)
    assert reply.status_code == 400
    assert re.search(words, reply.json()["error"])
    facts, _ = ask("train_command", **choices)
    assert facts == {"command": "", "run": "", "python": [], "fault": reply.json()["error"]}
    assert session.trainings.job is None
    assert not session.runs_dir.exists()


@pytest.mark.parametrize(
    "choices",
    [
        TINY,
        {"model": "lenet", "limit_train": 60, "limit_test": 20, "epochs": 1, "seed": 3},
        {**TINY, "lr": None, "schedule": "cosine", "augment": "shift", "label_smoothing": 0.1},
        {"weight_init": "he", "ema": 0.9, "optimizer": "sgd", "limit_train": 60, "epochs": 1},
        {
            **TINY,
            "lr": 0.001,
            "balance": True,
            "early_stopping": 1,
            "evaluate_sample": 30,
            "snapshots": 5,
        },
    ],
)
def test_the_python_of_a_training_gives_its_bits(ask, command_line, choices, tmp_path, monkeypatch):
    facts, _ = ask("train_command", **choices)
    monkeypatch.chdir(tmp_path)
    exec("\n".join(facts["python"]), {})
    own, other = Path(shlex.split(facts["command"])[-1]), command_line(facts["command"])
    for name in ("model.safetensors", "steps.csv", "history.csv"):
        assert (own / name).read_bytes() == (other / name).read_bytes()


def test_a_story_keeps_few_of_many_steps(monkeypatch):
    monkeypatch.setattr(story, "MOST", 8)
    told = Story("run", "here")
    for first in range(1, 60, 3):
        steps = np.arange(first, first + 3, dtype=np.int32)
        arrays = dict.fromkeys(("step", "epoch", "loss", "accuracy", "lr"), steps)
        told.add({"kind": "steps", "step": int(steps[-1])}, arrays)
    facts, arrays = unpack(told.packets()[0])
    assert facts["every"] == 8
    assert arrays["step"].tolist() == arrays["loss"].tolist() == [8, 16, 24, 32, 40, 48, 56]
    numbers = {"step": 60, "train_loss": 0.5, "train_accuracy": 0.5}
    for epoch in range(1, 20):
        more = {"epoch": epoch, "validation_loss": None, "validation_accuracy": None}
        told.add({"kind": "epoch", **numbers, **more}, {})
    _, arrays = unpack(told.packets()[0])
    assert arrays["epochs.epoch"].tolist() == [4, 8, 12, 16]
    assert np.isnan(arrays["epochs.validation_loss"]).all()


def test_a_slow_page_misses_looks_and_no_step(monkeypatch):
    channel = Channel(Story("run", "here"))
    slow, watched = Mailbox(lambda: None), []
    channel._watched = watched.append
    channel.join(slow)
    for step in range(1, 31):
        arrays = {name: np.array([step], "i4") for name in ("step", "epoch", "loss")}
        arrays |= {name: np.array([0.5], "f4") for name in ("accuracy", "lr")}
        channel.tell({"kind": "steps", "step": step}, arrays)
        channel.tell({"kind": "look", "step": step}, {"image": np.zeros((1, 2, 2))})
    kinds = [_kind(packet) for packet in slow.take()]
    assert kinds == ["story", *["steps"] * 30, "look"]
    for _ in range(WAITING + 5):
        channel.state("running")
    packets = slow.take()
    assert len(packets) < WAITING
    assert [_kind(packet) for packet in packets[:2]] == ["story", "look"]
    channel.leave(slow)
    channel.leave(slow)
    assert watched == [True, False]


def _kind(packet):
    return unpack(packet)[0]["kind"]


def test_of_images_only_the_last_waits_for_a_process():
    read, write = os.pipe()
    os.set_blocking(write, True)
    sender = Sender(os.fdopen(write, "wb"))
    sender.send({"do": "pause"})
    big = in_base64(np.zeros(100_000))
    for number in range(5):
        sender.watch(f"{number}{big}")
    sender.send({"do": "resume"})
    with os.fdopen(read, "rb") as stream:
        lines = [stream.readline() for _ in range(3)]
        while b"resume" not in lines[-1]:
            lines.append(stream.readline())
        sender.close()
    watched = [line for line in lines if b"watch" in line]
    assert len(watched) <= 2
    assert watched[-1].startswith(b'{"watch": "4')


def test_without_a_training_the_story_is_empty(session, ask):
    facts, arrays = Heard(session).until(kind="story")
    assert (facts["where"], facts["state"], facts["begin"]) == ("nowhere", "", None)
    assert arrays["step"].shape == (0,)
    assert ask("train_state")[0]["elsewhere"] == []


def test_a_session_without_training_closes(tmp_path):
    Session(runs_dir=tmp_path).trainings.close()
