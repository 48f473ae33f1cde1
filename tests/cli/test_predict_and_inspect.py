"""predict, inspect and profile of a trained run, in words and pictures."""

import re

import numpy as np
import pytest
from PIL import Image

import badak as library
from badak import data
from badak.inspect.report import features
from badak.ops import edition


def test_predict_names_an_image_file(badak, trained, tmp_path):
    _, test = data.load("digits")
    pixels = (test.images[0, 0] * 255).round().astype(np.uint8)
    Image.fromarray(pixels).save(tmp_path / "digit.png")
    Image.fromarray(255 - pixels).save(tmp_path / "ink.png")
    chances = library.load(trained / "model.safetensors").predict_proba(pixels[None, None])[0]
    best = int(chances.argmax())
    done = badak("predict", trained, "digit.png")
    assert f"{best}  {chances[best]:.1%}" in done.out
    assert "digit.png" in done.out
    inverted = badak("predict", trained, "--invert", "ink.png")
    assert f"{best}  {chances[best]:.1%}" in inverted.out


def as_of_mnist(run, data_dir):
    """Change a run so that it claims to be of MNIST, with the files in this folder."""
    config = run / "config.toml"
    text = config.read_text().replace('dataset = "digits"', 'dataset = "mnist"')
    config.write_text(f'data_dir = "{data_dir}"\n{text}')


def write_one(path):
    """A one in dark ink, as an image file; its pixels."""
    page = np.full((120, 90), 200, np.uint8)
    page[20:100, 40:50] = 30
    Image.fromarray(page).save(path)
    return page


def test_predict_prepares_handwriting_for_a_model_of_mnist(badak, trained, tmp_path):
    as_of_mnist(trained, "nowhere")
    page = write_one(tmp_path / "one.png")
    chances = library.load(trained / "model.safetensors").predict_proba(
        data.digit_from_image(page).image[None]
    )[0]
    done = badak("predict", trained, "one.png", "one.png")
    assert done.code == 0, done.err
    assert f"{chances.argmax()}  {chances.max():.1%}" in done.out
    assert "as MNIST's digits" in done.out
    for name in ("digit_one.png", "digit_one-2.png"):
        assert str(trained / "plots" / name) in done.out
        assert (trained / "plots" / name).read_bytes()[1:4] == b"PNG"
    Image.new("L", (50, 50), "white").save(tmp_path / "blank.png")
    done = badak("predict", trained, "blank.png")
    assert done.code == 2
    assert done.err.startswith("Error: blank.png: the image shows no handwriting")


def test_predict_needs_the_training_digits_only_when_asked(badak, trained, tmp_path):
    as_of_mnist(trained, "nowhere")
    write_one(tmp_path / "one.png")
    done = badak("predict", trained, "one.png")
    assert done.code == 0, done.err
    assert re.search("training digits.*--data-dir", done.out)
    assert not (trained / "plots" / "nearest_one.png").exists()
    done = badak("predict", trained, "one.png", "--nearest", "3")
    assert done.code == 2
    assert done.err.startswith("Error: --data-dir must be a folder that exists")


def test_predict_draws_the_training_digits_most_alike(badak, trained, tmp_path, data_dir):
    as_of_mnist(trained, data_dir / "mnist")
    write_one(tmp_path / "one.png")
    done = badak("predict", trained, "one.png")
    assert done.code == 0, done.err
    assert done.out.splitlines()[-1] == str(trained / "plots" / "nearest_one.png")
    assert (trained / "plots" / "nearest_one.png").read_bytes()[1:4] == b"PNG"


def test_predict_draws_the_nearest_training_images(badak, trained, tmp_path):
    train, _ = data.load("digits")
    Image.fromarray((train.images[5, 0] * 255).astype(np.uint8)).save(tmp_path / "five.png")
    before = {path.name for path in (trained / "plots").iterdir()}
    done = badak("predict", trained, "five.png", "--nearest", "3")
    assert done.code == 0, done.err
    assert "prepared" not in done.out  # these digits do not have MNIST's size
    assert {path.name for path in (trained / "plots").iterdir()} - before == {"nearest_five.png"}
    assert done.out.splitlines()[-1] == str(trained / "plots" / "nearest_five.png")


def test_inspect_shows_and_draws(badak, trained, monkeypatch):
    monkeypatch.setattr("badak.cli.inspect.MAX_SAMPLES", 5)  # to be quick
    for picture in (trained / "plots").iterdir():
        picture.unlink()
    done = badak("inspect", trained)
    assert done.code == 0, done.err
    assert "conv1" in done.out
    assert "Largest relative error" in done.out
    assert "epoch 2, the best of 2" in done.out
    drawn = {path.name for path in (trained / "plots").iterdir()}
    assert {"filters_before.png", "filters_after.png", "learning_curve.png", "roc.png"} <= drawn
    assert not {"health.png", "growing_filters.gif"} & drawn  # nothing was recorded
    page = trained / "report.html"
    *_, pictures, all_on_one = done.out.splitlines()
    assert pictures == f"{len(drawn)} pictures in {trained / 'plots'}"
    assert all_on_one == f"all on one page: {page}"
    assert "<h1>SimpleConvNet on digits</h1>" in page.read_text()


@pytest.mark.filterwarnings("ignore:the training loss went")
@pytest.mark.parametrize("model", ["lenet1998", "resnet20"])
def test_inspect_shows_any_model(badak, tmp_path, model, monkeypatch):
    """A model with convolutions of several kinds, and a model with blocks; no gradient check."""
    monkeypatch.setattr("badak.cli.inspect.MAX_FLOPS", 1e6)
    monkeypatch.setattr(features, "STEPS", 5)  # to be quick
    few = ("--limit-train", "20", "--limit-test", "10", "--epochs", "1")
    assert badak("train", *few, "--snapshots", "1", "--model", model, "--run-dir", "run").code == 0
    done = badak("inspect", "run")
    assert done.code == 0, done.err
    page = (tmp_path / "run" / "report.html").read_text()
    assert f"<h1>{'ResNet20' if model == 'resnet20' else model} on digits</h1>" in page
    assert "the gradient check is skipped" in done.out
    assert "Largest relative error" not in done.out
    assert "Not drawn" not in page
    drawn = {path.name for path in (tmp_path / "run" / "plots").iterdir()}
    assert {"growing_filters.gif", "attributions_1.png", "top_patches_0.png"} <= drawn


def test_inspect_without_the_images(badak, trained, tmp_path):
    config = trained / "config.toml"
    gone = f'dataset = "folder:{tmp_path / "gone"}"'
    config.write_text(config.read_text().replace('dataset = "digits"', gone))
    done = badak("inspect", trained)
    assert done.code == 0, done.err
    assert "only what needs no images: " in done.out
    assert "Largest relative error" not in done.out
    assert "The data set is not" in (trained / "report.html").read_text()
    assert not (trained / "plots" / "confusion.png").exists()


def test_profile_shows_and_draws(badak, trained, monkeypatch):
    monkeypatch.setattr(edition, "fma_peak", lambda: 1e12)
    done = badak("profile", trained)
    assert done.code == 0, done.err
    assert "batch 20; FMA peak 1,000 GFLOP/s" in done.out
    for word in ("conv1", "linear2", "loss", "one by one", "as it runs"):
        assert word in done.out
    assert (trained / "plots" / "profile.png").read_bytes()[1:4] == b"PNG"
    assert done.out.splitlines()[-1] == str(trained / "plots" / "profile.png")


def test_profile_without_the_native_core(badak, trained, monkeypatch):
    monkeypatch.setattr(edition, "fma_peak", lambda: None)
    done = badak("profile", trained)
    assert re.search("native core.*FMA peak", done.out)
    assert "GFLOP/s" in done.out
    assert "%" in done.out
    assert "Peak" not in done.out
