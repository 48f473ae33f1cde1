"""report: its sections for each kind of network; the page is self-contained and complete."""

import base64
import io
import re
import sys
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pytest
from PIL import Image

from badak import BadakError, Network, Trainer, data, inspect
from badak.inspect.report import (
    SECTIONS,
    Section,
    Trained,
    evaluation,
    features,
    history,
    report,
)
from badak.inspect.report import write as writing
from badak.layers import Conv2d, Flatten, Linear, ReLU
from badak.models import LeNet5, SimpleConvNet

SNAPSHOTS = {"health", "filters_over_time", "maps_over_time"}
MOVING = {"growing_filters", "changing_maps", "changing_confusion"}
NEED_IMAGES = {
    *("confusion", "class_accuracy", "misclassified", "reliability", "roc", "embedding"),
    *("shift_robustness", "attributions_1", "attributions_2", "attributions_3", "nearest"),
    *("feature_maps", "explain_pixel", "top_patches_0", "top_patches_1", "top_patches_2"),
}
ALWAYS = {"imagined_classes", "profile"}


class Page(HTMLParser):
    """The ids, links and images of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids, self.links, self.images, self.open = [], [], [], []
        self.feed(text)
        self.close()
        assert not self.open  # every element was closed

    def handle_starttag(self, tag, pairs):
        attributes = dict(pairs)
        if tag not in ("meta", "img", "input"):
            self.open.append(tag)
        if "id" in attributes:
            self.ids.append(attributes["id"])
        if tag == "a":
            self.links.append(attributes["href"])
        if tag == "img":
            self.images.append(attributes)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


@pytest.fixture(scope="module")
def digits():
    train, test = data.load("digits")
    return train[:200], test[:60]


@pytest.fixture(scope="module")
def trained(digits):
    trainer = Trainer(
        SimpleConvNet(filters=5), epochs=2, batch_size=20, snapshots=5, progress=False
    )
    trainer.fit(*digits)
    return Trained(
        trainer.net,
        name="A <small> network",
        about={"Data set": "digits & more"},
        start=SimpleConvNet(filters=5),
        history=trainer.history,
        moments=inspect.timeline(trainer),
        train=digits[0],
        test=digits[1],
    )


@pytest.fixture(scope="module")
def written(trained, tmp_path_factory):
    folder, told = tmp_path_factory.mktemp("report"), []
    paths = report(trained, folder / "report.html", folder, told.append)
    return folder, paths, told


def names(paths):
    return {path.stem for path in paths if path.suffix != ".html"}


def test_everything_is_drawn_and_told(trained, written):
    folder, paths, told = written
    assert told == [section.title for part in SECTIONS.values() for section in part]
    expected = {"learning_curve", "filters_before", "filters_after"}
    assert names(paths) == expected | SNAPSHOTS | MOVING | NEED_IMAGES | ALWAYS
    assert {path.stem for path in paths if path.suffix == ".gif"} == MOVING
    assert paths[-1] == folder / "report.html"
    for path in paths[:-1]:
        with Image.open(path) as image:
            assert np.asarray(image.convert("L")).std() > 5  # not a blank page


def test_the_page_stands_alone(trained, written):
    folder, paths, _ = written
    text = (folder / "report.html").read_text(encoding="utf-8")
    assert "$" not in re.sub(r"<script>.*?</script>", "", text, flags=re.DOTALL)
    assert not re.findall(r"(?:src|href)=\"(?!data:image/png;base64,|#)", text)
    assert "://" not in text  # in base64, "http" may occur by chance; "://" cannot
    page = Page(text)
    pages = 3 * len(trained.moments)
    assert len(page.images) == len(paths) - 1 - len(MOVING) + pages
    files = {path.read_bytes() for path in paths if path.suffix == ".png"}
    for image in page.images:
        content = base64.b64decode(image["src"].partition(",")[2])
        with Image.open(io.BytesIO(content)) as opened:
            assert opened.size == (int(image["width"]), int(image["height"]))
        assert image["alt"]
        files.discard(content)
    assert not files
    shown = [image for image in page.images if "hidden" not in image]
    assert len(shown) == len(page.images) - pages + 3  # one page of each animation


def test_the_contents_lead_to_each_section(written):
    page = Page((written[0] / "report.html").read_text(encoding="utf-8"))
    assert [link.removeprefix("#") for link in page.links] == page.ids
    assert len(set(page.ids)) == len(page.ids) == 1 + sum(map(len, SECTIONS.values()))


def test_words_are_words_and_numbers_are_the_networks(trained, written):
    text = (written[0] / "report.html").read_text(encoding="utf-8")
    assert "<h1>A &lt;small&gt; network</h1>" in text
    assert "<dd>digits &amp; more</dd>" in text
    accuracy = (trained.net.predict(trained.test.images) == trained.test.labels).mean()
    assert trained.facts == {
        "Data set": "digits & more",
        "Test accuracy": f"{accuracy:.2%} of 60 images",
        "Parameters": f"{sum(one.size for one in trained.net.parameters().values()):,}",
        "Steps": "20",
    }
    for part in SECTIONS.values():
        for section in part:
            assert section.sentence.endswith(".")
            assert section.sentence.replace("'", "&#x27;") in text


def test_what_is_wider_than_a_narrow_screen_says_so(written):
    """Tried in Chromium at 360 pixels; here: the page has the rules and the script for them."""
    text = (written[0] / "report.html").read_text(encoding="utf-8")
    assert re.search(r"\.wide::before \{ content: \"Scroll sideways", text)
    assert re.search(r"\.more \{ mask-image: ", text)
    for name in ("wide", "more"):
        assert f'classList.toggle("{name}"' in text
    assert 'querySelectorAll("figure, pre")' in text


def test_filters_before_and_after_are_on_one_scale(trained):
    before, after = (
        history.filters_before(trained)["filters_before"].axes[0].images[0],
        history.filters_after(trained)["filters_after"].axes[0].images[0],
    )
    largest = max(np.abs(inspect.filters(net)).max() for net in (trained.start, trained.net))
    assert before.get_clim() == after.get_clim() == (-largest, largest)


@pytest.mark.parametrize(("kernel", "padding"), [(5, 0), (3, 1), ((2, 4), (1, 2))])
def test_the_explained_pixel_shows_something(digits, kernel, padding):
    """The patch is not constant, not in the padding, and its output is among the largest."""
    net = Network([Conv2d(4, kernel, padding=padding), Flatten(), Linear(10)], (1, 28, 28), seed=3)
    net.parameters()["conv1.weight"][...] = 0.04  # responds most to a patch of ones
    for place in (0, 7):
        some = Trained(net, test=digits[1][place : place + 1])
        figure = features.explain_pixel(some)["explain_pixel"]
        patch = figure.axes[1].images[0].get_array()
        output = figure.axes[-1].images[0].get_array()
        (_, words) = figure.axes[-1].get_xlabel().split()
        assert not np.ma.getmaskarray(patch).any()
        assert np.std(patch) > 0.15
        assert float(words) > 0.4 * output.max()


def test_a_plain_image_is_explained_too():
    net = Network([Conv2d(1, 3, padding=1), Flatten(), Linear(2)], (1, 2, 2))
    for image in (np.zeros((1, 1, 2, 2)), np.ones((1, 1, 2, 2))):
        assert features.explain_pixel(Trained(net, test=data.Dataset(image, [0])))


def test_the_classes_have_their_names(trained):
    words = [f"digit {label}" for label in range(10)]
    for named in (replace(trained, class_names=words), Trained(trained.net, class_names=words)):
        imagined = features.imagined_classes(named)["imagined_classes"]
        titles = [axes.get_title().splitlines()[0] for axes in imagined.axes if axes.images]
        assert titles == words
    maps = features.feature_maps(replace(trained, class_names=words))["feature_maps"]
    last = next(axes for axes in maps.axes if axes.get_title(loc="left").startswith("linear2"))
    assert [label.get_text() for label in last.get_xticklabels()] == words


def test_the_parameters_are_counted_as_in_the_table():
    assert Trained(LeNet5(modern=False)).facts["Parameters"] == "60,000"  # its arrays hold more


def test_the_surest_mistake_is_the_surest(trained):
    chances = trained.net.predict_proba(trained.test.images)
    wrong = chances.argmax(axis=1) != trained.test.labels
    place = trained.surest_mistake
    assert wrong[place]
    assert chances[place].max() >= chances[wrong].max() - 1e-6


def test_without_the_images_the_rest_is_drawn(trained, tmp_path):
    bare = Trained(trained.net, moments=trained.moments, missing="no folder <here>")
    paths = report(bare, tmp_path / "report.html", tmp_path)
    assert names(paths) == {"filters_after"} | SNAPSHOTS | MOVING | ALWAYS
    text = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "The data set is not" in text
    assert "no folder &lt;here&gt;" in text
    assert not {"#confusion-matrix", "#learning-curves"} & set(Page(text).links)


def test_without_a_convolution_there_are_no_filters_and_no_reasons(digits, tmp_path):
    net = Network([Flatten(), Linear(8), ReLU(), Linear(10)], (1, 28, 28))
    trainer = Trainer(net, epochs=1, batch_size=50, snapshots=2, progress=False)
    trainer.fit(*digits)
    few = Trained(net, moments=inspect.timeline(trainer), train=digits[0], test=digits[1])
    drawn = names(report(few, tmp_path / "report.html", tmp_path))
    of_filters = {name for name in NEED_IMAGES if name.startswith(("attr", "explain", "top"))}
    assert drawn == {"health", "changing_confusion"} | ALWAYS | NEED_IMAGES - of_filters


def test_a_network_without_a_mistake(tmp_path):
    images = np.zeros((12, 1, 8, 8), np.float32)
    images[::2, :, :4] = 1
    easy = data.Dataset(images, np.arange(12) % 2)
    net = Network([Conv2d(2, 3), Flatten(), Linear(2)], (1, 8, 8))
    Trainer(net, epochs=40, batch_size=12, progress=False).fit(easy)
    drawn = names(report(Trained(net, train=easy, test=easy), tmp_path / "r.html", tmp_path))
    assert not {"misclassified", "nearest"} & drawn
    assert {"attributions_1", "attributions_2"} <= drawn  # two images, one per class


def one_section(draw):
    return {"Part": (Section("A section", "A sentence.", draw),)}


@pytest.mark.parametrize("installed", [True, False])
def test_the_last_layer_is_laid_out_by_tsne_where_scikit_learn_is(trained, monkeypatch, installed):
    if not installed:
        monkeypatch.setitem(sys.modules, "sklearn.manifold", None)  # its import fails
    title = evaluation.embedding(trained)["embedding"].get_suptitle()
    assert ("t-SNE" in title, "PCA" in title) == (installed, not installed)


def test_what_cannot_be_drawn_says_why(trained, tmp_path, monkeypatch):
    def refuse(_):
        raise BadakError("all 60 images are <zeros>")

    monkeypatch.setattr(writing, "SECTIONS", one_section(refuse) | {"More": SECTIONS["Cost"]})
    assert names(report(trained, tmp_path / "r.html", tmp_path)) == {"profile"}
    assert "Not drawn: all 60 images are &lt;zeros&gt;" in (tmp_path / "r.html").read_text()


def test_a_fault_of_ours_leaves_no_half_page(trained, tmp_path, monkeypatch):
    (tmp_path / "r.html").write_text("the old page")

    def fail(_):
        raise ZeroDivisionError

    monkeypatch.setattr(writing, "SECTIONS", {"Cost": SECTIONS["Cost"]} | one_section(fail))
    with pytest.raises(ZeroDivisionError):
        report(trained, tmp_path / "r.html", tmp_path)
    assert (tmp_path / "r.html").read_text() == "the old page"
    assert {path.name for path in tmp_path.iterdir()} == {"r.html", "profile.png"}
    monkeypatch.setattr(writing, "SECTIONS", {})
    with pytest.raises(BadakError, match="cannot write"):
        report(trained, tmp_path / "nowhere" / "r.html", tmp_path)


def test_titles_are_short_and_told_apart():
    titles = [section.title for part in SECTIONS.values() for section in part]
    assert len(set(titles)) == len(titles)
    assert max(map(len, titles)) <= 50
