"""nearest, and the pictures of a user's handwriting."""

import importlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from badak import BadakError, data, models
from badak.data import Dataset, digit_from_image
from badak.inspect import draw, nearest


@given(st.integers(0, 2**32 - 1), st.integers(1, 9))
def test_nearest_is_a_search_through_all(seed, k):
    rng = np.random.default_rng(seed)
    some = Dataset(rng.random((9, 2, 3, 4), np.float32), np.arange(9) % 2)
    image = rng.random((2, 3, 4), np.float32)
    found = nearest(some, image, k)
    distances = [np.sqrt(((one - image) ** 2).sum()) for one in some.images]
    np.testing.assert_array_equal(found.indices, np.argsort(distances)[:k])
    np.testing.assert_allclose(found.distances, np.sort(distances)[:k], rtol=1e-5)
    np.testing.assert_array_equal(found.labels, some.labels[found.indices])
    np.testing.assert_array_equal(found.images, some.images[found.indices])


def test_by_features_it_is_what_the_network_holds_to_be_alike():
    rng = np.random.default_rng(0)
    some = Dataset(rng.random((70, 1, 28, 28), np.float32), np.arange(70) % 2)
    net, image = models.LeNet5(), rng.random((1, 28, 28), np.float32)
    found = nearest(some, image, 9, net)
    rows = net.features(np.concatenate([image[None], some.images])).astype(np.float64)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    distances = np.linalg.norm(rows[1:] - rows[0], axis=1)
    np.testing.assert_array_equal(found.indices, np.argsort(distances)[:9])
    np.testing.assert_allclose(found.distances, np.sort(distances)[:9], rtol=1e-4)
    assert nearest(some, some.images[33], 1, net).indices == [33]
    known = nearest(some, image, 9, net, net.features(some.images))
    np.testing.assert_array_equal(known.indices, found.indices)
    np.testing.assert_allclose(known.distances, found.distances, rtol=1e-5)
    with pytest.raises(BadakError, match=r"features must be 70 rows.*got 3"):
        nearest(some, image, 9, net, np.ones((3, 84)))


def test_more_images_than_are_compared_at_a_time(monkeypatch):
    train, test = data.load("digits")
    whole = nearest(train, test.images[:1])
    module = importlib.import_module("badak.inspect.evaluation.nearest")
    monkeypatch.setattr(module, "BLOCK", 100)
    np.testing.assert_array_equal(nearest(train, test.images[0]).indices, whole.indices)


@pytest.mark.parametrize(
    ("image", "k", "message"),
    [
        (np.ones((1, 3, 3)), 1, r"image.*\(any, 1, 2, 2\).*got \("),
        (np.ones((2, 1, 2, 2)), 1, r"image.*got \(2, 1, 2, 2\)"),
        (np.ones((1, 2, 2)), 4, r"\bk\b.*got 4"),
        (np.ones((1, 2, 2)), 0, r"\bk\b.*got 0"),
    ],
)
def test_what_cannot_be_searched_for(image, k, message):
    few = Dataset(np.zeros((3, 1, 2, 2)), [0, 1, 1])
    with pytest.raises(BadakError, match=message):
        nearest(few, image, k)


def test_nothing_to_search_in():
    with pytest.raises(BadakError, match=r"data.* one image"):
        nearest(Dataset(np.zeros((3, 1, 2, 2)), [0, 1, 1])[:0], np.ones((1, 2, 2)), 1)


def test_the_stages_drawn_are_the_stages():
    page = np.ones((60, 50))
    page[10:40, 20:24] = 0
    stages = digit_from_image(page)
    axes = draw.digit_stages(stages).axes
    shown = [one.images[0].get_array() for one in axes]
    expected = (stages.grey, stages.ink, stages.crop, stages.boxed, stages.image[0])
    for one, other in zip(shown, expected, strict=True):
        np.testing.assert_array_equal(one, other)
    (frame,) = axes[1].patches  # pixel (r, c) covers r - 0.5 to r + 0.5
    assert frame.get_bbox().bounds == (19.5, 9.5, 4, 30)


def test_colour_images_are_drawn_in_colour():
    rng = np.random.default_rng(0)
    some = Dataset(rng.random((3, 3, 4, 5), np.float32), [0, 1, 1], ["cat", "dog"])
    figure = draw.nearest(nearest(some, some.images[1], 2), some.class_names)
    assert figure.axes[1].get_title() == "dog\ndistance 0.00"
    np.testing.assert_array_equal(
        figure.axes[1].images[0].get_array(), some.images[1].transpose(1, 2, 0)
    )
