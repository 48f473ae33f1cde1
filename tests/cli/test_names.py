"""Classes, folders and files of any name, in every command; and what must not be published."""

import os
import re
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

from badak.inspect.report import SECTIONS
from badak.inspect.report import write as writing

CLASSES = ["$", "_rest_", "x\x1b[2Jy", "[red]b[dim]", "<i>&", "고래"]
SMALL = ("--image-size", "12", "--epochs", "1")


def photos(folder, classes, count=5):
    """A folder of images per class; each class has another grey."""
    for place, name in enumerate(classes):
        (folder / name).mkdir(parents=True)
        for number in range(count):
            grey = 30 * place + 5 * number
            Image.fromarray(np.full((12, 12), grey, np.uint8)).save(folder / name / f"{number}.png")
    return folder


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    return tmp_path_factory.mktemp("home-of-someone")


@pytest.fixture
def run(badak, home):
    """A run on images whose classes have odd names, trained once."""
    if not (home / "run").exists():
        folder = photos(home / "pets \x1b[1m", CLASSES)
        done = badak("train", f"folder:{folder}", *SMALL, "--run-dir", home / "run")
        assert done.code == 0, done.err
        assert "\x1b" not in done.out
    return home / "run"


def test_evaluate_and_predict_show_names_as_text(badak, run):
    image = run.parent / "\x1b]0;title\x07 [red].png"
    Image.new("L", (12, 12), 70).save(image)
    evaluated, predicted = badak("evaluate", run), badak("predict", run, image)
    for done in (evaluated, predicted):
        assert done.code == 0, done.err
        assert "\x1b" not in done.out
        assert "\x07" not in done.out
    for name in ("$", "_rest_", "x\\x1b[2Jy", "[red]b[dim]", "<i>&", "고래"):
        assert name in evaluated.out


def test_a_training_shows_names_as_text_on_a_terminal(badak, tmp_path, monkeypatch):
    """Click removes escape codes from output to a file, but not to a terminal."""
    monkeypatch.setattr("click.utils.should_strip_ansi", lambda *_: False)
    folder = photos(tmp_path / "pets", ["x\x1b[2Jy", "\u202ez"])
    done = badak("train", f"folder:{folder}", *SMALL, "--run-dir", tmp_path / "r\x1b[1m")
    assert done.code == 0, done.err
    (folder / "\u202ez" / "0\x1b[1m\u202e.png").write_bytes(b"no image")
    predicted = badak("predict", tmp_path / "r\x1b[1m", folder)
    assert "0\\x1b[1m\\u202e.png" in predicted.err
    for words in (done.out, done.err, predicted.out, predicted.err):
        assert not {"\x1b", "\u202e"} & set(words), words
    assert "x\\x1b[2Jy: " in done.out


def test_an_error_shows_a_name_as_text(badak, run):
    done = badak("predict", run, "no\x1b[2Jfile.png")
    assert done.code == 2
    assert "no\\x1b[2Jfile.png" in done.err


@pytest.mark.parametrize("at_hand", [True, False])
def test_the_report_tells_no_path(badak, run, monkeypatch, at_hand):
    confusion = SECTIONS["Predictions"][:1]  # all together take half a minute
    monkeypatch.setattr(writing, "SECTIONS", {"Predictions": confusion})
    monkeypatch.setattr("badak.cli.inspect.MAX_FLOPS", 0)  # no gradient check
    data = run.parent / "pets \x1b[1m"
    if not at_hand:
        data.rename(data.with_name("moved"))
    done = badak("inspect", run)
    if not at_hand:
        data.with_name("moved").rename(data)
    assert done.code == 0, done.err
    page = (run / "report.html").read_text()
    assert str(run.parent) not in page
    assert "<title>SimpleConvNet on pets \\x1b[1m</title>" in page
    assert ("left out: badak inspect says why" in page) is not at_hand
    assert ('<html lang="ko">' in page) is at_hand


@pytest.mark.parametrize("form", ["html", "c", "onnx"])
def test_what_is_exported_tells_no_path(badak, run, form):
    done = badak("export", run, "--to", form)
    assert done.code == 0, done.err
    for file in run.glob("run.*"):
        assert os.fsencode(run.parent) not in file.read_bytes(), file
        assert b"\x1b" not in file.read_bytes() or form == "onnx"
    card = (run / f"run.{form}.md").read_text()
    assert "| Data set | pets \\\\x1b\\[1m |" in card
    assert re.search(r"\| Learnt from \| all \d+ training images of pets", card)


@pytest.mark.parametrize("words", [("evaluate",), ("predict", "개.png"), ("predict", "나비.png")])
def test_an_ascii_terminal_gets_no_traceback(run, words):
    Image.new("L", (12, 12), 70).save(run.parent / "개.png")
    command, *images = words
    done = subprocess.run(
        [sys.executable, "-m", "badak", command, run, *images],
        cwd=run.parent,
        env={**os.environ, "PYTHONIOENCODING": "ascii", "LC_ALL": "C"},
        capture_output=True,
        check=False,
    )
    assert b"Traceback" not in done.stderr
    assert done.returncode == (2 if "나비.png" in words else 0)


@pytest.mark.skipif(os.name != "posix", reason="names there are text")
def test_a_path_that_is_not_utf8_is_no_traceback(badak, tmp_path):
    folder = photos(tmp_path / os.fsdecode(b"caf\xe9"), ["a", "b"])
    done = badak("train", f"folder:{folder}", *SMALL, "--run-dir", tmp_path / "run")
    assert done.code == 2
    assert "caf\\udce9" in done.err
    assert not (tmp_path / "run" / "model.safetensors").exists()


@pytest.mark.skipif(os.name != "posix", reason="names there are text")
def test_files_may_have_names_that_are_not_utf8(badak, run, tmp_path):
    image, export = (os.fsdecode(b"sm\xf6r" + ending) for ending in (b".png", b".html"))
    Image.new("L", (12, 12), 70).save(tmp_path / image)
    for words in (("predict", run, image), ("export", run, "--to", "html", "-o", export)):
        done = badak(*words)
        assert done.code == 0, done.err
        assert "sm\\udcf6r" in done.out
    assert "<title>sm\\udcf6r</title>" in (tmp_path / export).read_text()
