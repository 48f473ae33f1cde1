"""The run directory: one process at a time, and never half a directory."""

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
    """Another process trains in the directory."""
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
    with pytest.raises(BadakError, match=f"process {holder.pid} is training in .*run;"):
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


def test_the_owner_is_who_trains_or_was_killed(tmp_path, holder):
    run = RunDirectory(tmp_path / "run")
    assert run.owner == (holder.pid, True)
    holder.kill()
    holder.wait()
    assert run.owner == (holder.pid, False)
    (run.path / "lock").write_text(f"{os.getpid()}\n")  # a new process got its number
    assert run.owner == (os.getpid(), False)


def test_a_run_that_ended_in_order_has_no_owner(tmp_path):
    run = RunDirectory(tmp_path / "run")
    assert run.owner is None
    with pytest.raises(ZeroDivisionError), run.locked():
        raise ZeroDivisionError
    assert run.owner is None
    (run.path / "lock").write_text("not a number")
    assert run.owner is None


def test_a_process_that_is_refused_leaves_the_owner(tmp_path, holder):
    run = RunDirectory(tmp_path / "run")
    with pytest.raises(BadakError), run.locked():
        pass
    assert run.owner == (holder.pid, True)


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
    with pytest.raises(BadakError, match=rf"run directory .*({words})"):
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
    with pytest.raises(BadakError, match=r"already.*resume=True"):
        fit()
    assert (tmp_path / "steps.csv").stat().st_mtime_ns == before
    fit(resume=True)


def test_a_lock_that_is_a_link_is_refused_and_its_target_stays(tmp_path):
    (tmp_path / "kept").write_text("kept")
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "lock").symlink_to(tmp_path / "kept")
    with (
        pytest.raises(BadakError, match="run/lock is a symbolic link"),
        RunDirectory(tmp_path / "run").locked(),
    ):
        pass
    assert (tmp_path / "kept").read_text() == "kept"


def _hard_link(lock, kept):
    lock.hardlink_to(kept)


def _pipe(lock, kept):
    os.mkfifo(lock)


def _someones(lock, kept):
    lock.write_text("kept")


@pytest.mark.parametrize("put", [_hard_link, _pipe, _someones])
def test_a_lock_that_badak_did_not_write_is_refused_and_stays(tmp_path, put):
    kept, lock = tmp_path / "kept", tmp_path / "run" / "lock"
    kept.write_text("kept")
    lock.parent.mkdir()
    put(lock, kept)
    with (
        pytest.raises(BadakError, match=r"run/lock.*lock"),
        RunDirectory(tmp_path / "run").locked(),
    ):
        pass
    assert kept.read_text() == "kept"
    assert not lock.is_file() or lock.read_text() == "kept"


NAMES = (
    "model.safetensors", "best.safetensors", "history.csv", "steps.csv", "log.txt", "config.toml",
    "snapshots.safetensors", "checkpoint/latest.safetensors", "plots/learning_curve.png",
)  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("target", ["kept", "nowhere"])
def test_training_writes_through_no_link(tmp_path, name, target):
    (tmp_path / "kept").write_text("kept")
    link = tmp_path / "run" / name
    link.parent.mkdir(parents=True)
    link.symlink_to(tmp_path / target)
    trainer = Trainer(plain_net(), epochs=1, batch_size=10, progress=False)
    with pytest.raises(BadakError, match=f"{name} is a symbolic link, and writing through it"):
        trainer.fit(corners(), run_dir=tmp_path / "run")
    assert {path.name for path in tmp_path.iterdir()} == {"kept", "run"}
    assert (tmp_path / "kept").read_text() == "kept"


@pytest.mark.parametrize("name", ["checkpoint", "plots"])
def test_a_folder_of_the_run_that_is_a_link_is_refused(tmp_path, name):
    (tmp_path / "other").mkdir()
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / name).symlink_to(tmp_path / "other")
    with (
        pytest.raises(BadakError, match=f"{name} is a symbolic link"),
        RunDirectory(tmp_path / "run").locked(),
    ):
        pass
    assert list((tmp_path / "other").iterdir()) == []


def test_the_run_directory_itself_may_be_a_link(tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "run").symlink_to(tmp_path / "real")
    with RunDirectory(tmp_path / "run").locked():
        pass


def test_pictures_are_written_through_no_link(tmp_path):
    run = RunDirectory(tmp_path)
    run.report.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(BadakError, match=r"report\.html is a symbolic link"):
        run.make_plots()


def test_strays_among_the_pictures_are_cleared(tmp_path):
    run = RunDirectory(tmp_path / "run")
    with run.locked():
        run.make_plots()
        (run.plots / f".a.png.9{TEMPORARY}").write_bytes(b"half")
        (run.plots / "a.png").write_bytes(b"whole")
    with run.locked():
        assert [path.name for path in run.plots.iterdir()] == ["a.png"]


def test_each_claim_is_a_new_directory(tmp_path):
    stem = tmp_path / "runs" / "a-b"
    with RunDirectory.claimed(stem) as first, RunDirectory.claimed(stem) as second:
        assert (first.path.name, second.path.name) == ("a-b", "a-b-2")
        (first.path / "kept").touch()
    assert [path.name for path in (tmp_path / "runs").iterdir()] == ["a-b"]
    with RunDirectory.claimed(stem) as third:
        assert third.path.name == "a-b-2"
    (tmp_path / "file").touch()
    with (
        pytest.raises(BadakError, match=r"file/run: File exists"),
        RunDirectory.claimed(tmp_path / "file" / "run"),
    ):
        pass


def test_two_at_once_never_claim_the_same(tmp_path, monkeypatch):
    """Another process creates the directory just before this one."""
    make = Path.mkdir

    def overtaken(self, *arguments, **options):
        if self.name == "run":
            os.mkdir(self)  # noqa: PTH102  # as the other process would
        make(self, *arguments, **options)

    monkeypatch.setattr(Path, "mkdir", overtaken)
    with RunDirectory.claimed(tmp_path / "run") as run:
        assert run.path.name == "run-2"
