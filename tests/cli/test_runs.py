"""badak runs: one table of all runs, what is damaged named and left out."""

import csv
import shutil

import pytest


@pytest.fixture
def three(trained, tmp_path):
    """Two runs of the same data and one that never began, in a folder of their own."""
    runs = tmp_path / "several"
    shutil.copytree(trained, runs / "first")
    shutil.copytree(trained, runs / "second")
    (runs / "second" / "history.csv").write_text(
        "epoch,step,train_loss,train_accuracy,validation_loss,validation_accuracy\n"
        "1,3,0.5,0.9,0.4,0.97\n2,6,0.5,0.9,0.3,\n"
    )
    return runs


def test_the_best_stands_first(badak, three, tmp_path):
    done = badak("runs", three, "--csv", tmp_path / "table.csv")
    assert done.code == 0
    rows = list(csv.DictReader((tmp_path / "table.csv").read_text().splitlines()))
    assert [row["Run"] for row in rows] == ["second", "first"]
    assert (rows[0]["Accuracy"], rows[0]["Best"], rows[0]["Epochs"]) == ("0.9700", "1", "2/2")
    for row in rows:
        assert row["Run"] in done.out
        assert row["Data"] == "digits"


@pytest.mark.parametrize(
    ("content", "words"),
    [("nonsense\n", "must begin with epoch,step"), (None, "history.csv is damaged")],
)
def test_a_damaged_run_is_named_and_left_out(badak, three, content, words):
    place = three / "first" / "history.csv"
    place.write_text(content or place.read_text() + "3,x,1,1,1,1\n")
    done = badak("runs", three)
    assert done.code == 0
    assert words in done.err
    assert "second" in done.out
    assert "first" not in done.out


def test_a_run_without_an_epoch_has_dashes(badak, three):
    for name in ("history.csv", "model.safetensors"):
        (three / "first" / name).unlink()
    done = badak("runs", three)
    assert "0/2" in done.out


def test_a_folder_without_runs_is_told(badak, tmp_path):
    done = badak("runs", tmp_path / "nothing")
    assert done.code == 2
    assert "nothing holds no run that can be read" in done.err
