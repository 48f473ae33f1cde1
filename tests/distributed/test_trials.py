"""A sweep's trials: which is the best, and the table that a resume reads."""

import math

import pytest

from badak.distributed.sweep import Trial, best_trial, by_score, read_states, write_trials
from badak.distributed.sweep.trials import check_stopped
from badak.errors import FormatError


def test_the_table_reads_back(tmp_path):
    path = tmp_path / "trials.csv"
    choices = [{"lr": 0.1, "layers": "conv 3 3,\nflatten"}, {"lr": 1e-5, "layers": '"a", b'}]
    trials = [
        Trial(1, choices[0], "failed", 2, 5, reason='step 3, "nan"'),
        Trial(2, choices[1], "running", 3, 5, 0.1 + 0.2, 1 / 3),
    ]
    write_trials(path, trials)
    again = [Trial(number, own) for number, own in enumerate(choices, 1)]
    read_states(path, again)
    assert again[1] == trials[1]
    assert (again[0].state, again[0].reason) == ("failed", 'step 3, "nan"')
    assert math.isnan(again[0].score)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda page: page.replace("trial-002", "trial-003"), "damaged: trial-003"),
        (lambda page: page.replace("running", "sleeping"), "damaged: trial-002, sleeping"),
        (lambda page: page.replace("0.2", "0.3"), "trial-002 has other options"),
        (lambda page: page.replace(",3,5", ",three,5"), "damaged"),
        (lambda page: page.splitlines()[0], "must have 2 lines"),
        (lambda page: page.replace("lr", "rate"), "other columns"),
        (lambda page: "", "other columns"),
    ],
)
def test_a_damaged_table_is_refused(tmp_path, change, words):
    path = tmp_path / "trials.csv"
    trials = [Trial(1, {"lr": 0.1}), Trial(2, {"lr": 0.2}, "running", 3, 5, 0.5, 0.5)]
    write_trials(path, trials)
    path.write_text(change(path.read_text()))
    with pytest.raises(FormatError, match=words):
        read_states(path, trials)


def test_the_best_has_the_highest_score_then_less_loss_then_came_first():
    def ended(number, score, loss, state="finished"):
        return Trial(number, {}, state, score=score, loss=loss)

    trials = [
        ended(1, 0.9, 0.5),
        ended(2, 0.9, 0.4, "stopped"),
        ended(3, 0.9, 0.4),
        ended(4, 0.99, 0.1, "failed"),
        ended(5, math.nan, math.nan),
        ended(6, 0.95, 0.1, "running"),
    ]
    assert best_trial(trials).number == 2
    assert [trial.number for trial in by_score(trials)] == [4, 6, 2, 3, 1, 5]


def test_a_stopped_trial_whose_last_epoch_was_not_written_goes_on(tmp_path):
    run = tmp_path / "trial-001"
    run.mkdir()
    page = "epoch,step,train_loss,train_accuracy,validation_loss,validation_accuracy\n"
    (run / "history.csv").write_text(page + "1,9,1.0,0.5,1.0,0.5\n")
    trials = [Trial(1, {}, "stopped", epoch=1), Trial(2, {}, "finished", epoch=2)]
    check_stopped(trials, tmp_path)
    assert [trial.state for trial in trials] == ["stopped", "finished"]
    trials[0].epoch = 2
    check_stopped(trials, tmp_path)
    assert [trial.state for trial in trials] == ["running", "finished"]
