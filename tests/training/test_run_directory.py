"""The run directory: one process at a time, and nothing half-made."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from badak import BadakError
from badak.storage import TEMPORARY
from badak.training import RunDirectory, Trainer
from training.tasks import corners, plain_net

HOLD = (
    "import sys, pathlib\n"
    "from badak.training import RunDirectory\n"
    "with RunDirectory(pathlib.Path(sys.argv[1])).locked():\n"
    "    print('held', flush=True)\n"
    "    sys.stdin.read()\n"
)


@pytest.fixture
def holder(tmp_path):
    """Another process that trains in the directory."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, tmp_path / "run"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


def test_a_second_process_is_refused_with_the_firsts_number(tmp_path, holder):
    trainer = Trainer(plain_net(), epochs=1, batch_size=10, progress=False)
    with pytest.raises(BadakError, match=f"process {holder.pid} trains in .*run at this moment"):
        trainer.fit(corners(), run_dir=tmp_path / "run")
    assert not (tmp_path / "run" / "model.safetensors").exists()


def test_a_dead_processs_lock_is_taken_over(tmp_path, holder):
    holder.kill()
    holder.wait()
    lock = tmp_path / "run" / "lock"
    assert lock.read_text() == f"{holder.pid}\n"
    with RunDirectory(tmp_path / "run").locked():
        assert lock.read_text() == f"{os.getpid()}\n"


def test_the_lock_is_given_back(tmp_path):
    run = RunDirectory(tmp_path / "run")
    for _ in range(2):
        with run.locked():
            pass


def test_what_a_killed_save_left_is_cleared(tmp_path):
    run = RunDirectory(tmp_path / "run")
    with run.locked():
        strays = [folder / f".x.9{TEMPORARY}" for folder in (run.path, run.checkpoint.parent)]
        for stray in strays:
            stray.write_bytes(b"half")
    with run.locked():
        assert not any(stray.exists() for stray in strays)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("file", "File exists|Not a directory"),
        ("file/run", "Not a directory"),
        ("x" * 300, "File name too long"),
        ("a\0b", "null"),
    ],
)
def test_a_directory_that_cannot_be_is_one_error_and_nothing_is_written(tmp_path, name, words):
    (tmp_path / "file").write_text("kept")
    net = plain_net()
    before = {key: array.copy() for key, array in net.state().items()}
    trainer = Trainer(net, epochs=1, batch_size=10, progress=False)
    with pytest.raises(BadakError, match=f"cannot write the run directory .*({words})"):
        trainer.fit(corners(), run_dir=Path(tmp_path, name))
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
    assert (tmp_path / "file").read_text() == "kept"
    assert all((net.state()[key] == array).all() for key, array in before.items())


def test_a_run_is_not_overwritten(tmp_path):
    def fit(**options):
        trainer = Trainer(plain_net(), epochs=1, batch_size=10, progress=False)
        trainer.fit(corners(), run_dir=tmp_path, **options)

    fit()
    before = (tmp_path / "steps.csv").stat().st_mtime_ns
    with pytest.raises(BadakError, match="already holds a run: pass resume=True"):
        fit()
    assert (tmp_path / "steps.csv").stat().st_mtime_ns == before
    fit(resume=True)
