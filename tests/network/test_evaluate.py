"""Evaluation and prediction of many images, batch by batch."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import badak
from badak import BadakError, Network
from badak.layers import BatchNorm2d, Conv2d, CrossEntropyLoss, Flatten, Linear
from badak.network.evaluate import batches


def test_evaluate_counts_the_last_partial_batch(net):
    """The book drops it and still divides by N: for 99 images and batches of 100 it gives 0.0."""
    images = np.random.default_rng(0).random((99, 2, 6, 8), dtype=np.float32)
    right = badak.data.Dataset(images, net.predict(images), ["a", "b", "c"])
    assert net.evaluate(right, batch_size=100) == (pytest.approx(net.evaluate(right)[0]), 1.0, 99)
    assert net.evaluate(right, batch_size=98).accuracy == 1.0


@given(st.integers(1, 40))
def test_batch_size_changes_no_prediction(batch_size):
    net = Network([Conv2d(4, 3), BatchNorm2d(), Flatten(), Linear(3)], (2, 6, 8))
    images = np.random.default_rng(0).random((37, 2, 6, 8), dtype=np.float32)
    np.testing.assert_allclose(
        net.predict_proba(images, batch_size=batch_size), net.predict_proba(images), atol=1e-6
    )


def test_an_empty_batch_is_legal_and_an_empty_evaluation_is_not(net):
    empty = np.empty((0, 2, 6, 8), np.float32)
    assert net(empty).shape == (0, 3)
    assert net.predict(empty).shape == (0,)
    assert net.predict_proba(empty).shape == (0, 3)
    with pytest.raises(BadakError, match="data set is empty"):
        net.evaluate(badak.data.Dataset(empty, np.empty(0, np.int64), ["a", "b", "c"]))


def test_evaluate_needs_images_and_labels(net):
    with pytest.raises(BadakError, match=r"data.*got ndarray"):
        net.evaluate(np.ones((1, 2, 6, 8)))


def test_evaluate_leaves_out_what_the_loss_ignores(net):
    net.loss = CrossEntropyLoss(ignore_index=1)
    images = np.random.default_rng(0).random((4, 2, 6, 8), dtype=np.float32)
    data = badak.data.Dataset(images, [0, 1, 2, 1], ["a", "b", "c"])
    alone = badak.data.Dataset(images[[0, 2]], [0, 2], ["a", "b", "c"])
    assert net.evaluate(data, batch_size=1) == net.evaluate(alone, batch_size=1)
    assert net.evaluate(data).images == 2


def test_batches_of_large_images_have_fewer(monkeypatch):
    net = Network([Flatten(), Linear(2)], (1, 4, 5), seed=0)
    images = np.random.default_rng(0).random((7, 1, 4, 5), np.float32)
    whole = net.predict_proba(images)
    for largest, sizes in ((20 * 3 + 19, [3, 3, 1]), (1, [1] * 7), (10**6, [5, 2])):
        monkeypatch.setattr("badak.network.evaluate.LARGEST_BATCH", largest)
        assert [len(batch) for batch in batches(net, images, 5)] == sizes
        np.testing.assert_allclose(net.predict_proba(images), whole, atol=1e-6)
