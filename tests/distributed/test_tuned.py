"""Trials under Ray Tune, trained by stand-ins: order, early stops, faults, lost processes."""

import math
import os
import signal
import threading

import pytest

from badak.distributed.sweep import Search, Told, Trial
from badak.distributed.sweep.start import started
from badak.distributed.sweep.tuned import run, scheduler
from badak.errors import BadakError
from badak.training import Interrupted

CPUS = 2


@pytest.fixture(scope="module")
def _ray():
    with started(cpus=CPUS) as total:
        assert total == CPUS
        yield


def stand_in():
    """A job that trains nothing; a function within one is sent to Ray's processes as it is."""

    def job(options, place, watch):
        place.mkdir(parents=True, exist_ok=True)
        if options.get("dies") and not (place / "died").exists():
            (place / "died").touch()
            os._exit(1)
        if options.get("fault"):
            raise BadakError(options["fault"])
        if options.get("bug"):
            raise KeyError(options["bug"])
        scores = options["scores"]
        for epoch, score in enumerate(scores, 1):
            with (place / "epochs").open("a") as file:
                file.write(f"{os.environ['BADAK_NUM_THREADS']}\n")
            if not watch.tell(Told(epoch, len(scores), score, 1 - score)) and epoch < len(scores):
                raise Interrupted(signal.SIGTERM)

    return job


def trained(place, search=None, at_once=None, changed=None, **options):
    """Train trials of these options, a list for each; return them."""
    rows = [
        dict(zip(options, values, strict=True)) for values in zip(*options.values(), strict=True)
    ]
    trials = [Trial(number, row, epochs=9) for number, row in enumerate(rows, 1)]
    known = {trial.number: trial.choices for trial in trials}
    stop = run(
        trials,
        known,
        stand_in(),
        place,
        search or Search(),
        1,
        at_once,
        changed or (lambda _: None),
    )
    return trials, stop


@pytest.mark.usefixtures("_ray")
def test_each_trial_is_trained_in_order_with_its_threads(tmp_path, capfd):
    begun = []

    def changed(trial):
        if trial.state == "running" and not trial.epoch:
            begun.append(trial.number)

    scores = [[0.1, 0.2], [0.3], [0.5, 0.4]]
    trials, stop = trained(tmp_path, at_once=1, changed=changed, scores=scores)
    assert stop is None
    assert begun == [1, 2, 3]
    assert [trial.state for trial in trials] == ["finished"] * 3
    assert [trial.score for trial in trials] == [0.2, 0.3, 0.4]
    for trial, own in zip(trials, scores, strict=True):
        assert (tmp_path / trial.name / "epochs").read_text() == "1\n" * len(own)
    assert sorted(path.name for path in tmp_path.iterdir()) == [trial.name for trial in trials]
    assert capfd.readouterr() == ("", "")  # Ray Tune says nothing


@pytest.mark.usefixtures("_ray")
def test_asha_stops_weak_trials_after_their_first_epoch(tmp_path):
    scores = [[0.9] * 9, [0.1] * 9, [0.2] * 9, [0.95] * 9]
    search = Search("asha", 4, grace=1, reduction=3)
    trials, _ = trained(tmp_path, search, at_once=1, scores=scores)
    assert [trial.state for trial in trials] == ["finished", "stopped", "stopped", "finished"]
    lines = [len((tmp_path / t.name / "epochs").read_text().splitlines()) for t in trials]
    assert lines == [trial.epoch for trial in trials] == [9, 1, 1, 9]


@pytest.mark.usefixtures("_ray")
def test_a_fault_ends_its_trial_alone_and_a_lost_process_is_replaced(tmp_path, capfd):
    trials, _ = trained(
        tmp_path,
        scores=[[0.5], [0.6], [0.7], [0.8, 0.9]],
        fault=[None, "the loss is\nnan", None, None],
        bug=[None, None, "weights", None],
        dies=[False, False, False, True],
    )
    assert [trial.state for trial in trials] == ["finished", "failed", "failed", "finished"]
    assert [trial.reason for trial in trials] == ["", "the loss is nan", "KeyError: 'weights'", ""]
    assert trials[3].score == 0.9
    assert capfd.readouterr() == ("", "")


@pytest.mark.usefixtures("_ray")
def test_a_signal_stops_all_trials_and_leaves_them_to_go_on(tmp_path):
    def changed(trial):
        if trial.number == 2 and trial.epoch == 2:
            signal.raise_signal(signal.SIGINT)

    trials, stop = trained(tmp_path, changed=changed, scores=[[0.1], [0.2] * 500, [0.3]])
    assert stop == signal.SIGINT
    assert trials[1].state == "running"
    told = len((tmp_path / "trial-002" / "epochs").read_text().splitlines())
    assert 2 <= told < 500
    assert threading.active_count() < 50


def test_a_resumed_asha_knows_what_ended_trials_reached(tmp_path):
    """The rule of Li et al.: of three trials at the first rung, one goes on."""
    head = "epoch,step,train_loss,train_accuracy,validation_loss,validation_accuracy\n"
    trials = [Trial(number, {}, "finished", 1, 9) for number in (1, 2)] + [Trial(3, {}, epochs=9)]
    for trial, accuracy in zip(trials, (0.8, 0.9), strict=False):
        place = tmp_path / trial.name
        place.mkdir()
        (place / "history.csv").write_text(f"{head}1,9,1.0,0.5,1.0,{accuracy}\n")
    for score, answer in ((0.7, "STOP"), (0.95, "CONTINUE")):
        asha = scheduler(Search("asha", 3, grace=1, reduction=3), trials, tmp_path)

        class Known:
            trial_id = "trial-003"

        asha.on_trial_add(None, Known)
        assert asha.on_trial_result(None, Known, {}) == "CONTINUE"  # a beat
        assert asha.on_trial_result(None, Known, {"epoch": 1, "score": score}) == answer


def test_without_ray_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "ray", None)
    with pytest.raises(ImportError, match=r"pip install 'badak\[ray\]'"), started():
        pass


def test_a_score_that_is_missing_is_the_worst():
    assert Trial(1, {}, score=math.nan).merit < Trial(2, {}, score=0.0).merit
