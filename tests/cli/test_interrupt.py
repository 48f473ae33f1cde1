"""Signals and a closed pipe: the step ends, a checkpoint is written, a resume gives equal bits."""

import gc
import signal
import subprocess
import sys
import time
import weakref

import pytest

from badak import Trainer
from badak.cli.app import main
from badak.training import Interrupted

OPTIONS = (
    *("train", "--limit-train", "400", "--limit-test", "50", "--batch-size", "20"),
    *("--epochs", "3", "--checkpoint-every", "3"),
)


SIGNALS = [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)]


def start(folder, *words, stderr=subprocess.PIPE):
    return subprocess.Popen(
        [sys.executable, "-m", "badak", *OPTIONS, "--run-dir", folder / "run", *words],
        stdout=subprocess.PIPE,
        stderr=stderr,
        text=True,
    )


@pytest.mark.parametrize(("number", "code"), SIGNALS)
def test_a_signal_stops_cleanly(tmp_path, number, code):
    with start(tmp_path) as process:
        while not (tmp_path / "run/checkpoint/latest.safetensors").exists():
            assert process.poll() is None, process.stderr.read()
            time.sleep(0.01)
        process.send_signal(number)
        _, err = process.communicate(timeout=60)
    assert process.returncode == code, err
    assert "badak train --run-dir" in err
    assert "Traceback" not in err
    assert "continue with" in err.splitlines()[-1], err  # no report of leaked objects

    whole = tmp_path / "whole"
    for words in (["--run-dir", tmp_path / "run", "--resume"], ["--run-dir", whole]):
        command = [sys.executable, "-m", "badak", *(OPTIONS if whole in words else ["train"])]
        subprocess.run([*command, *words], check=True, capture_output=True)
    for name in ("checkpoint/latest.safetensors", "model.safetensors", "steps.csv", "log.txt"):
        assert (whole / name).read_bytes() == (tmp_path / "run" / name).read_bytes()


def test_a_stopped_command_lets_its_network_go(tmp_path, monkeypatch):
    """Without the garbage collector: it does not run when the process ends."""
    networks = []

    def stopped(trainer, *_):
        networks.append(weakref.ref(trainer.net))
        raise Interrupted(signal.SIGTERM)

    monkeypatch.setattr(Trainer, "fit", stopped)
    gc.disable()
    try:
        with pytest.raises(SystemExit, match="143"):
            main(["train", "digits", "--run-dir", str(tmp_path / "run")])
        assert [network() for network in networks] == [None]
    finally:
        gc.enable()


@pytest.mark.parametrize("lines", [0, 1])
def test_a_closed_pipe_is_said_and_the_run_goes_on_later(tmp_path, lines):
    """As `badak train | head -1` closes it, before the first step or after the first epoch."""
    with start(tmp_path) as process:
        while lines and not (tmp_path / "run/checkpoint/latest.safetensors").exists():
            assert process.poll() is None, process.stderr.read()
            time.sleep(0.01)
        process.stdout.close()
        err = process.stderr.read()
        assert process.wait(timeout=60) == 141, err
    words = "with a checkpoint" if lines else "after step 0, before the first checkpoint"
    assert "broken pipe" in err
    assert words in err
    assert "Traceback" not in err
    assert "Exception ignored" not in err
    command = [sys.executable, "-m", "badak", "train", "--run-dir", tmp_path / "run", "--resume"]
    subprocess.run(command, check=True, capture_output=True)
    assert (tmp_path / "run/steps.csv").read_text().count("\n") == 1 + 60


def test_a_closed_pipe_for_all_output_has_its_exit_code_too(tmp_path):
    """As in `badak train 2>&1 | head -1`: no message can be written."""
    with start(tmp_path, stderr=subprocess.STDOUT) as process:
        process.stdout.close()
        assert process.wait(timeout=60) == 141
