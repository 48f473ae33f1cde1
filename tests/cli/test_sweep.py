"""badak sweep: trials are ordinary runs, ranked by images that are not the test images."""

import csv
import os
import signal
import subprocess
import sys
import time
import tomllib
from dataclasses import replace

import pytest

from badak import terminal
from badak.cli import sweep, trial
from badak.cli.sweep_best import measured
from badak.distributed.sweep import Trial, Watch
from badak.distributed.sweep.start import started
from badak.errors import FormatError
from badak.languages import speaking, translated
from badak.training import RunDirectory
from badak.training.history import read_epochs

SPACE = """
dataset = "digits"
model = "lenet"
epochs = 2
limit_train = 120
batch_size = 20
"""
GRID = SPACE + 'lr = [0.01, 0.0001]\noptimizer = ["adam", "nesterov"]\n'


@pytest.fixture(scope="module")
def _ray():
    with started(cpus=2):
        yield


@pytest.fixture
def space(tmp_path):
    """Write a space file and return its path."""

    def write(words):
        path = tmp_path / "space.toml"
        path.write_text(words)
        return path

    return write


def rows(place):
    return list(csv.DictReader((place / "trials.csv").read_text().splitlines()))


@pytest.mark.usefixtures("_ray")
def test_a_grid_of_four_trials(badak, space, tmp_path):
    done = badak("sweep", space(GRID))
    assert done.code == 0, done.err
    place = tmp_path / "sweeps" / "space"
    found = rows(place)
    assert [(row["lr"], row["optimizer"]) for row in found] == [
        ("0.01", "adam"), ("0.01", "nesterov"), ("0.0001", "adam"), ("0.0001", "nesterov"),
    ]  # fmt: skip
    assert {row["state"] for row in found} == {"finished"}
    for row in found:  # the score is that of the best epoch on the images held out
        epochs = read_epochs(RunDirectory(place / row["trial"]).history)
        assert float(row["score"]) == max(epoch.validation_accuracy for epoch in epochs)
    best = max(found, key=lambda row: float(row["score"]))
    kept = tomllib.loads((place / "best.toml").read_text())
    assert (kept["trial"], kept["options"]["split"]) == (best["trial"], "85:15")
    assert 'held out to compare the trials: split = "85:15"' in done.out
    assert f"best: {best['trial']} (lr 0.01, optimizer adam)" in done.out
    assert f"test accuracy {kept['test_accuracy']:.4f} on 360 images, measured once" in done.out
    assert sorted(path.name for path in place.iterdir()) == [
        "best.toml", "lock", "sweep.toml", *(row["trial"] for row in found), "trials.csv",
    ]  # fmt: skip
    told = badak("evaluate", place / best["trial"])
    assert f"accuracy {kept['test_accuracy']:.4f}" in told.out
    assert badak("runs", place).out.count("digits") == 4
    meant = f"did you mean '{place / best['trial']}', the best of 4 trials in it?"
    assert meant in badak("predict", place, "photo.png").err
    before = {path: path.stat().st_mtime_ns for path in place.rglob("history.csv")}
    again = badak("sweep", space(GRID), "--resume")
    assert again.code == 0
    assert "nothing left to train: all 4 trials have ended" in again.out
    assert {path: path.stat().st_mtime_ns for path in place.rglob("history.csv")} == before
    assert badak("sweep", space(GRID)).err.startswith(
        "Error: sweeps/space already holds a sweep: add --resume"
    )
    other = badak("sweep", space(GRID.replace("epochs = 2", "epochs = 3")), "--resume")
    assert other.code == 2
    assert "was begun with another space: epochs was 2, and is 3" in other.err
    other = badak("sweep", space(GRID), "--resume", "--method", "random", "--trials", "3")
    assert "[sweep] method was 'grid', and is 'random'" in other.err


@pytest.mark.usefixtures("_ray")
def test_the_best_is_chosen_by_validation_and_not_by_test_images(
    badak, space, tmp_path, monkeypatch
):
    def stand_in():
        def job(choices, place, watch):
            class Turned(Watch):
                stopping = False

                def tell(self, told):  # the worse the network, the better its score
                    return watch.tell(told._replace(score=1 - told.score))

            trial.train_trial(choices, place, Turned())

        return job

    monkeypatch.setattr(sweep, "train_trial", stand_in())
    done = badak("sweep", space(SPACE + "lr = [0.01, 0.0001]"), "--run-dir", "turned")
    assert done.code == 0, done.err
    good, bad = rows(tmp_path / "turned")
    assert float(bad["score"]) > float(good["score"])
    kept = tomllib.loads((tmp_path / "turned" / "best.toml").read_text())
    assert kept["trial"] == "trial-002"
    told = badak("evaluate", "turned/trial-002").out
    assert f"accuracy {kept['test_accuracy']:.4f}" in told
    better = badak("evaluate", "turned/trial-001").out
    assert f"accuracy {kept['test_accuracy']:.4f}" not in better


@pytest.mark.usefixtures("_ray")
def test_with_folds_the_score_is_their_mean_and_a_fault_is_told(badak, space, tmp_path):
    done = badak("sweep", space(SPACE + "folds = 2\nlr = [0.01, 1e30]"), "--run-dir", "folded")
    assert done.code == 0, done.err
    good, bad = rows(tmp_path / "folded")
    ends = [
        read_epochs(RunDirectory(tmp_path / "folded/trial-001" / f"fold-{fold}").history)[-1]
        for fold in (1, 2)
    ]
    assert float(good["score"]) == sum(end.validation_accuracy for end in ends) / 2
    assert (good["epoch"], good["epochs"]) == ("4", "4")
    assert bad["state"] == "failed"
    assert f"trial-002 (lr 1e+30): failed, epoch 0/4: {bad['reason']}" in done.out
    assert "step " in bad["reason"]
    assert "on 360 images, the mean of its 2 networks, measured once" in done.out
    assert "next, on all training images: badak train digits --model lenet" in done.out


def test_a_killed_sweep_resumes_and_trains_nothing_twice(space, tmp_path):
    place, path = (
        tmp_path / "killed",
        space(SPACE.replace("epochs = 2", "epochs = 30") + "seed = [1, 2, 3]"),
    )
    command = [sys.executable, "-m", "badak", "sweep", path, "--run-dir", place, "--workers", "1"]
    settings = {
        "env": os.environ | {"BADAK_NUM_THREADS": "1"},
        "stdout": subprocess.DEVNULL,
        "stderr": subprocess.PIPE,
        "cwd": tmp_path,
    }
    with subprocess.Popen(command, **settings) as process:
        until = time.monotonic() + 120
        while time.monotonic() < until and process.poll() is None:
            states = (
                [(row["state"], int(row["epoch"])) for row in rows(place)]
                if (place / "trials.csv").exists()
                else []
            )
            if states and states[0][0] == "finished" and states[1][1] >= 2:
                break
            time.sleep(0.02)
        process.kill()
        process.communicate()
    first, second, third = rows(place)
    assert (first["state"], second["state"], third["state"]) == ("finished", "running", "waiting")
    ended = place / "trial-001"
    before = {file: file.stat().st_mtime_ns for file in ended.rglob("*") if file.is_file()}
    begun = (place / "trial-002" / "steps.csv").read_text()
    assert 0 < len(begun.splitlines()) - 1 < 30 * 6
    done = subprocess.run([*command, "--resume"], **settings, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    assert before == {file: file.stat().st_mtime_ns for file in ended.rglob("*") if file.is_file()}
    assert [row["state"] for row in rows(place)] == ["finished"] * 3
    steps = (place / "trial-002" / "steps.csv").read_text()
    assert steps.startswith(begun)
    whole = tmp_path / "whole"
    _alone(path, whole)
    assert steps == (whole / "steps.csv").read_text()  # the bits of a run that was not killed


def _alone(path, place):
    """Train the second trial of a space by itself, to its end."""
    tables = tomllib.loads(path.read_text())

    class Deaf(Watch):
        def tell(self, told):
            return True

    trial.train_trial(tables | {"seed": 2, "split": "85:15"}, place, Deaf())


WRONG = {
    "unknown": ("leraning_rate = [1]", "space.toml: 'leraning_rate' is no option of a training"),
    "near": ("optimzer = ['adam']", "did you mean 'optimizer'?"),
    "where": ("run_dir = ['a', 'b']", "'run_dir' is no option of a training"),
    "empty": ("lr = []", "lr must have at least one value to try"),
    "order": ("lr = {min = 0.1, max = 0.01}", "lr.min must be below lr.max; got 0.1 and 0.01"),
    "log": ("lr = {min = 0, max = 1, log = true}", "lr.min must be above 0 if lr.log is true"),
    "type": ("lr = ['fast']", "lr must be a number; got 'fast'"),
    "refused": ("optimizer = ['adam', 'adma']", "trial-002 (optimizer adma): optimizer: 'adma'"),
    "number": ("batch_size = [20, 0]", "trial-002 (batch_size 0): batch_size must be at least 1"),
    "shared": ("split = ['85:15', '70:30']", "split must be one value, for trials of different"),
    "both": ("lr = [1]\nsplit = '85:15'\nfolds = 2", "split and folds are two ways"),
    "split": ("lr = [1]\nsplit = '85:25'", "split must sum to 100"),
    "asha": ("lr = [1, 2]\nfolds = 2\n[sweep]\nmethod = 'asha'\ntrials = 2", "give split instead"),
    "data": ("lr = [1]\ndataset = 'folder:nowhere'", "nowhere"),
    "option as data": ("lr = [1]\ndataset = '--balance'", "must be one of 'digits'"),
    "toml": ("lr = [", "space.toml: "),
}


@pytest.mark.parametrize("kind", WRONG)
def test_a_wrong_space_is_refused_in_a_line_and_nothing_is_written(badak, space, tmp_path, kind):
    words, expected = WRONG[kind]
    done = badak("sweep", space(words))
    assert (done.code, done.err.count("\n")) == (2, 1)
    assert expected in done.err
    assert [path.name for path in tmp_path.iterdir()] == ["space.toml"]


def test_a_folder_of_other_things_is_refused(badak, space, tmp_path):
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "thesis.txt").touch()
    done = badak("sweep", space("lr = [1]"), "--run-dir", "other")
    assert done.code == 2
    assert "other exists and holds no sweep" in done.err


def test_without_ray_nothing_is_written(badak, space, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "ray", None)
    done = badak("sweep", space(GRID))
    assert done.code == 2
    assert "pip install 'badak[ray]'" in done.err
    assert [path.name for path in tmp_path.iterdir()] == ["space.toml"]


def test_a_stop_says_how_to_continue(badak, space, monkeypatch):
    monkeypatch.setattr(sweep, "_train", lambda *_: signal.SIGTERM)
    monkeypatch.setattr(sweep, "started", lambda _: started_by_nobody())
    done = badak("sweep", space(GRID))
    assert done.code == 128 + signal.SIGTERM
    assert "stopped by SIGTERM after 0 of 4 trials; continue with the same command" in done.err


def test_a_sweep_that_began_while_ray_started_stays(badak, space, monkeypatch, tmp_path):
    begun = tmp_path / "sweeps" / "space" / "sweep.toml"

    class started_slowly(started_by_nobody):
        def __enter__(self):
            begun.parent.mkdir(parents=True)
            begun.write_text("of another process")
            return 1

    monkeypatch.setattr(sweep, "_train", lambda *_: signal.SIGTERM)
    monkeypatch.setattr(sweep, "started", lambda _: started_slowly())
    done = badak("sweep", space(GRID))
    assert done.code == 2
    assert "sweeps/space already holds a sweep" in done.err
    assert begun.read_text() == "of another process"


class started_by_nobody:
    def __enter__(self):
        return 1

    def __exit__(self, *fault):
        pass


def test_a_live_table_shows_what_fits():
    from badak.cli.sweep_table import live_rows, summary

    trials = [Trial(number, {"lr": number / 10}, epochs=5) for number in range(1, 8)]
    trials[:4] = [
        replace(trials[0], state="finished", epoch=5, score=0.7),
        replace(trials[1], state="failed", reason="nan"),
        replace(trials[2], state="stopped", epoch=1, score=0.8),
        replace(trials[3], state="running", epoch=2, score=0.75),
    ]
    assert [own.number for own in live_rows(trials, 3)] == [1, 3, 4]
    assert [own.number for own in live_rows(trials, 9)] == list(range(1, 8))
    assert summary(trials) == (
        "3 of 7 trials ended, 1 running, 1 stopped early, 1 failed; the best so far: trial-003 "
        "with 0.8000"
    )


def test_a_sweep_speaks_korean(capsys):
    from badak.cli.sweep_table import line, summary, table

    trials = [
        Trial(1, {"lr": 0.1}, "finished", epoch=8, epochs=8, score=0.9),
        Trial(2, {"lr": 0.2}, "failed", epochs=8, reason="lr must be above 0; got -1"),
        Trial(3, {"lr": 0.3}, "running", epoch=2, epochs=8),
        Trial(4, {"lr": 0.4}),
    ]
    with speaking("ko"):
        lines = [translated(line(own)) for own in trials]
        console = terminal.console()
        console.print(table(trials))
        end = translated(summary(trials))
    assert lines[0] == "trial-001 (lr 0.1): 끝남, 에폭 8/8, 0.9000"
    assert lines[1] == "trial-002 (lr 0.2): 실패, 에폭 0/8: lr은 0 초과여야 한다: 받은 값 -1"
    assert end.startswith("시행 4개 가운데 2개가 끝났다, 1개 진행 중, 1개 실패")
    shown = capsys.readouterr().out
    for word in ("시행", "에폭", "점수", "상태", "끝남", "실패", "진행 중", "대기"):
        assert word in shown


def test_a_best_trial_of_lists_without_end_is_refused(tmp_path):
    (tmp_path / "best.toml").write_text("trial = " + 2000 * "[")
    with pytest.raises(FormatError, match=r"best\.toml: its lists are nested too deeply"):
        measured(tmp_path, Trial(1, {}), {})
