"""The answers of the view Filters against badak's own functions, and the arguments they refuse."""

import numpy as np
import pytest

from badak import BadakError, Network, data, inspect, models
from badak.inspect.explore import QUESTIONS, Subject
from badak.layers import AvgPool2d, Conv2d, Dropout, Flatten, Linear, ReLU, TableConv2d


@pytest.fixture(scope="module")
def digits():
    return data.load("digits")


def subject(net, load=None) -> Subject:
    return Subject(net, tuple(str(k) for k in range(net.num_classes)), load=load)


def ask(name, net, load=None, **arguments):
    return QUESTIONS[name](subject(net, load), **arguments)


def test_layers_with_filters_and_how_their_rows_are_shaped():
    layers = [Conv2d(4, (3, 2), groups=2), ReLU(), Flatten(), Dropout(0.5), Linear(5), Linear(3)]
    net = Network(layers, (2, 6, 5))
    assert ask("filter_layers", net).facts["layers"] == [
        {
            "name": "conv1",
            "parameter": "conv1.weight",
            "shape": [4, 1, 3, 2],
            "source": "",
            "channels": 2,
            "rows": False,
        },
        {
            "name": "linear1",  # through Dropout; linear2 reads no maps
            "parameter": "linear1.weight",
            "shape": [5, 4, 4, 4],
            "source": "dropout1",
            "channels": 4,
            "rows": True,
        },
    ]


def test_a_linear_after_maps_of_one_place_has_no_filters():
    net = Network([Conv2d(4, 3), AvgPool2d((4, 3)), Flatten(), Linear(3)], (1, 6, 5))
    assert [layer["name"] for layer in ask("filter_layers", net).facts["layers"]] == ["conv1"]


def test_filters_are_those_of_inspect_with_one_scale_for_the_layer():
    net = models.LeNet5(modern=True)
    every = inspect.filters(net, "conv2")
    answer = ask("filters", net, layer="conv2", start=10, count=4)
    np.testing.assert_array_equal(answer.arrays["weight"], every[10:14])
    np.testing.assert_array_equal(answer.arrays["bias"], net.parameters()["conv2.bias"][10:14])
    assert answer.facts == {"start": 10, "scale": float(np.abs(every).max())}
    assert len(ask("filters", net, layer="conv2", start=15, count=64).arrays["weight"]) == 1


def test_a_row_as_a_filter_gives_the_unit_by_its_products():
    net = models.SimpleConvNet()
    image = np.random.default_rng(0).random((1, 28, 28), np.float32)
    maps = inspect.feature_maps(net, image)
    row = ask("filters", net, layer="linear1", start=7, count=1).arrays["weight"][0]
    value = np.vdot(row, maps["pool1"]) + net.parameters()["linear1.bias"][7]
    np.testing.assert_allclose(value, maps["linear1"][7], rtol=1e-4)


def test_a_table_says_what_is_connected():
    net = Network([Conv2d(3, 2), TableConv2d([[0, 2], [1]], 2), Flatten(), Linear(2)], (1, 5, 4))
    arrays = ask("filters", net, layer="conv2").arrays
    assert arrays["connected"].tolist() == [[True, False, True], [False, True, False]]


def test_top_patches_are_those_of_inspect_in_the_images_searched(digits):
    net, (train, test) = models.SimpleConvNet(), digits
    answer = ask("top_patches", net, lambda: digits, layer="conv1", channel=3, images=50, k=4)
    expected = inspect.top_patches(net, train[:50], "conv1", 3, k=4)
    assert answer.facts["searched"] == 50
    assert answer.facts["total"] == len(train)
    assert answer.facts["indices"] == expected.indices.tolist()
    assert answer.facts["values"] == expected.values.tolist()
    assert answer.facts["labels"] == expected.labels.tolist()
    height, width = answer.facts["size"]
    for image, (y, x), patch in zip(
        answer.arrays["images"], answer.facts["corners"], expected.patches, strict=True
    ):
        np.testing.assert_array_equal(image[:, y : y + height, x : x + width], patch)
    answer = ask("top_patches", net, lambda: digits, layer="linear1", channel=3, part="test")
    assert answer.facts["total"] == len(test)
    assert len(answer.facts["indices"]) == 9


def test_few_images_are_all_found(digits):
    few = [part[:3] for part in digits]
    answer = ask("top_patches", models.SimpleConvNet(), lambda: few, layer="conv1", channel=0)
    assert len(answer.facts["indices"]) == answer.facts["searched"] == 3


def test_maximize_activation_is_that_of_inspect():
    net = models.SimpleConvNet()
    answer = ask("maximize_activation", net, layer="conv1", channel=2, steps=5)
    expected = inspect.maximize_activation(net, "conv1", 2, steps=5)
    np.testing.assert_array_equal(answer.arrays["image"], expected.image)
    assert answer.facts == {
        "first": expected.activations[0],
        "last": expected.activations[-1],
    }


@pytest.mark.parametrize(
    ("name", "arguments", "message"),
    [
        ("filters", {"layer": "relu1"}, r"layer must be one of 'conv1', 'linear1'; got 'relu1'"),
        ("filters", {"layer": "conv1", "start": 30}, r"start must be at most 29; got 30"),
        ("filters", {"layer": "conv1", "count": 65}, r"count must be at most 64; got 65"),
        ("top_patches", {"layer": "conv1", "channel": 30}, r"channel must be at most 29; got 30"),
        ("top_patches", {"layer": "conv1", "channel": 0, "images": 0}, r"images.*got 0"),
        ("top_patches", {"layer": "conv1", "channel": 0, "k": 26}, r"k must be at most 25; got 26"),
        ("maximize_activation", {"layer": "conv9", "channel": 0}, r"layer.*got 'conv9'"),
        ("maximize_activation", {"layer": "conv1", "channel": 0, "steps": 501}, r"steps.*got 501"),
    ],
)
def test_bad_arguments(digits, name, arguments, message):
    with pytest.raises(BadakError, match=message):
        ask(name, models.SimpleConvNet(), lambda: digits, **arguments)


def test_a_network_without_images_says_so():
    with pytest.raises(BadakError, match=r"came without images"):
        ask("top_patches", models.SimpleConvNet(), layer="conv1", channel=0)
