"""Predictions: the network's output, computed once; bad data and bad arrays are refused."""

import numpy as np
import pytest

from badak import BadakError, Network, data, inspect
from badak.errors import ArgumentTypeError
from badak.inspect import Predictions, predictions
from badak.layers import Dropout, Flatten, Linear
from badak.models import SimpleConvNet

PETS = ("cat", "dog", "cow")
JUDGES = (
    inspect.confusion_matrix,
    inspect.misclassified,
    inspect.per_class_accuracy,
    inspect.reliability,
    inspect.roc,
)


def pets(n=7, shape=(1, 4, 5), names=PETS):
    images = np.random.default_rng(1).random((n, *shape))
    return data.Dataset(images, np.arange(n) % len(names), names, "pets")


def net(dtype=np.float64, k=3):
    return Network([Flatten(), Dropout(), Linear(k, weight_init=2.0)], (1, 4, 5), dtype=dtype)


def test_they_are_the_networks():
    many = pets(300)  # more than a batch
    for dtype in (np.float32, np.float64):
        one, found = net(dtype), predictions(net(dtype), many)
        np.testing.assert_allclose(
            found.probabilities, one.predict_proba(many.images), rtol=1e-5, atol=1e-7
        )
        np.testing.assert_array_equal(found.predicted, one.predict(many.images))
        assert found.probabilities.dtype == np.float64
        assert found.accuracy == pytest.approx(one.evaluate(many).accuracy)
    np.testing.assert_array_equal(found.labels, many.labels)
    assert found.class_names == PETS


def test_sure_guesses_stay_apart():
    """In float32 both would be 1, so both classes would seem equally probable."""
    one = Network([Flatten(), Linear(2)], (1, 1, 1))
    one.parameters()["linear1.weight"][...] = np.array([[0], [1]]).reshape(
        one.parameters()["linear1.weight"].shape
    )
    two = data.Dataset(np.array([25.0, 30.0]).reshape(2, 1, 1, 1), [0, 1], ["a", "b"])
    first, second = predictions(one, two).confidence
    assert first < second < 1


def test_what_is_derived_from_them():
    found = Predictions([0, 1, 1], [[0.9, 0.1], [0.5, 0.5], [0.25, 0.75]], ["cat", "dog"])
    np.testing.assert_array_equal(found.predicted, [0, 0, 1])  # the first of a tie
    np.testing.assert_array_equal(found.confidence, [0.9, 0.5, 0.75])
    np.testing.assert_array_equal(found.wrong, [False, True, False])
    assert (found.accuracy, len(found)) == (pytest.approx(2 / 3), 3)


@pytest.mark.parametrize("judge", JUDGES)
def test_a_network_or_its_predictions_give_the_same(judge):
    some, one = pets(12), net()
    found = predictions(one, some)
    for name, value in vars(judge(one, some)).items():
        other = getattr(judge(found, some), name)
        if name == "curves":
            continue
        np.testing.assert_array_equal(value, other)
    if judge is not inspect.misclassified:
        judge(found)


@pytest.mark.parametrize("judge", [*JUDGES, predictions])
def test_data_that_do_not_fit(judge):
    one = net()
    for given, message in (
        (pets(0), r"data must hold at least one image; got Dataset\('pets': 0 images"),
        (pets(shape=(1, 5, 4)), r"\(1, 4, 5\).*data.*\(1, 5, 4\)"),
        (pets(shape=(3, 4, 5)), r"data.*\(3, 4, 5\)"),
        (pets(names=PETS[:2]), "3 classes; data has 2: cat, dog"),
    ):
        with pytest.raises(BadakError, match=message):
            judge(one, given)
    with pytest.raises(
        ArgumentTypeError, match=r"data must be a badak\.data\.Dataset; got ndarray"
    ):
        judge(one, pets().images)
    with pytest.raises(ArgumentTypeError, match=r"\bnet\b.*got str"):
        judge("net", pets())


@pytest.mark.parametrize("judge", JUDGES)
def test_a_network_without_data(judge):
    with pytest.raises(BadakError, match="data must be given"):
        judge(net(), None)


@pytest.mark.parametrize("judge", JUDGES)
def test_predictions_of_other_data(judge):
    found = predictions(net(), pets(7))
    for other in (pets(8), pets(7)[::-1]):
        with pytest.raises(
            BadakError, match=rf"predictions \(7\) and of data \({len(other)}\) differ"
        ):
            judge(found, other)
    with pytest.raises(ArgumentTypeError, match=r"data must be a badak\.data\.Dataset"):
        judge(found, pets().images)


@pytest.mark.parametrize(
    ("labels", "rows", "names", "message"),
    [
        ([0], [0.5, 0.5], "ab", r"probabilities.*\(N, K\).*got \(2,"),
        ([0], [[1.0]], "a", r"K at least 2; got \(1, 1\)"),
        ([], np.ones((0, 2)), "ab", "at least one image"),
        ([0], [[0.5, 0.5]], "abc", "class_names must be 2.*got 3"),
        ([0, 0], [[0.5, 0.5], [2.0, -1.0]], "ab", r"row 1 is \[ 2\. -1\.\].*softmax"),
        ([0], [[0.5, 0.4]], "ab", "add up to 1 in each row; row 0"),
        ([0], [[np.nan, 0.5]], "ab", "add up to 1 in each row; row 0"),
        ([2], [[0.5, 0.5]], "ab", r"labels must lie in 0\.\.1; label 0 is 2"),
        ([0, 1], [[0.5, 0.5]], "ab", r"labels must have shape \(1,\)"),
        ([0.5], [[0.5, 0.5]], "ab", "labels must be integers"),
        ([0], [["a", "b"]], "ab", "probabilities must hold real numbers"),
    ],
)
def test_arrays_that_are_no_predictions(labels, rows, names, message):
    with pytest.raises(BadakError, match=message):
        Predictions(labels, rows, names)


def test_the_network_is_left_as_it_was():
    one, some = SimpleConvNet(), data.load("digits")[1][:20]
    before = {name: array.copy() for name, array in one.state().items()}
    predictions(one, some)
    for name, array in one.state().items():
        np.testing.assert_array_equal(array, before[name])
