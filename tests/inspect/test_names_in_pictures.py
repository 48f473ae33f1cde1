"""Any name in a picture is plain text, in a font that has its letters."""

import io
import unicodedata

import numpy as np
import pytest
from matplotlib import font_manager
from matplotlib.figure import Figure as MatplotlibFigure
from matplotlib.text import Text

from badak import Network, Trainer, inspect
from badak.data import Dataset
from badak.inspect import draw
from badak.inspect.checks.profile import Profile, Timed
from badak.inspect.draw import text as texts
from badak.inspect.draw.figure import Figure
from badak.inspect.evaluation.predictions import Predictions
from badak.layers import Conv2d, Flatten, Linear, ReLU

# A name, and the text that must appear.
NAMES = {
    "$": "$",
    "$x": "$x",
    "US$ and CA$": "US$ and CA$",
    "5$_$7": "5$_$7",
    "\\$a\\$ $": "\\$a\\$ $",
    "a^b_c": "a^b_c",
    "_nolegend_": "_nolegend_",
    "__init__": "__init__",
    "one\ttwo\r": "one\\ttwo\\r",
    "\x1b]0;gone\x07": "\\x1b]0;gone\\x07",
    "left\u2066right": "left\\u2066right",
    "n" * 5000: "n" * 15 + "…" + "n" * 14,
}


def of_each_kind(names):
    """Pictures that show the names of classes: name -> function that draws it."""
    count = len(names)
    labels = np.arange(count).repeat(2)
    chances = np.full((2 * count, count), 0.5 / count)
    chances[np.arange(2 * count), np.r_[labels[1:], 0]] += 0.5  # half of the predictions are wrong
    found = Predictions(labels, chances / chances.sum(axis=1, keepdims=True), names)
    images = Dataset(np.linspace(0, 1, 2 * count * 36).reshape(-1, 1, 6, 6), labels, names)
    net = Network([Conv2d(2, 3), ReLU(), Flatten(), Linear(count)], (1, 6, 6))
    patches = inspect.top_patches(net, images, "conv1", 0, 2 * count)
    why = inspect.Attributions(images.images[0], 0, 0.5, {"saliency": np.ones((6, 6))})
    near = inspect.nearest(images, images.images[0], 2 * count)
    return {
        "confusion": draw.confusion_matrix(inspect.confusion_matrix(found)),
        "accuracy": draw.per_class_accuracy(inspect.per_class_accuracy(found)),
        "roc": draw.roc(inspect.roc(found)),
        "misclassified": draw.misclassified(inspect.misclassified(found, images)),
        "embedding": draw.embedding(inspect.embedding(net, images, "relu1")),
        "top_patches": draw.top_patches(patches),
        "attributions": draw.attributions(why, names),
        "nearest": draw.nearest(near, names),
    }


def drawn(figure):
    """Draw it as a file."""
    figure.savefig(io.BytesIO(), format="png")


def seen(figure, monkeypatch):
    """The texts that reach the renderer; only a scale's 10^-3 may be mathematics."""
    words = []

    def draw_text(self, gc, x, y, s, prop, angle, ismath=False, mtext=None):
        words.append((s, ismath))

    with monkeypatch.context() as patch:
        patch.setattr("matplotlib.backends.backend_agg.RendererAgg.draw_text", draw_text)
        drawn(figure)
    assert not [word for word, ismath in words if ismath and "mathdefault" not in word]
    return "\n".join(word for word, _ in words)


@pytest.fixture(scope="module")
def pictures():
    return of_each_kind(list(NAMES))


@pytest.mark.parametrize("kind", ["confusion", "accuracy", "roc", "misclassified", "embedding",
                                  "top_patches", "attributions", "nearest"])  # fmt: skip
def test_a_class_may_be_called_anything(kind, pictures, monkeypatch):
    words = seen(pictures[kind], monkeypatch)
    expected = [NAMES[name] for name in NAMES]
    if kind == "attributions":  # of a single class
        expected = expected[:1]
    if kind == "misclassified":  # its names are cut shorter
        expected = [name for name in expected if len(name) <= 16]
    assert [name for name in expected if name not in words] == []


def test_a_layer_may_be_called_anything(monkeypatch):
    names = [name for name in NAMES if name.isprintable() and len(name) < 30]
    layers = {name: Conv2d(2, 1) for name in names}
    net = Network({**layers, "flat": Flatten(), "last": Linear(2)}, (1, 2, 2))
    data = Dataset(np.ones((4, 1, 2, 2), np.float32), [0, 1, 0, 1])
    trainer = Trainer(net, epochs=1, snapshots=1, batch_size=2, progress=False)
    trainer.fit(data)
    moments = inspect.timeline(trainer)
    of_all = [
        draw.feature_maps(inspect.feature_maps(net, data.images[0])),
        draw.profile(inspect.profile(net, data.images, rounds=1)),
        draw.precision([inspect.precision(net, data, "float16")]),
        draw.health_over_time(moments),
        draw.maximize_activation(
            *[inspect.maximize_activation(net, name, 0, steps=1) for name in names]
        ),
    ]
    for figure in of_all:
        words = seen(figure, monkeypatch)
        assert [name for name in names if NAMES[name] not in words] == []
    for figure in (
        draw.explain_pixel(inspect.explain_pixel(net, data.images[0], names[2], 0, 1, 1)),
        draw.filters_over_time(moments, names[2]),
        draw.maps_over_time(moments, names[2]),
    ):
        assert names[2] in seen(figure, monkeypatch)


def test_layers_whose_names_differ_in_the_middle_alone_keep_their_places():
    long = [f"{'b' * 30}{middle}{'e' * 30}" for middle in "xyz"]
    figure = draw.feature_maps({name: np.ones((2, 3, 3)) for name in long})
    assert len(figure.axes) == 6  # three layers, three colour bars
    rows = tuple(Timed(name, "Conv2d", 0.001, 0.002, 1) for name in long)
    bars = draw.profile(Profile(rows, rows[0], 10, 10, peak=None)).axes[0].patches
    assert len({bar.get_y() for bar in bars}) == 3


def a_letter_of_another_font():
    """A letter that only another of Matplotlib's own fonts has; and that font."""
    usual = font_manager.get_font(font_manager.findfont("DejaVu Sans")).get_charmap()
    path = font_manager.findfont("STIXGeneral")
    letters = map(chr, font_manager.get_font(path).get_charmap())
    return next(one for one in letters if one.isprintable() and ord(one) not in usual), path


@pytest.fixture
def installed(monkeypatch):
    """Set the installed fonts for this test."""

    def only(*paths):
        monkeypatch.setattr(texts, "_installed", lambda: list(paths))
        monkeypatch.setattr(texts, "_warned", set())
        texts.font_of.cache_clear()

    yield only
    texts.font_of.cache_clear()


def test_a_name_takes_a_font_that_has_it(installed):
    letter, path = a_letter_of_another_font()
    installed(path)
    figure = Figure()
    named, other = figure.text(0, 0, f"ab{letter}"), figure.text(0, 1, "é")
    drawn(figure)
    assert named.get_fontfamily()[-1] == font_manager.get_font(path).family_name
    assert other.get_fontfamily() == Text().get_fontfamily()


def test_no_font_is_said_once_in_words(installed):
    installed()
    figure = Figure()
    figure.suptitle("まる ばつ")
    with pytest.warns(UserWarning, match="characters つばまる.*install") as said:
        drawn(figure)
    assert len(said) == 1  # none of Matplotlib's fonts; below, no font at all
    drawn(figure)
    again = inspect.ConfusionMatrix(np.eye(2, dtype=int), np.eye(2), ("새", "개"))
    drawn(draw.confusion_matrix(again))


def test_hangul_in_parts_is_put_together():
    assert texts.plain(unicodedata.normalize("NFD", "달팽이")) == "달팽이"


@pytest.mark.skipif(
    not any(name in path for path in texts._installed() for name in ("Nanum", "NotoSansCJK")),
    reason="no font with Hangul is installed",
)
def test_hangul_is_drawn_if_a_font_has_it():
    for figure in of_each_kind(["소나무", "잣나무"]).values():
        drawn(figure)  # any warning would be an error


def test_pictures_are_figures_that_look_for_fonts():
    assert issubclass(Figure, MatplotlibFigure)
    assert all(type(figure) is Figure for figure in of_each_kind(["a", "b"]).values())
