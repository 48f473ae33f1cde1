"""What the view Draw asks: the answers are the library's."""

import numpy as np
import pytest

from badak import BadakError, data, inspect, models
from badak.inspect.explore import QUESTIONS, Subject
from badak.page import pack, unpack


def digits():
    """Images that a subject can load."""
    return data.load("digits")


@pytest.fixture(scope="module")
def subject():
    """LeNet-5 on a test digit."""
    net = models.LeNet5()
    image = digits()[1].images[3].astype(np.float32)
    return Subject(net, tuple("0123456789"), "filling", input=image, load=digits)


def ask(question, *arguments, **more):
    """An answer as a page gets it: through a packet."""
    answer = QUESTIONS[question](*arguments, **more)
    return unpack(pack(answer.facts, answer.arrays))


def test_about_says_what_the_summary_says(subject):
    facts, _ = ask("about", subject)
    rows = subject.net.summary()
    assert facts["parameters"] == rows.parameters
    assert facts["layers"][0] == {
        "name": "conv1",
        "kind": "Conv2d",
        "reads": [""],
        "source": "",
        "input": [1, 28, 28],
        "shape": [6, 28, 28],
        "parameters": {"weight": [6, 1, 5, 5], "bias": [6]},
    }
    assert facts["images"] is True


@pytest.mark.parametrize("layers", [None, ["conv2"], []])
def test_forward_gives_the_maps_that_were_asked_for(subject, layers):
    facts, arrays = ask("forward", subject, layers=layers)
    maps = inspect.feature_maps(subject.net, subject.image)
    assert list(arrays) == [name for name in maps if layers is None or name in layers]
    for name, array in arrays.items():
        np.testing.assert_array_equal(array, maps[name])
    np.testing.assert_allclose(
        facts["probabilities"], subject.net.predict_proba(subject.image[None])[0], rtol=1e-5
    )


def test_an_image_of_the_data_set(subject):
    facts, arrays = ask("image", subject, part="train", number=5)
    train = digits()[0]
    np.testing.assert_array_equal(arrays["image"], train.images[5].astype(np.float32))
    assert facts == {"number": 5, "count": len(train), "label": int(train.labels[5])}


def test_the_nearest_are_those_of_the_library(subject):
    facts, arrays = ask("nearest", subject, count=3)
    near = inspect.nearest(digits()[0], subject.image, 3, subject.net)
    assert [one["number"] for one in facts["neighbours"]] == near.indices.tolist()
    np.testing.assert_array_equal(arrays["images"], near.images.astype(np.float32))
    other = models.LeNet5(seed=1)  # features are kept for one network, and computed for another
    facts, _ = ask("nearest", Subject(other, subject.classes, input=subject.image, load=digits))
    expected = inspect.nearest(digits()[0], subject.image, 8, other).indices
    assert [one["number"] for one in facts["neighbours"]] == expected.tolist()


def test_the_nearest_tell_how_many_images_were_searched(subject, monkeypatch):
    total = len(digits()[0])
    asked = Subject(subject.net, subject.classes, input=subject.image, load=digits)
    facts, _ = ask("nearest", asked)
    assert (facts["searched"], facts["total"], facts["training"]) == (total, total, True)
    monkeypatch.setitem(QUESTIONS["nearest"].__globals__, "SEARCHED", 100)
    test = digits()[1]  # a notebook's: one set of images, which need not be those of a training
    for load, size, training in ((digits, total, True), (lambda: (test, test), len(test), False)):
        asked = Subject(subject.net, subject.classes, input=subject.image, load=load)
        facts, _ = ask("nearest", asked)
        assert (facts["searched"], facts["total"]) == (100, size)
        assert facts["training"] is training


def test_grad_cam_and_turn(subject):
    _, arrays = ask("grad_cam", subject, label=4)
    np.testing.assert_array_equal(arrays["heat"], inspect.grad_cam(subject.net, subject.image, 4))
    facts, arrays = ask("turn", subject, label=4)
    found = inspect.counterfactual(subject.net, subject.image, 4)
    np.testing.assert_array_equal(arrays["change"], found.change)
    assert facts["steps"] == len(found.probabilities) - 1
    assert facts["reached"] is found.reached


@pytest.mark.parametrize(
    ("question", "arguments", "without", "words"),
    [
        ("forward", {"layers": ["conv9"]}, {}, "conv9"),
        ("forward", {}, {"input": None}, "needs an image"),
        ("image", {"part": "test", "number": 10**9}, {}, "number.*got 1000000000"),
        ("image", {"part": "test", "number": 0}, {"load": None}, "without images"),
        ("grad_cam", {"label": 10}, {}, "label.*got 10"),
    ],
)
def test_what_cannot_be_answered(subject, question, arguments, without, words):
    known = {"input": subject.input, "load": subject.load, **without}
    with pytest.raises(BadakError, match=words):
        ask(question, Subject(subject.net, subject.classes, **known), **arguments)
