"""`badak train` by several processes: with mpiexec, with Ray, and what each does at a fault."""

import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

from badak import storage
from badak.training import RunDirectory
from badak.training.checkpoint import read_history
from distributed.hosts import mpiexec

BADAK = [sys.executable, "-m", "badak", "train"]
# Plain gradient descent: Adam would divide rounding by rounding where a gradient is 0.
DIGITS = ["digits", "--optimizer", "sgd", "--lr", "0.05", "--max-steps", "20"]
LIMIT = 120  # seconds; ten times what a training needs on a busy machine
ENGINES = {"MPI": ([mpiexec(), "-n", "2"], []), "Ray": ([], ["--workers", "2"])}


def start(words, engine=None):
    before, after = ENGINES[engine] if engine else ([], [])
    return subprocess.Popen(
        [*before, *BADAK, *map(str, words), *after],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def train(*words, engine=None):
    """Return the exit code, and what was printed."""
    process = start(words, engine)
    try:
        out, err = process.communicate(timeout=LIMIT)
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
    return process.returncode, out, err


def arrays(folder):
    return storage.load(RunDirectory(folder).model)[0]


@pytest.fixture(scope="module")
def by_engines(tmp_path_factory):
    """The same training by one process with batches of 200, and by two with batches of 100."""
    folder = tmp_path_factory.mktemp("engines")
    runs = {"one": folder / "one"}
    assert train(*DIGITS, "--batch-size", 200, "--run-dir", runs["one"])[0] == 0
    for engine in ENGINES:
        for again in ("", " again"):
            runs[engine + again] = place = folder / f"{engine}{again}"
            code, out, err = train(*DIGITS, "--batch-size", 100, "--run-dir", place, engine=engine)
            assert (code, err) == (0, "")
            assert out.count("1,437 images to learn from") == 1  # one process speaks
            assert "2 workers: expect " in out
            assert "they waited" in out
    return runs


@pytest.mark.parametrize("engine", ENGINES)
def test_two_train_as_one_with_the_whole_batch(by_engines, engine):
    one, two = arrays(by_engines["one"]), arrays(by_engines[engine])
    assert len(read_history(RunDirectory(by_engines[engine]).checkpoint).steps) == 20
    for name, array in one.items():
        assert np.abs(two[name] - array).max() < 1e-6, name


@pytest.mark.parametrize("engine", ENGINES)
def test_twice_gives_the_same_bits(by_engines, engine):
    first, second = (RunDirectory(by_engines[name]) for name in (engine, f"{engine} again"))
    assert first.model.read_bytes() == second.model.read_bytes()
    assert first.steps.read_bytes() == second.steps.read_bytes()


def test_both_engines_give_the_same_bits(by_engines):
    mpi, ray = (RunDirectory(by_engines[name]) for name in ENGINES)
    assert mpi.model.read_bytes() == ray.model.read_bytes()


def until(condition, process):
    for _ in range(LIMIT * 20):
        assert process.poll() is None, process.communicate()
        if condition():
            return
        time.sleep(0.05)
    raise AssertionError("it takes too long")


def below(process, words):
    """The numbers of the processes that a command began whose command line holds these words."""
    listed = subprocess.run(
        ["ps", "-e", "-o", "pid=,ppid=,args="], capture_output=True, text=True, check=True
    )
    parents, found = {process.pid}, []
    every = [line.split(None, 2) for line in listed.stdout.splitlines()]
    for pid, parent, args in sorted(every, key=lambda fields: int(fields[0])):
        if int(parent) in parents:
            parents.add(int(pid))
            if words in args:
                found.append(int(pid))
    return found


def test_a_killed_process_of_mpiexec_and_a_resume_with_the_same_bits(tmp_path):
    how = ["digits", "--batch-size", 50, "--optimizer", "sgd", "--lr", 0.05, "--limit-train", 300]
    run = RunDirectory(tmp_path / "killed")
    process = start([*how, "--epochs", 2000, "--run-dir", run.path], "MPI")
    try:
        until(run.checkpoint.exists, process)
        # The last one that began computes; its parent speaks for it.
        os.kill(below(process, "train")[-1], signal.SIGKILL)
        _, err = process.communicate(timeout=LIMIT)
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
    assert process.returncode
    assert "ended by signal 9" in err.strip().splitlines()[-1]
    assert err.strip().endswith("Continue with the same command and --resume")
    steps = read_history(run.checkpoint).position.step + 9
    assert train("--run-dir", run.path, "--resume", "--max-steps", steps, engine="MPI")[0] == 0
    whole = RunDirectory(tmp_path / "whole")
    limited = [*how, "--epochs", 2000, "--max-steps", steps, "--run-dir", whole.path]
    assert train(*limited, engine="MPI")[0] == 0
    assert run.model.read_bytes() == whole.model.read_bytes()
    code, _, err = train("--run-dir", run.path, "--resume")  # by one process
    assert code == 2
    assert "was begun by 2 workers, and 1 would get other bits" in err
    assert "`mpiexec -n 2`" in err
    assert "--accept-other-bits" in err


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["digits", "--workers", 2], r"--workers is for Ray, and mpiexec has started 2 processes"),
        (["digits", "--lr", "-1"], "--lr must be"),
        (["digits", "--lr", "high"], "Invalid value for '--lr'"),
        (["folder:/nowhere"], "/nowhere must be a folder of images"),
    ],
)
def test_a_fault_under_mpiexec_is_said_once(tmp_path, words, expected):
    code, out, err = train(*words, "--run-dir", tmp_path / "run", engine="MPI")
    assert code
    assert "Traceback" not in err
    (line,) = [line for line in err.splitlines() if "Error" in line]
    assert expected in line
    assert "BAD TERMINATION" not in out + err


def test_folds_under_mpiexec(tmp_path):
    code, out, err = train(
        "digits", "--folds", 2, "--limit-train", 400, "--epochs", 1, "--batch-size", 10,
        "--run-dir", tmp_path, engine="MPI",
    )  # fmt: skip
    assert (code, err) == (0, "")
    assert "mean" in out


def test_a_killed_worker_of_ray_costs_no_image(tmp_path):
    run = RunDirectory(tmp_path / "run")
    process = start(
        ["digits", "--batch-size", 20, "--epochs", 40, "--limit-train", 600, "--run-dir", run.path],
        "Ray",
    )
    try:
        until(run.checkpoint.exists, process)
        os.kill(below(process, "ray::Worker")[0], signal.SIGKILL)
        out, err = process.communicate(timeout=LIMIT)
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
    assert process.returncode == 0, err
    assert "a worker was lost; workers now: 1" in out
    assert "a worker joined; workers now: 2" in out
    history = read_history(run.checkpoint)
    assert {record.images for record in history.steps} > {20}
    for epoch in range(1, 41):
        assert sum(record.images for record in history.steps if record.epoch == epoch) == 600


def test_options_that_need_others(badak):
    assert "--address needs --workers" in badak("train", "digits", "--address", "a:1").err
    assert badak("train", "digits", "--workers", "0").code == 2


def test_accumulated_batches_of_one_process(badak, tmp_path):
    ways = {"one": ("--batch-size", 40), "two": ("--batch-size", 20, "--accumulate", 2)}
    for name, words in ways.items():
        assert badak("train", *DIGITS, *words, "--run-dir", tmp_path / name).code == 0
    one, two = arrays(tmp_path / "one"), arrays(tmp_path / "two")
    assert max(np.abs(two[name] - one[name]).max() for name in one) < 1e-6
    resumed = badak("train", "--run-dir", tmp_path / "two", "--resume", "--max-steps", 22)
    assert resumed.code == 0
    assert len(read_history(RunDirectory(tmp_path / "two").checkpoint).steps) == 22
