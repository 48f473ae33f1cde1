"""The usual order of commands: train, evaluate, predict, inspect, verify, resume."""

import importlib.util
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import badak as library
from badak import data
from badak.cli.config_file import read_config
from badak.training import RunDirectory

QUICK = ("--limit-train", "60", "--limit-test", "30", "--batch-size", "20", "--epochs", "2")


def test_train_writes_a_run(trained):
    names = {path.relative_to(trained).as_posix() for path in trained.rglob("*.*")}
    assert names == {
        "best.safetensors",
        "checkpoint/latest.safetensors",
        "config.toml",
        "history.csv",
        "log.txt",
        "model.safetensors",
        "plots/filters_after.png",
        "plots/filters_before.png",
        "plots/learning_curve.png",
        "steps.csv",
    }
    for picture in (trained / "plots").iterdir():
        assert np.asarray(Image.open(picture).convert("L")).std() > 10  # not a blank page
    assert len((trained / "history.csv").read_text().splitlines()) == 1 + 2
    assert len((trained / "steps.csv").read_text().splitlines()) == 1 + 2 * 3


def test_train_says_what_it_does(badak):
    done = badak("train", *QUICK)
    assert "(28+0-4-1)//1+1=24" in done.out
    assert re.search("60 images.*, 30 ", done.out)
    assert "epoch   2  step      6" in done.out
    assert "test accuracy 0." in done.out
    assert "badak predict runs/digits-simple IMAGE" in done.out


# The last measurement saw all test images, a few, or the network of three steps before.
@pytest.mark.parametrize("more", [(), ("--evaluate-sample", "7"), ("--max-steps", "8")])
def test_train_ends_with_the_accuracy_on_all_test_images(badak, tmp_path, more):
    sizes = ("--limit-train", "100", "--limit-test", "90", "--batch-size", "20", "--epochs", "2")
    done = badak("train", *sizes, "--weight-init", "he", "--run-dir", "run", *more)
    net, (_, test) = library.load(tmp_path / "run" / "model.safetensors"), data.load("digits")
    accuracy = net.evaluate(test[:90]).accuracy
    assert f"test accuracy {accuracy:.4f} on 90 images" in done.out


def test_tensorboard_files_are_written_on_request(badak, tmp_path, monkeypatch):
    badak("train", *QUICK, "--run-dir", "plain")
    done = badak("train", *QUICK, "--run-dir", "shown", "--tensorboard")
    assert done.code == 0, done.err
    assert len(list((tmp_path / "shown" / "tensorboard").glob("events.*"))) == 1
    assert not (tmp_path / "plain" / "tensorboard").exists()
    plain = (tmp_path / "plain" / "history.csv").read_bytes()
    assert (tmp_path / "shown" / "history.csv").read_bytes() == plain
    monkeypatch.setitem(sys.modules, "tensorboardX", None)
    done = badak("train", *QUICK, "--run-dir", "missing", "--tensorboard")
    assert done.code == 2
    assert "pip install 'badak[tensorboard]'" in done.err
    assert not (tmp_path / "missing").exists()


def test_runs_without_a_name_get_the_next_free_one(badak, tmp_path):
    for _ in range(3):
        badak("train", *QUICK, "--max-steps", "1")
    assert sorted(path.name for path in (tmp_path / "runs").iterdir()) == [
        "digits-simple",
        "digits-simple-2",
        "digits-simple-3",
    ]


def test_before_and_after_differ_and_before_is_the_start(trained):
    config = read_config(RunDirectory(trained))
    start, end = config.network(), library.load(trained / "model.safetensors")
    assert (start.parameters()["conv1.weight"] != end.parameters()["conv1.weight"]).any()
    assert start.parameters()["conv1.weight"].std() == pytest.approx(0.01, rel=0.1)
    before, after = (
        (trained / "plots" / f"filters_{w}.png").read_bytes() for w in ("before", "after")
    )
    assert before != after


def test_evaluate_measures_all_test_images(badak, trained):
    done = badak("evaluate", trained)
    net, (_, test) = library.load(trained / "model.safetensors"), data.load("digits")
    assert f"accuracy {net.evaluate(test).accuracy:.4f}" in done.out
    assert "360" in done.out
    right = (net.predict(test.images) == test.labels) & (test.labels == 3)
    assert f"{right.sum()}" in next(line for line in done.out.splitlines() if line.startswith("3 "))


@pytest.mark.parametrize("model", ["lenet", "deep"])
def test_another_model_starts_from_its_own_weights(badak, tmp_path, model):
    done = badak("train", *QUICK, "--model", model, "--epochs", "1", "--run-dir", "run")
    assert done.code == 0, done.err
    config = read_config(RunDirectory(tmp_path / "run"))
    assert (config.model, config.weight_init) == (model, None)
    weight = config.network().parameters()["conv2.weight"]
    assert weight.std() == pytest.approx((2 / weight[0].size) ** 0.5, rel=0.05)  # He et al. 2015
    assert badak("evaluate", "run").code == 0


def contents(run):
    return {path.name: path.read_bytes() for path in run.rglob("*.*") if path.suffix != ".toml"}


def test_resume_needs_only_the_directory(badak, tmp_path):
    options = (*QUICK, "--optimizer", "momentum", "--lr", "0.05", "--weight-init", "he")
    badak("train", *options, "--run-dir", "whole")
    badak("train", *options, "--run-dir", "parts", "--max-steps", "4", "--checkpoint-every", "2")
    done = badak("train", "--run-dir", "parts", "--resume")
    assert done.code == 0, done.err
    assert contents(tmp_path / "whole") == contents(tmp_path / "parts")


def test_resume_with_more_epochs_is_the_longer_run(badak, tmp_path):
    badak("train", *QUICK, "--run-dir", "longer", "--epochs", "3")
    badak("train", *QUICK, "--run-dir", "grown")
    badak("train", "--run-dir", "grown", "--resume", "--epochs", "3")
    assert contents(tmp_path / "longer") == contents(tmp_path / "grown")


def test_verify_resume_proves_it(badak, trained):
    before = contents(trained)
    done = badak("verify-resume", trained, "--steps", "6")
    assert done.code == 0, done.err
    assert "identical" in done.out
    assert contents(trained) == before


def test_verify_resume_of_a_run_shorter_than_the_steps_asked_for(badak, trained):
    done = badak("verify-resume", trained, "--steps", "40")  # the run has 6
    assert done.code == 0, done.err
    assert "6 steps" in done.out


def test_snapshots_on_request_and_to_the_same_file_after_a_resume(badak, tmp_path):
    badak("train", *QUICK, "--snapshots", "2", "--run-dir", "whole")
    badak("train", *QUICK, "--snapshots", "2", "--run-dir", "parts", "--max-steps", "3")
    done = badak("train", "--run-dir", "parts", "--resume")
    assert done.code == 0, done.err
    assert contents(tmp_path / "whole") == contents(tmp_path / "parts")
    assert library.inspect.timeline(tmp_path / "whole").steps.tolist() == [0, 2, 4, 6]
    assert badak("verify-resume", "whole", "--steps", "6").code == 0


def test_verify_resume_notices_another_record(badak, trained):
    text = (trained / "steps.csv").read_text()
    (trained / "steps.csv").write_text(text.replace("1,1,20,", "1,1,21,", 1))
    done = badak("verify-resume", trained, "--steps", "6")
    assert done.code == 2
    assert "DIFFERENT" in done.out
    assert "has others: its data, the processor" in done.err


def test_config_comes_back(trained):
    config = read_config(RunDirectory(trained))
    assert (config.dataset, config.limit_train, config.batch_size) == ("digits", 60, 20)
    assert config.class_names == tuple("0123456789")
    assert config.input_shape == (1, 28, 28)
    config.save(RunDirectory(trained))
    assert read_config(RunDirectory(trained)) == config
    assert tomllib.loads((trained / "config.toml").read_text())["optimizer"] == "adam"


@pytest.fixture
def shapes(tmp_path):
    """Two classes of small images of different colour."""
    generator = np.random.default_rng(0)
    for name, colour in (("leaf", (20, 200, 20)), ("sky \u2600", (20, 20, 220))):
        (tmp_path / "pictures" / name).mkdir(parents=True)
        for number in range(12):
            noise = generator.integers(0, 30, (20, 24, 3), dtype=np.uint8)
            Image.fromarray(noise + np.uint8(colour)).save(
                tmp_path / "pictures" / name / f"{number}.png"
            )
    return tmp_path / "pictures"


def test_a_folder_of_images(badak, shapes, tmp_path):
    folder = f"folder:{shapes.name}"
    options = ("--image-size", "12", "--batch-size", "10", "--epochs", "15", "--weight-init", "he")
    done = badak("train", folder, *options, "--run-dir", "run")
    assert done.code == 0, done.err
    assert "test accuracy 1.0000" in done.out
    assert "leaf  " in badak("predict", "run", shapes / "leaf" / "0.png").out
    assert "sky \u2600" in badak("evaluate", "run").out


def test_a_limit_on_a_folder_keeps_every_class(badak, shapes):
    """The images are sorted by class: the first eight would all be leaves."""
    options = ("--image-size", "12", "--limit-train", "8", "--limit-test", "4", "--epochs", "1")
    done = badak("train", f"folder:{shapes}", *options, "--run-dir", "run")
    assert done.code == 0, done.err
    train, test = read_config(RunDirectory(Path("run"))).load_data()
    assert set(train.labels) == set(test.labels) == {0, 1}
    assert read_config(RunDirectory(Path("run"))).batch_size == 8  # all, if fewer than 100


def test_resume_says_where_there_is_nothing_to_go_on_with(badak):
    done = badak("train", *QUICK, "--run-dir", "new", "--resume")
    assert re.search("new .*no checkpoint", done.out)
    done = badak("train", "--run-dir", "new", "--resume", "--epochs", "3")
    assert "no checkpoint" not in done.out


def test_a_damaged_image_is_named_and_passed_over_on_request(badak, shapes):
    bad = shapes / "leaf" / "bad.png"
    bad.write_bytes((shapes / "leaf" / "0.png").read_bytes()[:60])
    options = ("--image-size", "12", "--batch-size", "10", "--epochs", "1", "--run-dir", "run")
    done = badak("train", f"folder:{shapes}", *options)
    assert done.code == 2
    assert "bad.png" in done.err
    assert "--skip-corrupt" in done.err
    done = badak("train", f"folder:{shapes}", *options, "--skip-corrupt")
    assert done.code == 0, done.err
    caution, *more = done.err.splitlines()
    assert caution.startswith(f"Caution: {shapes}: 1 image could not be decoded")
    assert all("fewer than 10 images" in line for line in more)


@pytest.mark.parametrize("name", ["mnist", "fashion-mnist", "cifar10"])
def test_the_real_data_sets(badak, data_dir, name):
    options = ("--limit-train", "300", "--limit-test", "50", "--epochs", "1", "--run-dir", "run")
    done = badak("train", name, "--data-dir", data_dir, *options)
    assert done.code == 0, done.err
    assert re.search("300 images.*, 50 ", done.out)
    if name == "fashion-mnist":
        assert "Ankle boot" in badak("evaluate", "run", "--data-dir", data_dir).out


def test_version_names_the_native_cores_state(badak, monkeypatch):
    if importlib.util.find_spec("badak._core") is not None:
        words = r"native core: built by (GCC|Clang) \d.*; runs \S+ of .*; threads: \d"
        assert re.search(words, badak("--version").out)
    monkeypatch.setitem(sys.modules, "badak._core", None)  # makes its import fail
    done = badak("--version")
    assert "native core: not built" in done.out
    assert f"badak {library.__version__}" in done.out


def test_help_lists_the_commands_and_loads_none_of_them():
    script = (
        "import sys\n"
        "from badak.cli.app import main\n"
        "try: main(['--help'])\n"
        "except SystemExit: pass\n"
        "print([name for name in ('matplotlib', 'rich', 'numpy') if name in sys.modules])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    for name in ("train", "evaluate", "predict", "inspect", "profile", "bench", "verify-resume"):
        assert name in done.stdout
    assert done.stdout.splitlines()[-1] == "[]"
