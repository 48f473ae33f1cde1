"""history.csv and steps.csv are read back to the same numbers, or refused."""

import math

import pytest

from badak.errors import FormatError
from badak.training import EpochRecord, History, StepRecord
from badak.training.history import read_epochs, read_steps


@pytest.fixture
def history():
    steps = [StepRecord(1, 1, 10, 0.1, 1 / 3, 0.5), StepRecord(2, 1, 7, 1e-5, 2.0, 1.0)]
    return History(steps, [EpochRecord(1, 2, 0.1, 0.2, math.nan, math.nan)])


def test_what_was_written_is_read(tmp_path, history):
    (tmp_path / "steps.csv").write_text(history.steps_csv())
    (tmp_path / "history.csv").write_text(history.epochs_csv())
    read = History(read_steps(tmp_path / "steps.csv"), read_epochs(tmp_path / "history.csv"))
    assert (read.steps_csv(), read.epochs_csv()) == (history.steps_csv(), history.epochs_csv())
    assert read.steps == history.steps
    assert [type(value) for value in read.steps[0]] == [int] * 3 + [float] * 3


def test_a_file_that_is_not_there_yet_has_no_records(tmp_path):
    assert read_steps(tmp_path / "steps.csv") == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", r"steps.csv must begin with step,epoch,images,lr,loss,accuracy"),
        ("epoch,step\n", r"steps.csv must begin with step,epoch"),
        ("step,epoch,images,lr,loss,accuracy\n1,1\n", r"steps.csv is damaged"),
        ("step,epoch,images,lr,loss,accuracy\n1,1,1,1,1,1,1\n", r"steps.csv is damaged"),
        ("step,epoch,images,lr,loss,accuracy\n1.5,1,1,1,1,1\n", r"steps.csv is damaged.*'1.5'"),
    ],
)
def test_a_damaged_file_is_refused(tmp_path, text, words):
    (tmp_path / "steps.csv").write_text(text)
    with pytest.raises(FormatError, match=words):
        read_steps(tmp_path / "steps.csv")
