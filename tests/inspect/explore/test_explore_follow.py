"""What the view Follow a number asks: the answers are the library's, in the shape of engine.js."""

import numpy as np
import pytest

from badak import BadakError, inspect, models
from badak.inspect.explore import QUESTIONS, Subject
from badak.page import pack, unpack

GRID = {"channels", "rows", "columns", "inputs", "inside", "weights", "products"}
KERNEL = {"kernel_rows", "kernel_columns"}


@pytest.fixture(scope="module")
def subject():
    """A small ResNet on an image."""
    net = models.ResNet20(3, input_shape=(2, 9, 11), blocks=(1, 1, 1), filters=(4, 6, 8), seed=2)
    image = np.random.default_rng(0).random(net.input_shape, np.float32)
    return Subject(net, ("a", "b", "c"), input=image)


def ask(question, *arguments, **more):
    """An answer as a page gets it: through a packet."""
    answer = QUESTIONS[question](*arguments, **more)
    return unpack(pack(answer.facts, answer.arrays))


def test_boxes(subject):
    facts, arrays = ask("boxes", subject, layer="block1.conv2", index=[3, 0, 5])
    boxes = inspect.receptive_boxes(subject.net, "block1.conv2", (3, 0, 5))
    assert [entry["layer"] for entry in facts["boxes"]] == list(boxes)
    assert facts["boxes"][0] == {"layer": "", "box": [[0, 2], [-3, 4], [2, 9]], "shape": [2, 9, 11]}
    assert facts["boxes"][-1]["box"] == [[3, 4], [0, 1], [5, 6]]
    assert not arrays


def test_a_sum(subject):
    facts, arrays = ask("explain", subject, layer="block1.conv1", index=[3, 0, 5])
    number = inspect.explain_number(subject.net, subject.image, "block1.conv1", (3, 0, 5))
    pixel = inspect.explain_pixel(subject.net, subject.image, "block1.conv1", 3, 0, 5)
    assert (facts["how"], facts["kind"], facts["index"]) == ("sum", "Conv2d", [3, 0, 5])
    assert (facts["value"], facts["total"]) == (number.value, number.total)
    assert facts["reads"] == [{"layer": "relu1", "index": None, "value": None}]
    assert set(arrays) == GRID | KERNEL
    np.testing.assert_array_equal(arrays["products"], pixel.products)
    np.testing.assert_array_equal(arrays["rows"], pixel.rows)
    assert arrays["rows"].dtype == np.int32
    assert arrays["inside"].dtype == np.uint8


def test_other_ways(subject):
    image, net = subject.image, subject.net
    facts, arrays = ask("explain", subject, layer="relu1", index=[1, 2, 3])
    assert facts["worked"].startswith("max(")
    assert facts["numbers"] == {"x": inspect.feature_maps(net, image)["norm1"][1, 2, 3]}
    assert (facts["source"], facts["origin"]) == ([1, 2, 3], "norm1")
    facts, arrays = ask("explain", subject, layer="block1", index=[1, 2, 3])
    assert (facts["how"], facts["formula"], arrays) == ("join", "a + b", {})
    assert [read["layer"] for read in facts["reads"]] == ["block1.norm2", "relu1"]
    assert [read["index"] for read in facts["reads"]] == [[1, 2, 3], [1, 2, 3]]
    facts, arrays = ask("explain", subject, layer="linear1", index=[2])
    assert set(arrays) == {"units", "inputs", "inside", "weights", "products"}
    facts, arrays = ask("explain", subject, layer="flatten1", index=[2])
    assert (facts["how"], facts["source"], facts["origin"], arrays) == (
        "copy",
        [2, 0, 0],
        "pool1",
        {},
    )


def test_the_winner_of_a_maximum():
    net = models.SimpleConvNet()
    image = np.random.default_rng(0).random((1, 28, 28), np.float32)
    subject = Subject(net, tuple("0123456789"), input=image)
    facts, arrays = ask("explain", subject, layer="pool1", index=[3, 0, 2])
    assert facts["value"] == arrays["inputs"][tuple(facts["winner"])]
    assert facts["value"] == inspect.feature_maps(net, image)["relu1"][tuple(facts["source"])]


def test_columns(subject):
    facts, arrays = ask("columns", subject, layer="block2.conv1", index=[5, 1, 2])
    step = inspect.explain_columns(subject.net, subject.image, "block2.conv1", (5, 1, 2))
    assert (facts["row"], facts["column"], facts["places"]) == (5, 1 * 6 + 2, [5, 6])
    assert (facts["matrix"], facts["filters"]) == ([36, 30], [6, 36])
    assert set(arrays) == {
        *("patch", "filter", "products", "pixels"),
        *("matrix", "filters", "product"),
    }
    np.testing.assert_array_equal(arrays["matrix"], step.matrix)
    assert facts["total"] == pytest.approx(arrays["product"][5, 8], rel=1e-4, abs=1e-5)


def test_softmax(subject):
    facts, arrays = ask("softmax", subject, label=1)
    probabilities = subject.net.predict_proba(subject.image[None])[0]
    np.testing.assert_allclose(arrays["probabilities"], probabilities, rtol=1e-4)
    assert facts["value"] == pytest.approx(arrays["exponentials"][1] / facts["total"], rel=1e-5)
    assert set(facts["numbers"]) == {"logit", "largest", "total"}


@pytest.mark.parametrize("of", ["logit", "loss"])
def test_gradients_and_the_way_back(subject, of):
    maps = inspect.gradient_maps(subject.net, subject.image, 2, of)
    facts, arrays = ask("gradients", subject, label=2, of=of)
    assert list(arrays) == list(maps)
    np.testing.assert_array_equal(arrays["block1"], maps["block1"])
    _, some = ask("gradients", subject, label=2, of=of, layers=["", "conv1"])
    assert list(some) == ["", "conv1"]
    for layer, index in (("", [1, 3, 4]), ("relu1", [2, 3, 4]), ("linear1", [2])):
        facts, arrays = ask("back", subject, layer=layer, index=index, label=2, of=of)
        assert facts["gradient"] == pytest.approx(float(maps[layer][tuple(index)]))
        for number, reader in enumerate(facts["readers"]):
            products = arrays[f"{number}.products"]
            assert products.sum() == pytest.approx(reader["gradient"], rel=1e-4, abs=1e-6)
            if reader["kind"] == "Conv2d":
                overlaps = arrays[f"{number}.overlaps"]
                np.testing.assert_allclose(overlaps, products.sum(axis=0), rtol=1e-5, atol=1e-7)
                assert overlaps.shape == arrays[f"{number}.matrix_rows"].shape
    assert facts["readers"] == []


def test_a_weights_gradient(subject):
    more = {"parameter": "conv1.weight", "index": [1, 0, 2, 2], "label": 1}
    facts, arrays = ask("weight_back", subject, **more)
    assert (facts["how"], facts["channel"], facts["filter"]) == ("sum", 0, 1)
    assert arrays["products"].sum() == pytest.approx(facts["gradient"], rel=1e-4, abs=1e-6)
    assert set(arrays) == {"inputs", "gradients", "products", "input_rows", "input_columns"}


def test_wrong_questions_are_errors(subject):
    for question, more, words in (
        ("boxes", {"layer": "x", "index": [0]}, r"layer.*got 'x'"),
        ("explain", {"layer": "conv1", "index": [0, 0, 99]}, r"index: x.*got 99"),
        ("columns", {"layer": "relu1", "index": [0, 0, 0]}, r"layer.*got 'relu1'"),
        ("softmax", {"label": 3}, r"label.*got 3"),
        ("gradients", {"label": 0, "layers": ["x"]}, r"layer.*got 'x'"),
        ("back", {"layer": "", "index": [2, 0, 0], "label": 0}, r"index: channel.*got 2"),
        ("weight_back", {"parameter": "x", "index": [0], "label": 0}, r"parameter.*got 'x'"),
    ):
        with pytest.raises(BadakError, match=words):
            ask(question, subject, **more)
