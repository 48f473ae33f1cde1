"""The best epoch on the command line: train reports it, and every later command uses it."""

import re

import numpy as np
import pytest
from PIL import Image

import badak as library
from badak import data, storage
from badak.ops import processor
from badak.training import RunDirectory

FEW = ("train", "--limit-train", "20", "--limit-test", "60", "--batch-size", "10")
WAVERING = (*FEW, "--epochs", "4", "--run-dir", "run")
ACCURACIES = [0.3, 0.7, 0.4, 0.5]


def waver(monkeypatch, size, times=1):
    """Let the accuracy on `size` images, measured several times per epoch, go up and down."""
    real = library.Network.evaluate
    left = iter([accuracy for accuracy in ACCURACIES for _ in range(times)])

    def evaluate(self, images, batch_size=256):
        result = real(self, images, batch_size)
        return result._replace(accuracy=next(left)) if len(images) == size else result

    monkeypatch.setattr(library.Network, "evaluate", evaluate)


@pytest.fixture
def wavering(badak, tmp_path, monkeypatch):
    """The output and the directory of a run whose second epoch is the best."""
    with monkeypatch.context() as patch:
        waver(patch, 60)
        done = badak(*WAVERING)
    assert done.code == 0, done.err
    return done, RunDirectory(tmp_path / "run")


def test_train_names_the_last_and_the_best_epoch(wavering):
    done, _ = wavering
    assert "test accuracy 0.5000 on 60 images" in done.out
    assert re.search(r"0\.7000 .*epoch 2.*best of 4", done.out)


def test_a_sample_is_not_taken_for_all_test_images(badak, tmp_path, monkeypatch):
    with monkeypatch.context() as patch:
        waver(patch, 9, times=2)  # as many training images
        done = badak(*WAVERING, "--evaluate-sample", "9")
    run, test = RunDirectory(tmp_path / "run"), data.load("digits")[1][:60]
    figures = [
        f"{library.load(path).evaluate(test).accuracy:.4f}" for path in (run.model, run.best)
    ]
    assert re.findall(r"test accuracy (\d\.\d{4})", done.out) == figures


@pytest.mark.parametrize(
    "words",
    [
        ["evaluate", "run"],
        ["predict", "run", "digit.png"],
        ["profile", "run"],
        ["export", "run", "--to", "c"],
    ],
)
def test_every_command_uses_the_best_and_says_so(badak, wavering, tmp_path, words):
    _, run = wavering
    pixels = data.load("digits")[1].images[0, 0] * 255
    Image.fromarray(pixels.astype(np.uint8)).save(tmp_path / "digit.png")
    run.model.write_bytes(b"not looked at")
    done = badak(*words)
    assert done.code == 0, done.err
    assert "weights of epoch 2, the best of 4" in done.out
    if words[0] == "export":
        card = (run.path / "run.c.md").read_text()
        assert "| Weights | those after epoch 2, the best of 4 on the test images |" in card
        assert "after epoch 2 | 0.7000 of" in card


def test_an_old_run_without_a_best_uses_the_last(badak, trained):
    RunDirectory(trained).best.unlink()
    done = badak("evaluate", trained)
    assert done.code == 0, done.err
    assert "last step" in done.out


@pytest.mark.parametrize("sample", [(), ("--evaluate-sample", "9")])
def test_an_old_run_whose_best_epoch_is_past_has_no_best_file(badak, tmp_path, monkeypatch, sample):
    with monkeypatch.context() as patch:
        waver(patch, 9 if sample else 60, times=1 + bool(sample))
        badak(*WAVERING, *sample, "--max-steps", "6")
        run = RunDirectory(tmp_path / "run")
        arrays, metadata = storage.load(run.checkpoint)
        old = {name: array for name, array in arrays.items() if not name.startswith("best.")}
        storage.save(run.checkpoint, old, metadata)
        run.best.unlink()
        done = badak("train", "--run-dir", "run", "--resume")
    assert done.code == 0, done.err
    assert not run.best.exists()
    assert "test accuracy" in done.out
    assert "best" not in done.out


def test_steps_after_the_best_epoch_are_told_apart_from_it(badak, tmp_path):
    done = badak(*WAVERING, "--max-steps", "3")
    run, test = RunDirectory(tmp_path / "run"), data.load("digits")[1][:60]
    figures = [
        f"{library.load(path).evaluate(test).accuracy:.4f}" for path in (run.model, run.best)
    ]
    assert re.findall(r"test accuracy (\d\.\d{4})", done.out) == figures


def test_a_resume_with_nothing_left_says_why(badak, trained):
    done = badak("train", "--run-dir", trained, "--resume")
    assert "all 2 epochs" in done.out


def test_early_stopping_says_that_it_ended_the_run(badak, tmp_path):
    options = ("--limit-train", "40", "--limit-test", "9", "--batch-size", "20", "--lr", "1e-30")
    done = badak("train", *options, "--early-stopping", "2", "--run-dir", "run")
    words = r"early stopping ended the training after epoch 3: .* of epoch 1 for 2 epochs"
    assert re.search(words, done.out)
    config = (tmp_path / "run" / "config.toml").read_text()
    done = badak("train", "--run-dir", "run", "--resume", "--epochs", "40")
    assert re.search(f"nothing left to train: {words}; to train longer, start another", done.out)
    assert (tmp_path / "run" / "config.toml").read_text() == config


def test_a_run_that_ends_worse_says_so_and_advises_no_prediction(badak):
    few = ("--limit-train", "60", "--limit-test", "20", "--batch-size", "10", "--epochs", "2")
    options = (*few, "--lr", "1e5", "--optimizer", "adam", "--run-dir", "run")
    done = badak("train", *options)
    assert done.code == 0, done.err
    words = r"^Caution: the training loss went from 2\.\d+ to .* lower learning"
    assert re.search(words, done.err, re.MULTILINE)
    assert "next: badak predict" not in done.out


def test_other_arithmetic_is_gone_on_with_when_asked_for(badak, tmp_path, monkeypatch):
    if processor.core() is None:
        pytest.skip("the native core is not built")
    few = ("--limit-train", "60", "--limit-test", "20", "--batch-size", "10", "--epochs", "2")
    badak("train", *few, "--run-dir", "run", "--max-steps", "7")
    monkeypatch.setattr("badak.ops.edition._active", "reference")
    done = badak("train", "--run-dir", "run", "--resume")
    assert done.code == 2
    assert "edition was native and is now reference" in done.err
    assert "--accept-other-bits" in done.err
    done = badak("train", "--run-dir", "run", "--resume", "--accept-other-bits")
    assert done.code == 0, done.err
    assert "Caution: " in done.err
    assert "edition was native and is now reference" in done.err
    assert storage.load(tmp_path / "run/checkpoint/latest.safetensors")[1]["position"]["step"] == 12
    done = badak("train", "--accept-other-bits")
    assert re.search("--accept-other-bits.*--resume", done.err)


def test_two_runs_at_once_have_a_directory_each(badak, tmp_path, monkeypatch):
    """Another run begins before this one does."""
    network = library.cli.config.RunConfig.network
    few = ("--limit-train", "20", "--limit-test", "10", "--batch-size", "10", "--max-steps", "1")
    seen = []

    def slow(self):
        if not seen:
            seen.append(self)
            (tmp_path / "runs" / "digits-simple").mkdir(parents=True)
            (tmp_path / "runs" / "digits-simple" / "lock").touch()
        return network(self)

    monkeypatch.setattr(library.cli.config.RunConfig, "network", slow)
    done = badak("train", *few)
    assert done.code == 0, done.err
    assert sorted(path.name for path in (tmp_path / "runs").iterdir()) == [
        "digits-simple",
        "digits-simple-2",
    ]
    assert [path.name for path in (tmp_path / "runs" / "digits-simple").iterdir()] == ["lock"]
