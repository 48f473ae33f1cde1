"""A folder of photos is trained by a recipe of its own, unless a network is named."""

import numpy as np
import pytest
from PIL import Image

from badak.cli.config_file import read_config
from badak.cli.recipes import PHOTO, RECIPES, sized
from badak.training import RunDirectory


@pytest.fixture
def photos(tmp_path):
    generator = np.random.default_rng(0)
    for label in ("ants", "bees"):
        (tmp_path / "photos" / label).mkdir(parents=True)
        for number in range(10):
            pixels = generator.integers(0, 255, (100, 120, 3), np.uint8)
            Image.fromarray(pixels).save(tmp_path / "photos" / label / f"{number}.jpg")
    return f"folder:{tmp_path / 'photos'}"


def test_photos_get_their_model_and_recipe_and_a_line_says_so(badak, tmp_path, photos):
    done = badak("train", photos, "--max-steps", "1", "--run-dir", "run")
    assert done.code == 0, done.err
    config, recipe = read_config(RunDirectory(tmp_path / "run")), RECIPES[PHOTO]
    assert config.model == PHOTO
    for name in ("optimizer", "schedule", "augment", "label_smoothing", "ema", "image_size"):
        assert getattr(config, name) == getattr(recipe, name)
    side = recipe.image_size
    assert config.input_shape == (3, side, side)
    said = [line for line in done.out.splitlines() if line.startswith("photos: ")]
    assert len(said) == 1
    assert f"--model photo on {side}x{side} pixels" in said[0]
    done = badak("train", "--resume", "--run-dir", "run", "--max-steps", "2")
    assert done.code == 0, done.err
    assert "photos: " not in done.out


@pytest.mark.parametrize(
    ("words", "model", "side"),
    [
        (("--model", "simple"), "simple", 32),
        (("--layers", "flatten, linear 2", "--lr", "0.1"), "layers", 32),
        (("--image-size", "64", "--ema", "0.9"), "photo", 64),
        (("--model", "photo"), "photo", 96),
    ],
)
def test_options_win(badak, tmp_path, photos, words, model, side):
    done = badak("train", photos, *words, "--max-steps", "1", "--run-dir", "run")
    assert done.code == 0, done.err
    config = read_config(RunDirectory(tmp_path / "run"))
    assert (config.model, config.input_shape[1]) == (model, side)
    if "--ema" in words:
        assert config.ema == 0.9
    assert ("photos: " in done.out) == ("--image-size" in words)


def test_other_images_keep_the_books_network(badak, tmp_path, photos):
    for path in (tmp_path / "photos").rglob("*.jpg"):
        Image.open(path).save(path.with_suffix(".png"))
        path.unlink()
    badak("train", photos, "--max-steps", "1", "--run-dir", "run")
    assert read_config(RunDirectory(tmp_path / "run")).model == "simple"


def test_the_model_trains_on_other_data_sets_too(badak):
    few = ("--limit-train", "20", "--limit-test", "10", "--max-steps", "1")
    done = badak("train", "digits", "--model", "photo", *few)
    assert done.code == 0, done.err


def test_more_photos_are_shown_less_often():
    epochs = [sized(PHOTO, count, set())["epochs"] for count in (244, 1_000, 100_000)]
    assert epochs == [RECIPES[PHOTO].epochs, 50, 30]
    assert "epochs" not in sized(PHOTO, 244, {"epochs"})
