"""Ctrl-C and SIGTERM: the step ends, a checkpoint is there, and a resume gives the same bits."""

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


def start(folder, *words):
    return subprocess.Popen(
        [sys.executable, "-m", "badak", *OPTIONS, "--run-dir", folder / "run", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_stops_cleanly(tmp_path, number, code):
    with start(tmp_path) as process:
        while not (tmp_path / "run/checkpoint/latest.safetensors").exists():
            assert process.poll() is None, process.stderr.read()
            time.sleep(0.01)
        process.send_signal(number)
        _, err = process.communicate(timeout=60)
    assert process.returncode == code, err
    assert "with a checkpoint; go on with: badak train --run-dir" in err
    assert "Traceback" not in err
    assert "go on with" in err.splitlines()[-1], err  # no report of what was left in memory

    whole = tmp_path / "whole"
    for words in (["--run-dir", tmp_path / "run", "--resume"], ["--run-dir", whole]):
        command = [sys.executable, "-m", "badak", *(OPTIONS if whole in words else ["train"])]
        subprocess.run([*command, *words], check=True, capture_output=True)
    for name in ("checkpoint/latest.safetensors", "model.safetensors", "steps.csv", "log.txt"):
        assert (whole / name).read_bytes() == (tmp_path / "run" / name).read_bytes()


def test_a_stopped_command_lets_its_network_go(tmp_path, monkeypatch):
    """Without help by the search for circles: at the process's end there is none."""
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
