"""Wrong command lines: exit code 2, one line that says why, nothing written."""

import os
import re
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

QUICK = ("--limit-train", "60", "--limit-test", "30", "--batch-size", "20", "--epochs", "2")


def files(folder):
    return {
        path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


WRONG_TRAIN = {
    "unknown data set": (["digit"], "'digits'\\?"),
    "empty folder name": (["folder:"], "the data set.*got 'folder:'"),
    "missing folder": (["folder:nowhere"], "nowhere"),
    "epochs 0": (["--epochs", "0"], "--epochs.*got 0"),
    "epochs -1": (["--epochs", "-1"], "--epochs.*got -1"),
    "batch size 0": (["--batch-size", "0"], "--batch-size.*got 0"),
    "batch size over all": (["--batch-size", "61"], "--batch-size.* 60 training.*got 61"),
    "lr nan": (["--lr", "nan"], "--lr.*got nan"),
    "lr inf": (["--lr", "inf"], "--lr.*got inf"),
    "lr 0": (["--lr", "0"], "--lr.*got 0"),
    "lr -1": (["--lr", "-1"], "--lr.*got -1"),
    "seed -1": (["--seed", "-1"], "--seed.*got -1"),
    "seed 2**70": (["--seed", str(2**70)], "--seed.*got 1180591620717411303424"),
    "weight init": (["--weight-init", "glorot"], "--weight-init.*'he', 'xavier'.*got 'glorot'"),
    "weight init -1": (["--weight-init", "-1"], "--weight-init.*got -1"),
    "weight init nan": (["--weight-init", "nan"], "--weight-init.*got nan"),
    "resume without a directory": (["--resume"], "--resume.*--run-dir"),
    "image size of digits": (["--image-size", "30"], "--image-size.*'folder:PATH'"),
    "data dir": (["mnist", "--data-dir", "nowhere"], "--data-dir.*nowhere"),
    "run dir under a file": (["--run-dir", "file/run"], "run directory file/run"),
    "run dir is a file": (["--run-dir", "file"], "run directory file"),
    "run dir with a long name": (["--run-dir", "x" * 300], "run directory.*xxx"),
}


@pytest.mark.parametrize("case", WRONG_TRAIN)
def test_wrong_training_is_refused_before_anything_is_written(badak, tmp_path, case):
    words, message = WRONG_TRAIN[case]
    (tmp_path / "file").write_text("no folder")
    limits = () if "--image-size" in words or words[0] == "mnist" else QUICK
    done = badak("train", *limits, *words)
    assert done.code == 2
    assert re.search(message, done.err)
    assert done.err.startswith("Error: ")
    assert done.err.count("\n") == 1
    assert files(tmp_path) == {(tmp_path / "file").relative_to(tmp_path): b"no folder"}


@pytest.mark.parametrize(
    "words",
    [
        ["train", "--model", "resnet"],
        ["train", "--epochs", "2.5"],
        ["train", "--limit-train", "0"],
        ["train", "--nothing"],
        ["predict"],
        ["trian"],
    ],
)
def test_wrong_options_are_usage_errors(badak, tmp_path, words):
    done = badak(*words)
    assert done.code == 2
    assert "Error: " in done.err
    assert files(tmp_path) == {}


def test_a_misspelt_model_is_answered_by_the_most_similar(badak):
    done = badak("train", "--model", "mobilenetv2")
    assert (done.code, "did you mean 'mobilenet-v2'?" in done.err) == (2, True)
    assert "vgg11" not in done.err
    done = badak("train", "--model", "?")
    assert (done.code, "one of simple, lenet" in done.err) == (2, True)


def test_no_traceback_from_a_process_of_its_own(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "badak", "train", "--batch-size", "0"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert re.fullmatch("Error: --batch-size.*got 0\n", done.stderr)


def test_a_run_is_not_overwritten(badak, trained):
    before = files(trained)
    done = badak("train", *QUICK, "--run-dir", trained)
    assert done.code == 2
    assert "already" in done.err
    assert files(trained) == before


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--batch-size", "30"], "--batch-size 20.*got 30"),
        (["--seed", "1"], "--seed 0.*got 1"),
        (["mnist"], "dataset 'digits'.*got 'mnist'"),
        (["--lr", "0.1"], "without --lr.*got 0.1"),
    ],
)
def test_resume_with_other_options_is_refused(badak, trained, words, message):
    before = files(trained)
    done = badak("train", *words, "--run-dir", trained, "--resume")
    assert done.code == 2
    assert re.search(message, done.err)
    assert files(trained) == before


BAD_IMAGES = {
    "missing": None,
    "empty": b"",
    "text": b"hello",
    "cut short": b"\x89PNG\r\n\x1a\n" + bytes(20),
    "a pipe": None,
}


@pytest.mark.parametrize("case", BAD_IMAGES)
def test_a_bad_image_is_named(badak, trained, tmp_path, case):
    if case == "a pipe":
        os.mkfifo(tmp_path / "picture.png")
    elif BAD_IMAGES[case] is not None:
        (tmp_path / "picture.png").write_bytes(BAD_IMAGES[case])
    done = badak("predict", trained, "picture.png")
    assert done.code == 2
    assert "picture.png" in done.err
    assert done.err.count("\n") == 1


def test_folders_that_are_no_data_set(badak, tmp_path):
    def attempt(*more):
        done = badak("train", "folder:pictures", "--run-dir", "run", *more)
        assert done.code == 2
        assert done.err.count("\n") == 1
        assert not (tmp_path / "run").exists()
        return done.err

    for name in ("cat", "dog"):
        (tmp_path / "pictures" / name).mkdir(parents=True)
    assert "cat" in attempt()
    for number in range(5):
        Image.fromarray(np.full((9, 9), 50 * number, np.uint8)).save(
            tmp_path / "pictures" / "cat" / f"{number}.png"
        )
    assert "dog" in attempt()
    (tmp_path / "pictures" / "dog").rmdir()
    assert "class" in attempt()


def test_images_too_small_for_the_kernel(badak, tmp_path):
    for name in ("cat", "dog"):
        (tmp_path / "pictures" / name).mkdir(parents=True)
        for number in range(5):
            Image.fromarray(np.full((9, 9), 50 * number, np.uint8)).save(
                tmp_path / "pictures" / name / f"{number}.png"
            )
    options = ("--image-size", "4", "--batch-size", "2", "--run-dir", "run")
    done = badak("train", "folder:pictures", *options)
    assert done.code == 2
    assert re.search("Conv2d 'conv1': .*5x5.*4x4", done.err)
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("damage", ["cut", "labels for images", "not gzip"])
def test_damaged_mnist_files_are_named(badak, data_dir, tmp_path, damage):
    for path in (data_dir / "mnist").iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    images = tmp_path / "train-images-idx3-ubyte.gz"
    images.write_bytes(
        {
            "cut": images.read_bytes()[:5000],
            "labels for images": (tmp_path / "train-labels-idx1-ubyte.gz").read_bytes(),
            "not gzip": b"<html>not here</html>",
        }[damage]
    )
    done = badak("train", "mnist", "--data-dir", tmp_path, "--run-dir", "run")
    assert done.code == 2
    assert "train-images-idx3-ubyte.gz" in done.err
    assert done.err.count("\n") == 1
    assert not (tmp_path / "run").exists()
