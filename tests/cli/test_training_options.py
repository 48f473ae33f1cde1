"""Options of `badak train` for the loss, the classes and the average of the weights."""

import re

import pytest

import badak as library
from badak.cli.config_file import read_config
from badak.training import RunDirectory

QUICK = ("--limit-train", "60", "--limit-test", "30", "--batch-size", "20", "--epochs", "2")
OPTIONS = {
    "--label-smoothing": ("0.1", "labels smoothed by 0.1"),
    "--class-weight": ("balanced", "each class with the same weight"),
    "--balance": (None, "each class drawn equally often"),
    "--ema": ("0.9", r"weights averaged \(0.9\)"),
}


def contents(run):
    files = [path for path in run.rglob("*.*") if path.suffix in {".safetensors", ".csv", ".txt"}]
    return {path.relative_to(run): path.read_bytes() for path in files}


@pytest.mark.parametrize("option", OPTIONS)
def test_an_option_is_kept_said_and_resumed_to_the_same_bits(badak, tmp_path, option):
    value, words = OPTIONS[option]
    chosen = (option,) if value is None else (option, value)
    done = badak("train", *QUICK, *chosen, "--run-dir", "whole")
    assert done.code == 0, done.err
    assert re.search(f"2 epochs of Adam.*{words}", done.out)
    name = option[2:].replace("-", "_")
    kept = getattr(read_config(RunDirectory(tmp_path / "whole")), name)
    assert str(kept) == ("True" if value is None else value)
    badak("train", *QUICK, *chosen, "--run-dir", "parts", "--max-steps", "4")
    done = badak("train", "--run-dir", "parts", "--resume")
    assert done.code == 0, done.err
    assert contents(tmp_path / "whole") == contents(tmp_path / "parts")


def test_all_together_are_repeated_by_verify_resume(badak):
    chosen = ("--label-smoothing", "0.1", "--balance", "--ema", "0.9")
    badak("train", *QUICK, *chosen, "--run-dir", "run")
    done = badak("verify-resume", "run", "--steps", "4")
    assert done.code == 0, done.err
    assert "identical" in done.out


def test_a_run_without_is_not_resumed_with(badak, trained):
    for option, (value, _) in OPTIONS.items():
        chosen = (option,) if value is None else (option, value)
        done = badak("train", "--run-dir", trained, "--resume", *chosen)
        assert done.code == 2
        assert re.search(f"was begun without {option}; got", done.err)


@pytest.mark.parametrize(
    ("words", "fault"),
    [
        (("--label-smoothing", "2"), "--label-smoothing must be at least 0 and at most 1; got 2"),
        (("--ema", "1"), "--ema must be above 0 and below 1; got 1"),
        (
            ("--class-weight", "balanced", "--balance"),
            "--class-weight and --balance are .*choose one of them",
        ),
    ],
)
def test_values_that_are_refused(badak, tmp_path, words, fault):
    done = badak("train", *QUICK, *words)
    assert done.code == 2
    assert re.search(fault, done.err)
    assert not (tmp_path / "runs").exists()


def test_smoothing_is_part_of_the_saved_loss(badak, tmp_path):
    badak("train", *QUICK, "--label-smoothing", "0.1", "--run-dir", "run")
    assert library.load(tmp_path / "run" / "model.safetensors").loss.label_smoothing == 0.1
