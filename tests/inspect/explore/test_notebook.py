"""explore: the widget's side in Python."""

import ast
import base64
import builtins
import sys
from types import SimpleNamespace

import numpy as np
import pytest

import badak
from badak import data, models
from badak.data import Dataset
from badak.errors import ArgumentTypeError, BadakError, MissingExtra
from badak.inspect.explore import QUESTIONS
from badak.layers import Flatten, Linear
from badak.network import Network
from badak.page import unpack


@pytest.fixture(scope="module")
def test_digits():
    return data.load("digits")[1]


@pytest.fixture
def asked(test_digits, monkeypatch):
    """A function that asks a widget; it returns the reply's content, and its packet unpacked."""
    net = models.LeNet5()
    widget = badak.inspect.explore(net, test_digits)
    sent = []
    monkeypatch.setattr(
        type(widget), "send", lambda _, content, buffers=(): sent.append((content, buffers))
    )

    def ask(question, **params):
        widget._handle_custom_msg(
            {"view": "v", "id": 7, "question": question, "params": params}, []
        )
        content, buffers = sent.pop()
        return content, unpack(buffers[0]) if buffers else None

    ask.net, ask.images = net, test_digits
    return ask


def encoded(image):
    return base64.b64encode(image.astype("<f4").tobytes()).decode()


def test_a_question_is_answered_with_a_packet(asked):
    image = asked.images.images[3]
    content, (facts, arrays) = asked("forward", input=encoded(image), layers=["conv1"], network="")
    assert content == {"view": "v", "id": 7}
    expected = asked.net.predict_proba(image[None])[0]
    np.testing.assert_allclose(facts["probabilities"], expected, atol=1e-5)
    assert arrays["conv1"].shape == (6, 28, 28)
    _, (facts, arrays) = asked("image", part="test", number=3)
    assert facts["label"] == asked.images.labels[3]
    np.testing.assert_array_equal(arrays["image"], image)


def test_the_network_is_asked_as_it_is_now(asked):
    image = encoded(asked.images.images[0])
    before = asked("forward", input=image)[1][0]
    asked.net.parameters()["linear3.bias"][4] += 100
    after = asked("forward", input=image)[1][0]
    assert before != after
    assert after["probabilities"][4] > 0.99


@pytest.mark.parametrize(
    ("question", "params", "words"),
    [
        ("forward", {}, "needs an image"),
        ("forward", {"input": "AAAA"}, "multiple of element size"),
        ("forward", {"input": "AAAAAA=="}, "cannot reshape array of size 1"),
        ("image", {"part": "test", "number": 10**6}, "number"),
        ("explain", {"nothing": 1}, "nothing"),
        ("__import__", {}, "__import__"),
    ],
)
def test_a_question_that_cannot_be_answered_gets_words(asked, question, params, words):
    content, packet = asked(question, **params)
    assert packet is None
    assert (content["view"], content["id"]) == ("v", 7)
    assert words in content["error"]


@pytest.mark.parametrize("fault", [MemoryError(), IndexError("list index out of range")])
def test_no_fault_leaves_the_cell_waiting(asked, fault, monkeypatch):
    def failing(subject):
        raise fault

    monkeypatch.setitem(QUESTIONS, "about", failing)
    content, packet = asked("about")
    assert packet is None
    assert content["error"] == (str(fault) or "MemoryError")


def test_the_page_is_told_what_can_be_asked(test_digits):
    widget = badak.inspect.explore(models.LeNet5(), test_digits)
    assert set(widget.questions) == set(QUESTIONS)
    assert "export default { render: renderWidget }" in widget._esm
    assert "http:" not in widget.page.replace("http://www.w3.org/", "")
    assert "https:" not in widget.page


def test_code_uses_the_readers_own_names(test_digits, monkeypatch):
    net = models.LeNet5()
    widget = badak.inspect.explore(net, test_digits)
    assert widget.code == {"network": ["net = net"], "images": ["train = images", "test = images"]}

    shell = SimpleNamespace(user_ns={"_": net, "mine": net, "digits": test_digits})
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: shell))
    widget = badak.inspect.explore(net, test_digits)
    assert widget.code == {"network": ["net = mine"], "images": ["train = digits", "test = digits"]}
    assert badak.inspect.explore(net).code == {"network": ["net = mine"], "images": None}
    ast.parse("\n".join([*widget.code["network"], *widget.code["images"]]))


@pytest.mark.parametrize(
    ("shape", "name", "prepare"),
    [
        ((1, 28, 28), "digits", "filling"),
        ((1, 28, 28), "mnist", "digit"),
        ((1, 28, 28), "fashion-mnist", "picture"),
        ((1, 28, 28), "mine", "digit"),
        ((3, 8, 9), "mine", "picture"),
    ],
)
def test_a_drawing_is_prepared_as_the_images_were(shape, name, prepare):
    net = Network([Flatten(), Linear(2)], shape)
    images = Dataset(np.zeros((2, *shape), np.float32), [0, 1], ["a", "b"], name)
    assert badak.inspect.explore(net, images)._subject.prepare == prepare
    assert badak.inspect.explore(net, images, prepare="picture")._subject.prepare == "picture"


def test_what_does_not_fit_is_refused(test_digits):
    net = models.LeNet5()
    with pytest.raises(ArgumentTypeError, match=r"net must be a badak\.Network; got 3"):
        badak.inspect.explore(3)
    with pytest.raises(ArgumentTypeError, match=r"images must be a badak\.data\.Dataset.*ndarray"):
        badak.inspect.explore(net, test_digits.images)
    with pytest.raises(BadakError, match=r"images.*at least one"):
        badak.inspect.explore(net, test_digits[:0])
    other = Network([Flatten(), Linear(3)], (1, 28, 28))
    with pytest.raises(BadakError, match=r"10 classes.*3"):
        badak.inspect.explore(other, test_digits)
    small = Network([Flatten(), Linear(10)], (1, 8, 8))
    with pytest.raises(BadakError, match=r"\(1, 28, 28\).*\(1, 8, 8\)"):
        badak.inspect.explore(small, test_digits)
    with pytest.raises(BadakError, match=r"prepare='digit'.*got \(1, 8, 8\)"):
        badak.inspect.explore(small, prepare="digit")
    with pytest.raises(BadakError, match=r"prepare.*'ink'"):
        badak.inspect.explore(net, prepare="ink")


def test_without_anywidget_the_extra_is_named(monkeypatch):
    importing = builtins.__import__

    def refuse(name, *rest):
        if name == "anywidget":
            raise ImportError(name)
        return importing(name, *rest)

    monkeypatch.delitem(sys.modules, "badak.inspect.explore.widget", raising=False)
    monkeypatch.setattr(builtins, "__import__", refuse)
    with pytest.raises(MissingExtra, match=r"anywidget.*badak\[notebook\]"):
        badak.inspect.explore(models.LeNet5())
