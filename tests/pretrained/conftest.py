"""Small published weights in a forged package, photos to learn from, and a cache of our own."""

import hashlib
from functools import partial

import numpy as np
import pytest
import torch
from PIL import Image

from badak import data, models
from badak.pretrained import PUBLISHED, Published

PACKAGE = "tiny-pytorch-model"


@pytest.fixture(autouse=True)
def _own_cache(tmp_path, monkeypatch):
    """The caches of features and downloads lie in the test's own folder."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@pytest.fixture
def teacher():
    """A network that "learnt" five classes."""
    return models.ResNet20(5, 32, blocks=(1, 1), filters=(8, 16), seed=3)


@pytest.fixture
def tiny(tmp_path, monkeypatch, teacher):
    """The record of published weights named "tiny", whose package is installed."""
    state = {name: torch.tensor(array) for name, array in teacher.state().items()}
    file = tmp_path / "weights.pth"
    torch.save(state, file)
    digits = hashlib.sha256(file.read_bytes()).hexdigest()[:8]
    record = Published(
        f"tiny-{digits}.pth", "MIT", PACKAGE, image_size=32, mean=(0.5,), std=(0.25,)
    )
    site = tmp_path / "site"
    install(site, {f"tiny_model/{record.file}": file.read_bytes()})
    monkeypatch.syspath_prepend(str(site))
    monkeypatch.setitem(PUBLISHED, "tiny", record)
    monkeypatch.setitem(
        models.MODELS, "tiny", partial(models.ResNet20, 5, blocks=(1, 1), filters=(8, 16))
    )
    return record


def install(site, files, package=PACKAGE):
    """Lay out a package as pip does."""
    about = site / f"{package.replace('-', '_')}-0.1.dist-info"
    about.mkdir(parents=True)
    (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 0.1\n")
    for name, content in files.items():
        (site / name).parent.mkdir(parents=True, exist_ok=True)
        (site / name).write_bytes(content)
    (about / "RECORD").write_text("".join(f"{name},,\n" for name in files))


@pytest.fixture
def photos(tmp_path):
    """Twelve training and eight test photos of two classes, reddish and bluish noise."""
    numbers = np.random.default_rng(0)
    for part, count in (("train", 12), ("val", 8)):
        for number in range(count):
            name = ("red", "blue")[number % 2]
            pixels = numbers.integers(0, 120, (40, 48, 3), np.uint8)
            pixels[..., 0 if name == "red" else 2] += 90
            folder = tmp_path / "photos" / part / name
            folder.mkdir(parents=True, exist_ok=True)
            Image.fromarray(pixels).save(folder / f"{number}.png")
    return tmp_path / "photos"


@pytest.fixture
def train(photos):
    """The training photos, as the tiny network takes them."""
    return data.load(f"folder:{photos}", image_size=32, crop=0.875)[0]
