"""`badak export`: the files it writes, what it prints, and what it refuses."""

import re
import sys

import numpy as np
import onnxruntime
import pytest

import badak as library
from badak import data, storage
from badak.cli.export import FORMATS
from badak.layers import MaxPool2d, ReLU

FILES = {"html": ["html", "html.md"], "c": ["c", "c.md", "h"], "onnx": ["onnx", "onnx.md"]}


def written(run):
    return sorted(path.name for path in run.iterdir() if path.name.startswith("run."))


@pytest.mark.parametrize("form", FORMATS)
def test_export_writes_the_file_and_its_card(badak, trained, form):
    done = badak("export", trained, "--to", form)
    assert done.code == 0, done.err
    assert written(trained) == [f"run.{ending}" for ending in FILES[form]]
    for ending in FILES[form]:
        path = trained / f"run.{ending}"
        assert f"{path}  {path.stat().st_size:,} bytes" in done.out
    card = (trained / f"run.{form}.md").read_text()
    result = library.load(trained / "best.safetensors").evaluate(data.load("digits")[1][:30])
    for words in (
        "# run\n", "A simple network for 10 classes", "| Data set | digits |", "433,890",
        f"| Test accuracy after epoch 2 | {result.accuracy:.4f} of 30 test images |",
        "| Learnt from | 60 of the training images of digits |",
        "| Weights | those after epoch 2, the best of 2 on the test images |", "## How to load",
        f"| run.{form} | {(trained / f'run.{form}').stat().st_size:,} bytes |", "conv1: Conv2d",
    ):  # fmt: skip
        assert words in card, words


def test_the_card_says_what_was_not_measured_or_limited(badak, tmp_path):
    few = ("--limit-test", "40", "--evaluate-sample", "20", "--batch-size", "300")
    done = badak("train", *few, "--epochs", "2", "--max-steps", "6", "--run-dir", "run")
    assert done.code == 0, done.err
    assert badak("export", "run", "--to", "html").code == 0
    card = (tmp_path / "run" / "run.html.md").read_text()
    images = len(data.load("digits")[0])
    assert f"| Learnt from | all {images:,} training images of digits |" in card
    assert re.search(r"Test accuracy after epoch 1 \| \d\.\d+ of 20 test images", card)
    assert "| Weights | those after epoch 1, the best of 1 on the test images |" in card
    (tmp_path / "run" / "best.safetensors").unlink()  # as in a run of an older version
    assert badak("export", "run", "--to", "html").code == 0
    card = (tmp_path / "run" / "run.html.md").read_text()
    assert f"| Weights | those after epoch 1 and {6 - -(-images // 300)} further steps |" in card


@pytest.mark.parametrize("form", FORMATS)
def test_export_follows_no_link_of_the_run_directory(badak, trained, tmp_path, form):
    """A run directory may come from an archive; a file that the user names may be a link."""
    kept = tmp_path / f"kept.{form}"
    kept.write_text("kept")
    (trained / f"run.{FILES[form][-1]}").symlink_to(kept)
    done = badak("export", trained, "--to", form)
    assert done.code == 2
    assert "symbolic link" in done.err
    assert kept.read_text() == "kept"
    (tmp_path / f"link.{form}").symlink_to(kept)
    done = badak("export", trained, "--to", form, "-o", f"link.{form}")
    assert done.code == 0, done.err
    assert kept.read_bytes() != b"kept"


def test_the_file_can_be_named(badak, trained, tmp_path):
    done = badak("export", trained, "--to", "c", "-o", "net.c")
    assert done.code == 0, done.err
    assert "int net_predict(" in (tmp_path / "net.h").read_text()
    assert (tmp_path / "net.c").exists()
    assert (tmp_path / "net.c.md").exists()
    assert written(trained) == []


def test_int8_prints_its_accuracy_beside_floats(badak, trained):
    assert badak("export", trained, "--to", "c").code == 0
    done = badak("export", trained, "--to", "c", "--int8")
    assert done.code == 0, done.err
    accuracy = (
        library.load(trained / "best.safetensors").evaluate(data.load("digits")[1][:30]).accuracy
    )
    found = dict(re.findall(r"(\w+) accuracy (\d\.\d{4}) on 30 images", done.out))
    assert found["float32"] == f"{accuracy:.4f}"
    assert float(found["int8"]) == pytest.approx(accuracy, abs=0.1)
    card = (trained / "run-int8.c.md").read_text()
    assert f"| int8 accuracy | {found['int8']} on 30 images |" in card
    assert "int8_t" in (trained / "run-int8.c").read_text()
    assert "int8_t" not in (trained / "run.c").read_text()


WRONG = {
    "no format": ([], "Missing option '--to'"),
    "another format": (["--to", "exe"], "'exe' is not one of 'html', 'c', 'onnx'"),
    "int8 page": (["--to", "html", "--int8"], "--int8 is for --to c; got --to html"),
    "page's weights": (["--to", "html", "--weights-file"], "--weights-file is for --to c; got"),
    "another ending": (["--to", "html", "-o", "page.c"], "must end in .html; got page.c"),
    "no such folder": (["--to", "c", "-o", "nowhere/a.c"], "nowhere/a.h: No such file"),
}


@pytest.mark.parametrize("case", WRONG)
def test_wrong_words_are_refused(badak, trained, tmp_path, case):
    words, message = WRONG[case]
    before = sorted(tmp_path.rglob("*"))
    done = badak("export", trained, *words)
    assert done.code == 2
    assert message in done.err
    assert sorted(tmp_path.rglob("*")) == before


def test_a_folder_that_is_no_run(badak, tmp_path):
    done = badak("export", tmp_path, "--to", "c")
    assert done.code == 2
    assert re.search("run directory.*config.toml", done.err)


@pytest.mark.parametrize("form", ["html", "c"])  # ONNX supports every layer
def test_layers_a_format_does_not_know_are_all_listed(badak, trained, monkeypatch, form):
    from badak.formats.steps import lower

    fewer = {k: v for k, v in lower.LOWERINGS.items() if k not in (ReLU, MaxPool2d)}
    monkeypatch.setattr(lower, "LOWERINGS", fewer)
    done = badak("export", trained, "--to", form)
    assert done.code == 2
    assert "ReLU ('relu1'), MaxPool2d ('pool1'), ReLU ('relu2')" in done.err
    assert done.err.count("\n") == 1
    assert written(trained) == []


@pytest.mark.parametrize("form", FORMATS)
def test_a_full_disk_leaves_the_old_file(badak, trained, monkeypatch, form):
    badak("export", trained, "--to", form)
    before = {name: (trained / name).read_bytes() for name in written(trained)}
    arrays, metadata = storage.load(trained / "best.safetensors")
    arrays["conv1.bias"] += 1
    storage.save(trained / "best.safetensors", arrays, metadata)

    def full(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("badak.storage.os.fsync", full)
    done = badak("export", trained, "--to", form)
    assert done.code == 2
    assert "No space left on device" in done.err
    assert {name: (trained / name).read_bytes() for name in written(trained)} == before
    assert not list(trained.glob(".*badak-tmp"))


def test_the_onnx_file_gives_the_networks_outputs(badak, trained):
    badak("export", trained, "--to", "onnx")
    images = data.load("digits")[1].images[:5]
    session = onnxruntime.InferenceSession(trained / "run.onnx")
    (logits,) = session.run(None, {session.get_inputs()[0].name: images})
    expected = library.load(trained / "best.safetensors")(images)
    np.testing.assert_allclose(logits, expected, rtol=1e-5, atol=1e-5)


def test_without_the_onnx_package_the_extra_is_named(badak, trained, monkeypatch):
    for name in [name for name in sys.modules if name.startswith("badak.formats.onnx")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "onnx", None)  # makes its import fail
    done = badak("export", trained, "--to", "onnx")
    assert done.code == 2
    assert "pip install 'badak[onnx]'" in done.err
    assert written(trained) == []


def test_weights_in_a_file_of_their_own(badak, trained):
    done = badak("export", trained, "--to", "c", "--weights-file")
    assert done.code == 0, done.err
    assert written(trained) == ["run.bin", "run.c", "run.c.md", "run.h"]
    assert (trained / "run.bin").stat().st_size > 4 * 433_890
    assert (trained / "run.c").stat().st_size < 20_000
    assert "run_load(bytes, size) != RUN_LOADED" in (trained / "run.c.md").read_text()


def test_int8_without_the_data_set_says_so(badak, trained, monkeypatch):
    config = trained / "config.toml"
    config.write_text(config.read_text().replace('"digits"', '"folder:/nowhere"'))
    done = badak("export", trained, "--to", "c", "--int8")
    assert done.code == 2
    assert "/nowhere" in done.err
    assert written(trained) == []


def test_a_page_needs_no_data_set(badak, trained):
    config = trained / "config.toml"
    config.write_text(config.read_text().replace('"digits"', '"folder:/nowhere"'))
    assert badak("export", trained, "--to", "html").code == 0
    assert '"prepare": "picture"' in (trained / "run.html").read_text()


def test_a_digit_page_where_the_data_are_digits(badak, trained):
    badak("export", trained, "--to", "html")
    assert '"prepare": "filling"' in (trained / "run.html").read_text()
