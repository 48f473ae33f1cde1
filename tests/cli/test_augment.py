"""--augment and --tta: names in lists, the picture, and averaged answers."""

import re

import numpy as np
import pytest
from PIL import Image

import badak as library
from badak import data, inspect
from badak.data.augment import crops, mirrored

QUICK = ("--image-size", "16", "--epochs", "1", "--batch-size", "8", "--model", "lenet")


@pytest.fixture
def photos(tmp_path):
    """Two classes that differ by colour, and are brighter on one side."""
    rng = np.random.default_rng(0)
    for label, name in enumerate(("red", "blue")):
        (tmp_path / "photos" / name).mkdir(parents=True)
        for k in range(12):
            pixels = rng.integers(0, 99, (16, 16, 3))
            pixels[:, : k + 2, 2 * label] += 150
            Image.fromarray(pixels.astype(np.uint8)).save(tmp_path / "photos" / name / f"{k}.png")
    return f"folder:{tmp_path / 'photos'}"


def test_photos_are_mirrored_by_default_and_answers_averaged(badak, photos, tmp_path):
    done = badak("train", photos, *QUICK, "--run-dir", "run")
    assert done.code == 0, done.err
    assert "images varied by flip" in done.out
    assert (tmp_path / "run" / "plots" / "augmentation.png").exists()

    net = library.load(tmp_path / "run" / "best.safetensors")
    _, test = data.load(photos, image_size=16)
    for name, views in (("flip", mirrored), ("crops", crops)):
        found = inspect.predictions(net, test, views)
        own = found.probabilities[np.arange(len(found)), found.labels]
        done = badak("evaluate", "run", "--tta", name)
        line = f"loss {-np.log(own).mean():.4f}, accuracy {found.accuracy:.4f}"
        assert line in done.out, done.err

    file = tmp_path / "photos" / "blue" / "3.png"
    image = data.read_image(file, (3, 16, 16))
    expected = net.predict_proba(np.concatenate(mirrored(image))).mean(axis=0)
    done = badak("predict", "run", str(file), "--tta", "flip", "--csv", "-")
    numbers = sorted(float(word) for word in re.findall(r"0\.\d+", done.out))
    np.testing.assert_allclose(numbers, sorted(expected), atol=1e-4)


def test_mixed_labels_are_learnt(badak, photos, tmp_path):
    names = "resized-crop,color-jitter,cutmix"
    done = badak("train", photos, *QUICK, "--augment", names, "--run-dir", "run")
    assert done.code == 0, done.err
    assert f"images varied by {names}" in done.out
    assert f'augment = "{names}"' in (tmp_path / "run" / "config.toml").read_text()


@pytest.mark.parametrize(("names", "words"), [
    ("flip,mixpu", "must name one or more of.*'mixpu': did you mean 'mixup'"),
    ("cutmix,flip", "'--augment': must end in cutmix.*got 'cutmix,flip'"),
    ("flip,none", "got 'none'"),
])  # fmt: skip
def test_names_that_are_refused(badak, names, words):
    done = badak("train", "digits", "--augment", names)
    assert done.code != 0
    assert re.search(words, " ".join(done.err.split()))


def test_mirrored_digits_are_none(badak, trained):
    for command in (("evaluate", trained), ("predict", trained, "image.png")):
        done = badak(*map(str, command), "--tta", "flip")
        assert re.search("--tta mirrors.*'digits'", done.err)


def test_a_run_s_file_of_other_names(badak, trained):
    config = trained / "config.toml"
    config.write_text(config.read_text() + 'augment = "flop"\n')
    done = badak("evaluate", trained)
    assert re.search(r"config\.toml.*augment must.*got 'flop': did you mean 'flip'", done.err)
