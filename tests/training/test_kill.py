"""SIGKILL at ten random moments: a resume always ends with the uninterrupted run's bits."""

import random
import subprocess
import sys
import time

import pytest

OPTIONS = [
    *("train", "--limit-train", "300", "--limit-test", "100", "--batch-size", "20"),
    *("--epochs", "4", "--checkpoint-every", "4", "--weight-init", "he"),
]
KILLS, STEPS = 10, 60


def start(run, *words):
    command = [sys.executable, "-m", "badak", *words, "--run-dir", run]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)


def finish(process):
    _, err = process.communicate(timeout=120)
    assert process.returncode == 0, err


def contents(run):
    return {
        path.relative_to(run).as_posix(): path.read_bytes()
        for path in run.rglob("*")
        if path.is_file() and path.name != "lock"
    }


def saved_steps(run):
    """The steps up to the latest checkpoint."""
    if not (run / "checkpoint" / "latest.safetensors").exists():
        return 0
    return len((run / "steps.csv").read_text().splitlines()) - 1


@pytest.mark.slow
def test_killed_at_random_moments_a_run_resumes_to_the_same_bits(tmp_path):
    finish(start(tmp_path / "whole", *OPTIONS))
    expected = contents(tmp_path / "whole")
    moments = random.Random(20261124)
    reached = []
    for kill in range(KILLS):
        run = tmp_path / f"killed-{kill}"
        with start(run, *OPTIONS) as process:
            # From the first file to the last steps, and while files are being written.
            while not run.exists() or saved_steps(run) < STEPS * kill // KILLS:
                assert process.poll() is None, process.stderr.read()
                time.sleep(0.001)
            time.sleep(moments.uniform(0, 0.05))
            process.kill()
        reached.append(saved_steps(run))
        finish(start(run, *OPTIONS, "--resume"))
        assert contents(run) == expected, f"kill {kill}, after {reached[-1]} steps"
    print("killed after so many saved steps:", reached)
