"""badak calibrate and evaluate on a folder: what is found is kept, shown and applied."""

import csv
import json
import shutil
import tomllib

import numpy as np
import pytest
from PIL import Image

import badak as library
from badak import data, inspect
from badak.data.folder import read_classes


@pytest.fixture
def folder(tmp_path):
    """Sixty test digits as files, a folder per class, some of them under a wrong name."""
    _, test = data.load("digits")
    for place in range(60):
        label = test.labels[place] if place % 5 else (test.labels[place] + 1) % 10
        path = tmp_path / "labelled" / str(label) / f"{place}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray((test.images[place, 0] * 255).astype(np.uint8)).save(path)
    return tmp_path / "labelled"


@pytest.fixture
def run(trained, tmp_path):
    return shutil.copytree(trained, tmp_path / "mine")


def images_of(folder):
    return read_classes(folder, [str(k) for k in range(10)], 28, False)


def test_evaluate_measures_a_folder(badak, run, folder):
    done = badak("evaluate", run, folder)
    assert done.code == 0, done.err
    net = library.load(run / "best.safetensors")
    assert f"accuracy {net.evaluate(images_of(folder)).accuracy:.4f}" in done.out
    assert f"theimagesof{folder}" in "".join(done.out.split())


def test_calibrate_keeps_what_it_finds(badak, run, folder, tmp_path):
    done = badak("calibrate", run, folder, "--precision", "0.3")
    assert done.code == 0, done.err
    net, some = library.load(run / "best.safetensors"), images_of(folder)
    kept = tomllib.loads((run / "calibration.toml").read_text())
    assert kept["temperature"] == pytest.approx(inspect.temperature(net, some))
    assert (kept["images"], kept["precision"]) == (len(some), 0.3)
    file = next(folder.rglob("*.png"))
    done = badak("predict", run, file, "--csv", "a.csv", "--json", "a.json", "--top", "10")
    assert f"temperature {kept['temperature']:.2f}" in done.out
    (row,) = csv.DictReader((tmp_path / "a.csv").read_text().splitlines())
    image = data.read_image(file, net.input_shape)
    calm = inspect.with_temperature(net, kept["temperature"])
    best = int(calm.predict(image)[0])
    assert row["class_1"] == str(best)
    chance = calm.predict_proba(image)[0, best]
    assert float(row["probability_1"]) == pytest.approx(chance)
    assert row["sure"] == ("yes" if chance >= kept["thresholds"][best] else "no")
    assert json.loads((tmp_path / "a.json").read_text())[0]["sure"] == (row["sure"] == "yes")
    done = badak("predict", run, file, "--top", "1")
    assert ("% ?" in done.out) == (row["sure"] == "no")


def test_it_is_forgotten_when_the_weights_change(badak, run, folder):
    badak("calibrate", run, folder)
    net = library.load(run / "best.safetensors")
    net.parameters()["linear2.bias"][...] += 1
    net.save(run / "best.safetensors")
    done = badak("evaluate", run, folder)
    assert "temperature" not in done.out


def test_exports_have_the_temperature(badak, run, folder, tmp_path):
    badak("calibrate", run, folder)
    kept = tomllib.loads((run / "calibration.toml").read_text())
    badak("export", run, "--to", "onnx", "-o", tmp_path / "net.onnx")
    net, exported = (
        library.load(run / "best.safetensors"),
        library.onnx.load(tmp_path / "net.onnx"),
    )
    x = np.random.default_rng(0).random((2, 1, 28, 28), dtype=np.float32)
    np.testing.assert_allclose(exported(x), net(x) / kept["temperature"], rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"temperature": -1.0}, "temperature must.*-1"),
        ({"thresholds": [0.5]}, r"thresholds must be 10.*0\.5"),
        ({"thresholds": ["x"] * 10}, "thresholds must.*'x'"),
        ({"images": "many"}, "images must.*'many'"),
        ({"weights": 3}, "weights must.*3"),
        ({"more": 3}, "more"),
        ({}, "no calibration"),
    ],
)
def test_a_damaged_file_is_named(badak, run, folder, change, words):
    import re

    import tomli_w

    badak("calibrate", run, folder)
    path = run / "calibration.toml"
    kept = tomllib.loads(path.read_text())
    path.write_text(tomli_w.dumps(kept | change) if change else "[[")
    done = badak("predict", run, next(folder.rglob("*.png")))
    assert done.code == 2
    assert re.search(words, done.err), done.err
    assert "calibration.toml" in done.err


def test_images_are_asked_for(badak, run, tmp_path):
    done = badak("calibrate", run)
    assert (done.code, "name a FOLDER" in done.err) == (2, True)
    (tmp_path / "cats" / "tom").mkdir(parents=True)
    for command in ("calibrate", "evaluate"):
        done = badak(command, run, tmp_path / "cats")
        assert (done.code, "not learnt: tom" in done.err) == (2, True), done.err


def test_answers_that_are_all_right_calibrate_nothing(badak, run, tmp_path):
    net, (_, test) = library.load(run / "best.safetensors"), data.load("digits")
    guesses = net.predict(test.images[:8])
    for place, label in enumerate(guesses):
        path = tmp_path / "easy" / str(label) / f"{place}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray((test.images[place, 0] * 255).astype(np.uint8)).save(path)
    done = badak("calibrate", run, tmp_path / "easy")
    assert (done.code, "all 8 answers are right" in done.err) == (2, True), done.err
    assert not (run / "calibration.toml").exists()


def test_a_run_that_does_not_say_what_it_learnt_is_mentioned(badak, run, folder):
    assert "does not say which images it learnt" in badak("evaluate", run, folder).err


def test_a_temperature_keeps_what_is_frozen():
    net = library.models.LeNet5()
    net.freeze("conv1")
    assert inspect.with_temperature(net, 2.0).frozen[:1] == net.frozen[:1]
