"""What a notebook shows: HTML that parses, where names are words, and not too much of it."""

import subprocess
import sys
from html.parser import HTMLParser

import numpy as np
import pytest

from badak import Network, models
from badak.data import Dataset
from badak.layers import Flatten, Linear, ReLU
from badak.network.results import Evaluation
from badak.notebook import Html, Line, chart, table
from badak.training import EpochRecord, History, StepRecord

EVIL = "<script>alert(1)</script>"
VOID = {"img", "br"}


class Parsed(HTMLParser):
    """The tags and the text of HTML; fails if a tag is not closed where it should be."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.text, self.images, self._open = [], "", [], []
        self.feed(html)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        assert not any(name.startswith("on") for name, _ in attrs)
        if tag == "img":
            self.images.append(dict(attrs))
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag):
        assert self._open.pop() == tag

    def handle_data(self, data):
        self.text += data + "\n"


def shown(thing):
    html = thing._repr_html_()
    assert len(html) < 800_000
    return Parsed(html)


def pets(count=7, shape=(1, 8, 6), names=("cat", EVIL)):
    images = np.random.default_rng(0).random((count, *shape), np.float32)
    return Dataset(images, np.arange(count) % len(names), names, "<b>pets")


def test_a_network_shows_its_layers():
    net = Network({EVIL: Flatten(), "last": Linear(3)}, (1, 4, 5))
    seen = shown(net)
    assert seen.tags.count("tr") == 4
    assert {EVIL, "Linear", "63", "last"} <= set(seen.text.split("\n"))
    assert shown(net.summary()).text == seen.text


def test_of_many_layers_the_first_and_the_last_are_shown():
    layers = [ReLU() for _ in range(200)]
    text = shown(Network([Flatten(), *layers, Linear(2)], (1, 2, 2))).text
    assert "relu1\n" in text
    assert "linear1\n" in text
    assert "relu100\n" not in text
    assert "… 142 more rows …" in text


def test_a_network_needs_no_matplotlib_for_it():
    code = (
        "import sys; from badak import models; models.LeNet5()._repr_html_(); "
        "sys.exit('matplotlib' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize("shape", [(1, 28, 28), (3, 40, 20), (3, 300, 200), (4, 5, 6)])
def test_a_dataset_shows_its_classes(shape):
    seen = shown(pets(shape=shape))
    assert {"cat", EVIL, "4", "3"} <= set(seen.text.split("\n"))
    assert seen.images[1]["alt"] == f"3 images of class {EVIL}"
    assert seen.images[0]["src"].startswith("data:image/png;base64,")
    assert seen.images[0]["height"] == str(48 if shape[1] >= shape[2] else 40)


def test_a_dataset_shows_ten_classes_in_pictures():
    names = [f"class {number}" for number in range(1000)]
    seen = shown(pets(3000, (3, 16, 16), names))
    assert len(seen.images) == 10
    assert "class 999" in seen.text
    assert "… 940 more rows …" in seen.text


def test_an_empty_dataset_shows_its_classes_too():
    seen = shown(pets()[:0])
    assert seen.images == []
    assert "0 images" in seen.text


def test_images_beyond_0_to_1_are_shown_from_the_darkest_to_the_brightest():
    images = np.linspace(-2, 3, 64, dtype=np.float32).reshape(2, 1, 8, 4)
    shown(Dataset(images, [0, 1]))


def epochs(count, validated=True):
    for number in range(1, count + 1):
        validation = (0.5, 0.75) if validated else (np.nan, np.nan)
        yield EpochRecord(number, 10 * number, 1 / number, 1 - 0.5 / number, *validation)


@pytest.mark.parametrize("validated", [True, False])
@pytest.mark.parametrize("count", [1, 2, 40, 10_000])
def test_a_history_shows_curves_and_the_last_epochs(count, validated):
    steps = [StepRecord(number, 1, 5, 0.1, 2.0, 0.5) for number in range(1, 3)]
    seen = shown(History(steps, list(epochs(count, validated))))
    assert seen.tags.count("svg") == 2
    assert ("validation" in seen.text.split("\n")) is validated
    assert f"{1 - 0.5 / count:.4f}" in seen.text
    assert seen.tags.count("tr") == 1 + min(count, 5)


def test_a_history_before_its_first_epoch_shows_its_steps():
    steps = [StepRecord(number, 1, 5, 0.1, 2.0 / number, 0.5) for number in range(1, 3)]
    seen = shown(History(steps))
    assert "Loss by step" in seen.text
    assert "2 steps, 0 epochs" in seen.text
    assert "0 steps" in shown(History()).text


@pytest.mark.parametrize("values", [[np.nan], [np.inf, 1.0], [0.0, 0.0], [1e30, 1e-30], [-5, -5]])
def test_a_chart_of_odd_numbers_is_drawn_without_them(values):
    html = chart("<i>", [Line(EVIL, list(enumerate(values)))])
    assert "nan" not in html
    assert "inf" not in html
    Parsed(html)
    assert (html == "") is bool(np.isnan(values[0]))


def test_an_evaluation_is_a_table():
    seen = shown(Evaluation(0.25, 0.9375, 1234))
    assert {"0.2500", "0.9375", "1,234"} <= set(seen.text.split("\n"))


def test_a_long_word_is_cut_and_html_is_left():
    seen = Parsed(table("t" * 1000, ["a"], [["b" * 1000], [Html("<b>bold</b>")]]))
    assert len(seen.text) < 300
    assert "b" in seen.tags


def test_models_are_small_to_show():
    assert len(models.ResNet20()._repr_html_()) < 50_000
