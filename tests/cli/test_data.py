"""`badak data`: the terminal's report and the page, of folders in any state and of other data."""

import re
from html.parser import HTMLParser

import numpy as np
import pytest
from PIL import Image

from badak.data import load
from cli.test_changed_data import CLASSES, write

GROUPS = "--group-by-prefix=1"
EVIL = '<img src=x onerror="alert(1)">&$x'


class _Page(HTMLParser):
    """Collects a page's tags with their attributes, and its text."""

    def __init__(self, content):
        super().__init__()
        self.tags, self.text = [], []
        self.feed(content)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.text.append(data)


@pytest.fixture
def evil_folder(tmp_path):
    """Two classes; one has a name that would act on a page, and so have files."""
    for name, images in ((EVIL, "ant"), ("개미\x1b[2J", "bee")):
        write(tmp_path / "photos" / name, CLASSES[images], range(14), 0)
    first = min((tmp_path / "photos" / EVIL).iterdir())
    (first.parent / f"copy {EVIL}.png").write_bytes(first.read_bytes())
    (first.parent / "cut.png").write_bytes(first.read_bytes()[:60])
    return tmp_path / "photos"


def test_the_terminal_says_what_the_page_shows(badak, evil_folder, tmp_path):
    done = badak("data", f"folder:{evil_folder}")
    assert done.code == 0, done.err
    assert "1 file cannot be decoded" in done.out
    assert "2 images are equal files in one class, in 1 group" in done.out
    assert "\x1b" not in done.out
    assert f"copy {EVIL}.png" in done.out.replace("\n", "")
    page = tmp_path / "runs" / "data-photos" / "report.html"
    assert str(page.relative_to(tmp_path)) in done.out
    shown = _Page(page.read_text(encoding="utf-8"))
    text = " ".join(shown.text)
    assert "2 images are equal files in one class" in text
    assert f"copy {EVIL}.png" in text
    assert "\x1b" not in text
    images = [attributes for tag, attributes in shown.tags if tag == "img"]
    assert len(images) > 10
    for attributes in images:
        assert "onerror" not in attributes
        assert attributes["src"].startswith("data:image/")
    assert {tag for tag, _ in shown.tags} <= {
        "html", "head", "meta", "title", "style", "body", "header", "h1", "h2", "h3", "dl", "div",
        "dt", "dd", "nav", "ul", "li", "a", "main", "section", "p", "ol", "span", "img", "figure",
        "details", "summary", "script",
    }  # fmt: skip
    links = {attributes["href"][1:] for tag, attributes in shown.tags if tag == "a"}
    sections = [attributes["id"] for tag, attributes in shown.tags if tag == "section"]
    assert len(set(sections)) == len(sections)
    assert links == set(sections)
    assert {path.name for path in (page.parent / "plots").iterdir()} == {
        "class_counts.png", "image_sizes.png",
    }  # fmt: skip


def test_many_entries_are_cut_in_the_terminal_and_complete_on_the_page(badak, tmp_path):
    for name in ("ant", "bee"):
        write(tmp_path / "photos" / name, CLASSES[name], range(12), 0)
    for k in range(40):
        (tmp_path / "photos" / "ant" / f"bad {k}.jpg").write_text("none")
        (tmp_path / "photos" / f"{k}.txt").write_text("none")
    done = badak("data", "folder:photos", "--out", "look")
    assert done.code == 0, done.err
    assert done.out.count("bad ") == 5
    assert done.out.count("    and 35 more") == 2
    page = (tmp_path / "look" / "report.html").read_text(encoding="utf-8")
    assert len(re.findall(r"<li>ant/bad \d+.jpg: ", page)) == 40
    assert len(re.findall(r"<li>\d+.txt: ", page)) == 40


def test_any_data_set_can_be_looked_at(badak, tmp_path):
    done = badak("data", "digits", "--split", "80:20")
    assert done.code == 0, done.err
    assert re.search(r"Parts: 1,1\d\d training, \d+ validation, 360 test", done.out)
    assert (tmp_path / "runs" / "data-digits" / "report.html").exists()


def test_the_parts_of_a_split_are_those_of_training(badak, tmp_path):
    for name in ("ant", "bee"):
        write(tmp_path / "photos" / name, CLASSES[name], range(30), 0)
    for words in (
        ("--split", "60:20:20"),
        ("--split", "70:30"),
        ("--split=70:15:15", "--group-by-prefix=1"),
    ):
        looked = badak("data", "folder:photos", *words)
        trained = badak("train", "folder:photos", *words, "--epochs", "1", "--model", "lenet")
        assert looked.code == trained.code == 0, looked.err + trained.err
        parts = re.search(r"Parts: (\d+) training, (\d+) validation, (\d+) test", looked.out)
        learnt = re.search(
            r"(\d+) images to learn from, (\d+) to choose the epoch by, (\d+) to test on",
            trained.out,
        )
        assert parts.groups() == learnt.groups()


def test_a_pretrained_network_judges_labels(badak, trained, tmp_path):
    """A network that knows digits finds the digit in the wrong folder."""
    from badak import load as load_network  # noqa: F401

    train, _ = load("digits")
    for k in (0, 1):
        (tmp_path / "photos" / str(k)).mkdir(parents=True)
    for k in (0, 1):
        for number, image in enumerate(train.images[train.labels == k][:30]):
            wrong = k == 0 and number == 7
            path = tmp_path / "photos" / str(1 - k if wrong else k) / f"{k}-{number}.png"
            Image.fromarray((image[0] * 255).astype(np.uint8)).save(path)
    done = badak("data", "folder:photos", "--pretrained", trained / "model.safetensors")
    assert done.code == 0, done.err
    assert "1 image looks like another class; about 1 label is wrong" in done.out
    assert "1/0-7.png (labelled 1, looks like 0)" in done.out


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["folder:none"], "none must be a folder of images; it does not exist"),
        (["mnits"], "did you mean 'mnist'"),
        (["digits", "--split", "70:x"], "--split must be two or three numbers, such as .* '70:x'"),
        (["digits", "--split", "70:20:20"], "--split must sum to 100, such as .*'70:20:20', 110"),
        (["digits", "--group-by-prefix"], "--group-by-prefix is for --split and --folds"),
        (["digits", "--pretrained", "resnet18"], "--pretrained is for folder:PATH.*got 'digits'"),
        (["folder:.", "--data-dir", "."], "--data-dir is not for 'folder:.'"),
        (["digits", "--out", "file/below"], "cannot write file/below: Not a directory"),
    ],
)
def test_errors_name_option_and_value(badak, tmp_path, words, message):
    (tmp_path / "file").touch()
    done = badak("data", *words)
    assert done.code == 2
    assert re.search(message, done.err), done.err
    assert not (tmp_path / "runs").exists()
