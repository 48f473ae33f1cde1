"""The examples run, as they stand, each in a folder of its own; and they stay short."""

import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import badak

EXAMPLES = Path(__file__).parents[1] / "examples"
NAMES = sorted(path.stem for path in EXAMPLES.glob("*.py"))


@pytest.fixture
def example(tmp_path):
    """A function that runs an example and returns what it prints; a warning is an error."""

    def run(name, *words):
        words = [sys.executable, "-W", "error", EXAMPLES / f"{name}.py", *words]
        done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run


@pytest.fixture
def photos(tmp_path):
    """Ten photos each of two classes that colour tells apart."""
    draw = np.random.default_rng(0)
    for place, name in enumerate(("apples", "limes")):
        (tmp_path / "photos" / name).mkdir(parents=True)
        for number in range(10):
            pixels = draw.integers(0, 100, (48, 64, 3), np.uint8)
            pixels[..., place] += 150
            Image.fromarray(pixels).save(tmp_path / "photos" / name / f"{number}.png")
    return tmp_path / "photos"


def test_there_are_five_and_they_are_short():
    assert len(NAMES) == 5
    for name in NAMES:
        assert len((EXAMPLES / f"{name}.py").read_text().splitlines()) < 40, name


def test_look_inside(example, tmp_path):
    words = example("look_inside")
    assert "433,890" in words
    assert float(re.search(r"test images: (\S+)", words)[1]) > 0.8
    total, bias, value = map(float, re.search(r"^(\S+) \+ (\S+) = (\S+)$", words, re.M).groups())
    assert total + bias == pytest.approx(value, abs=2e-4)
    assert len(list(tmp_path.glob("*.png"))) == 6


def test_own_layer(example):
    words = example("own_layer")
    assert re.search(r"^swish1 .* ok$", words, re.MULTILINE)
    assert float(re.search(r"accuracy (\S+)$", words)[1]) > 0.8


def test_export_and_compare(example, tmp_path):
    words = example("export_and_compare")
    differences = [float(number) for number in re.findall(r"largest difference (\S+)", words)]
    assert len(differences) == 2
    assert max(differences) < 1e-4
    assert "<title>Digits</title>" in (tmp_path / "digits.html").read_text("utf-8")


def test_beside_the_book(example):
    words = example("beside_the_book")
    book, own = map(float, re.search(r"book's (\S+), badak's (\S+)", words).groups())
    assert own == pytest.approx(book, rel=1e-6)
    differences = [float(number) for number in re.findall(r"largest difference (\S+)", words)]
    assert len(differences) == 6
    assert max(differences) < 1e-5


@pytest.mark.parametrize("learnt", [False, True])
def test_own_photos(learnt, example, photos, tmp_path):
    badak.models.ResNet8().save(tmp_path / "weights.safetensors")  # stands for what ImageNet taught
    words = example("own_photos", photos, *(["weights.safetensors"] if learnt else []))
    assert re.search(r"^\('apples', 'limes'\): \S+ of 5 photos", words, re.MULTILINE)
    shares = re.findall(r"^0.png: (?:apples|limes) (\S+)$", words, re.MULTILINE)
    assert sum(map(float, shares)) == pytest.approx(1, abs=0.02)
    assert badak.load(tmp_path / "photos.safetensors").num_classes == 2
