"""The experiments that look at a network: each number against another way to get it."""

import dataclasses
import importlib

import numpy as np
import pytest

from badak import BadakError, data, inspect, lessons, models, ops
from badak.data import Dataset
from badak.layers import AvgPool2d, Conv2d, Flatten, Linear, MaxPool2d, ReLU
from badak.network import Network


def network(*layers, shape=(2, 9, 11), dtype=np.float64):
    return Network([*layers, Flatten(), Linear(3)], shape, dtype=dtype, seed=1)


@pytest.fixture
def image():
    return np.random.default_rng(0).standard_normal((2, 9, 11))


@pytest.fixture(scope="module")
def test_images():
    return data.load("digits")[1][:12]


# --- shift_response ---


def test_a_shift_by_hand():
    """The pixel moves within the window of the pooling up and left, and out of it else."""
    image = np.zeros((1, 1, 4, 4), np.float32)
    image[0, 0, 1, 1] = 1
    net = Network([MaxPool2d(2), Flatten(), Linear(2)], (1, 4, 4))
    found = lessons.shift_response(net, Dataset(image, [0]))
    assert found.layers == ("", "pool1", "flatten1", "linear1")
    assert found.kinds[:2] == ("image", "MaxPool2d")
    root = np.sqrt(2)
    np.testing.assert_allclose(found.change[:3], [root, root / 2, root / 2])
    np.testing.assert_array_equal(found.moved[0], np.roll(image[0, 0], 1, axis=1))


def test_shift_response_counts_images_once_and_in_batches(test_images, monkeypatch):
    net = models.LeNet5()
    whole = lessons.shift_response(net, test_images, pixels=2, count=7)
    singles = [lessons.shift_response(net, test_images[k : k + 1], pixels=2) for k in range(7)]
    np.testing.assert_allclose(
        whole.change, np.mean([one.change for one in singles], axis=0), rtol=1e-5
    )
    assert whole.count == 7
    monkeypatch.setattr(importlib.import_module("badak.lessons.shift_response"), "BATCH", 3)
    batches = lessons.shift_response(net, test_images, pixels=2, count=7)
    np.testing.assert_allclose(batches.change, whole.change, rtol=1e-5)
    assert lessons.shift_response(net, test_images).count == 12
    assert list(whole.after_pooling) == ["", "pool1", "pool2"]
    assert "after pool1" in str(whole)


def test_blank_images_do_not_change():
    net = Network([Flatten(), Linear(2, bias=False)], (1, 4, 4))
    found = lessons.shift_response(net, Dataset(np.zeros((2, 1, 4, 4)), [0, 1]))
    np.testing.assert_array_equal(found.change, 0)
    assert "2 images" in str(found)


# --- layer_ladder ---


def test_the_ladder_has_every_convolution_and_its_strongest_channels(test_images):
    net = models.LeNet5()
    found = lessons.layer_ladder(net, test_images, channels=2, k=3, steps=2)
    assert [(rung.layer, rung.field.size) for rung in found.rungs] == [
        ("conv1", (5, 5)), ("conv2", (14, 14)),
    ]  # fmt: skip
    maps = [inspect.feature_maps(net, image)["conv1"] for image in test_images.images]
    peaks = np.max(maps, axis=(0, 2, 3))
    assert found.rungs[0].channels == tuple(np.sort(np.argsort(-peaks)[:2]))
    for rung in found.rungs:
        for channel, top, made in zip(rung.channels, rung.tops, rung.maximized, strict=True):
            assert (top.layer, top.channel, len(top.images)) == (rung.layer, channel, 3)
            assert made.channel[0] == channel
            assert made.activations[-1] > made.activations[0]
    assert "conv2 sees 14x14 pixels" in str(found)


def test_a_ladder_of_few_channels(test_images):
    net = Network([Conv2d(2, 3), Flatten(), Linear(10)], (1, 28, 28))
    found = lessons.layer_ladder(net, test_images, channels=9, k=2, steps=1)
    assert found.rungs[0].channels == (0, 1)
    assert "One convolution" in str(found)


# --- explain_gradient ---


@pytest.mark.parametrize("pixel", [None, (1, 4, 5), (0, 0, 0)])
@pytest.mark.parametrize("more", [{}, {"stride": 2}, {"padding": 1}, {"groups": 2}])
def test_the_products_add_up_to_the_gradient(image, pixel, more):
    net = network(Conv2d(4, (3, 2), **more), ReLU())
    found = lessons.explain_gradient(net, image, 1, pixel)
    slopes = inspect.gradient_maps(net, image, 1, "loss")[""]
    if pixel is None:
        assert abs(slopes[found.index]) == abs(slopes).max()
    assert found.products.sum() == pytest.approx(slopes[found.index])
    weight = net.parameters()["conv1.weight"]
    group = found.index[0] if "groups" in more else 0
    filters = range(2 * group, 2 * group + 2) if "groups" in more else range(4)
    channel = 0 if "groups" in more else found.index[0]
    np.testing.assert_array_equal(found.kernels, weight[list(filters), channel])
    parts = abs(found.products.sum(axis=(1, 2)))[found.order]
    assert (np.diff(parts) <= 0).all()


def test_away_from_the_edge_the_weights_are_the_kernel_turned(image):
    net = network(Conv2d(4, (3, 2)))
    found = lessons.explain_gradient(net, image, 1, (1, 4, 5))
    np.testing.assert_array_equal(found.weights, found.kernels[:, ::-1, ::-1])
    assert "turned by 180 degrees" in str(found)
    assert "fed 24 outputs" in str(found)
    corner = lessons.explain_gradient(net, image, 1, (1, 0, 0))
    assert corner.weights.shape == (4, 1, 1)
    assert "turned" not in str(corner)


def test_gradients_that_cannot_be_explained(image):
    with pytest.raises(BadakError, match="one convolution alone; pool1 reads it"):
        lessons.explain_gradient(network(AvgPool2d(2), Conv2d(2, 2)), image, 1)
    with pytest.raises(BadakError, match=r"pixel \(0, 1, 1\) lies under no window of conv1"):
        lessons.explain_gradient(network(Conv2d(2, 1, stride=2)), image, 1, (0, 1, 1))
    net = network(Conv2d(2, 3))
    with pytest.raises(BadakError, match=r"label.*at most 2; got 3"):
        lessons.explain_gradient(net, image, 3)
    with pytest.raises(BadakError, match="y must be at most 8; got 9"):
        lessons.explain_gradient(net, image, 0, (0, 9, 0))


# --- columns_animation ---

WINDOWS = [
    {"kernel_size": (3, 2)},
    {"kernel_size": 3, "stride": (2, 1), "padding": 1},
    {"kernel_size": (2, 3), "dilation": 2, "groups": 2},
]


@pytest.mark.parametrize("window", WINDOWS)
@pytest.mark.parametrize("channel", [0, 1])
def test_the_columns_are_those_of_im2col_and_sum_to_the_gradient(image, window, channel):
    net = network(Conv2d(4, **window), ReLU(), shape=(2, 7, 8))
    image = image[:, :7, :8]
    rows, columns = inspect.feature_maps(net, image)["conv1"].shape[1:]
    found = lessons.columns_animation(net, image, 2, channel=channel, block=(rows, columns))
    geometry = {name: value for name, value in window.items() if name != "groups"}
    expected = ops.im2col(image[None, [channel]], **geometry)[0]
    np.testing.assert_array_equal(found.matrix, expected)
    assert found.matrix.shape == found.gradients.shape == expected.shape
    slopes = inspect.gradient_maps(net, image, 2, "loss")[""][channel]
    whole = np.zeros((7, 8))
    for y, row in enumerate(found.rows):
        for x, column in enumerate(found.columns):
            if 0 <= row < 7 and 0 <= column < 8:
                whole[row, column] = found.sums[-1, y, x]
                assert found.input[y, x] == image[channel, row, column]
            else:
                assert np.isnan(found.input[y, x])
    np.testing.assert_allclose(whole, slopes, atol=1e-12)
    np.testing.assert_array_equal(found.sums[0], 0)
    assert found.copies.sum() == found.matrix.size


def test_the_block_lies_where_the_gradients_are_large(image):
    net = network(Conv2d(4, 3))
    grads = abs(inspect.gradient_maps(net, image, 2, "loss")["conv1"]).sum(axis=0)  # (7, 9)
    sums = {(y, x): grads[y : y + 2, x : x + 3].sum() for y in range(6) for x in range(7)}
    found = lessons.columns_animation(net, image, 2, block=(2, 3))
    assert tuple(found.places[0]) == max(sums, key=sums.get)
    chosen = lessons.columns_animation(net, image, 2, block=(2, 3), start=(5, 6))
    assert chosen.places.tolist() == [[5, 6], [5, 7], [5, 8], [6, 6], [6, 7], [6, 8]]
    assert "a matrix of 9 rows and 6 columns, 54 numbers from 20 pixels" in str(chosen)
    assert "up to 6 times" in str(chosen)


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"layer": "conv2"}, "layer.*'conv1'; got 'conv2'"),
        ({"channel": 2}, "channel must be at most 1; got 2"),
        ({"block": 4}, r"block must be a pair.*got 4"),
        ({"block": (8, 1)}, "block must be at most 7; got 8"),
        ({"block": (7, 9), "start": (0, 1)}, "start must be at most 0; got 1"),
        ({"block": (0, 1)}, "block must be at least 1; got 0"),
        ({"start": "ab"}, r"start must be a pair.*got 'ab'"),
    ],
)
def test_wrong_blocks(image, more, words):
    with pytest.raises(BadakError, match=words):
        lessons.columns_animation(network(Conv2d(4, 3)), image, 2, **more)


def test_too_many_places_and_no_convolution():
    with pytest.raises(BadakError, match="at most 64 places; got 9x8"):
        lessons.columns_animation(models.LeNet5(), np.ones((1, 28, 28)), 2, block=(9, 8))
    net = Network([Flatten(), Linear(3)], (1, 4, 4))
    with pytest.raises(BadakError, match="net must have a convolution; it has none"):
        lessons.columns_animation(net, np.ones((1, 4, 4)), 2)
    images = Dataset(np.zeros((3, 1, 4, 4)), [0, 1, 2])
    with pytest.raises(BadakError, match="net must have a convolution; it has none"):
        lessons.layer_ladder(net, images)


@pytest.mark.parametrize("name", ["shift_response", "layer_ladder"])
def test_data_that_does_not_fit(name, test_images):
    call = getattr(lessons, name)
    with pytest.raises(TypeError, match="net must be a Network; got str"):
        call("net", test_images)
    with pytest.raises(BadakError, match=r"\(1, 8, 8\).*\(1, 28, 28\)"):
        call(Network([Flatten(), Linear(10)], (1, 8, 8)), test_images)
    with pytest.raises(BadakError, match="count must be at least 1; got 0"):
        call(models.LeNet5(), test_images, count=0)


def test_numbers_out_of_range(test_images):
    net = models.LeNet5()
    with pytest.raises(BadakError, match=r"pixels must be below 28.*got 28"):
        lessons.shift_response(net, test_images, pixels=28)
    with pytest.raises(BadakError, match="pixels must be at least 1; got 0"):
        lessons.shift_response(net, test_images, pixels=0)
    with pytest.raises(BadakError, match="channels must be at least 1; got 0"):
        lessons.layer_ladder(net, test_images, channels=0)
    with pytest.raises(BadakError, match="k must be at most 12; got 13"):
        lessons.layer_ladder(net, test_images, k=13, steps=1)


def test_results_are_frozen(image):
    found = lessons.columns_animation(network(Conv2d(4, 3)), image, 2)
    with pytest.raises(dataclasses.FrozenInstanceError):
        found.channel = 3
