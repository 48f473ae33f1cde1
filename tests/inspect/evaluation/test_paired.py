"""compare against counting by hand, and its test against scipy's binomial test."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from badak import BadakError, data, inspect, models
from badak.inspect import Predictions, compare
from badak.inspect.evaluation.paired import sign_test
from prediction_cases import predicted

COUNTS = st.integers(0, 40) | st.integers(0, 30_000)


@given(COUNTS, COUNTS)
def test_the_sign_test_is_scipys_binomial_test(first, second):
    expected = binomtest(first, first + second).pvalue if first + second else 1.0
    assert sign_test(first, second) == pytest.approx(expected, rel=1e-8, abs=1e-300)


@given(predicted(), st.randoms(use_true_random=False))
def test_each_image_is_counted_once_and_where_it_belongs(found, random):
    order = list(range(len(found)))
    random.shuffle(order)
    other = Predictions(found.labels, found.probabilities[order], found.class_names)
    both = compare(found, other)
    rights = [
        (int(one) == label, int(two) == label)
        for label, one, two in zip(found.labels, found.predicted, other.predicted, strict=True)
    ]
    assert both.only_first.tolist() == [n for n, pair in enumerate(rights) if pair == (True, False)]
    assert both.only_second.tolist() == [
        n for n, pair in enumerate(rights) if pair == (False, True)
    ]
    assert both.both_right == rights.count((True, True))
    assert both.both_wrong == rights.count((False, False))
    again = compare(other, found)
    assert again.p_value == both.p_value
    assert again.only_first.tolist() == both.only_second.tolist()


def test_two_networks_are_compared_by_their_predictions():
    _, test = data.load("digits")
    nets = [models.SimpleConvNet(seed=seed) for seed in (0, 1)]
    both = compare(*nets, test[:50])
    expected = compare(*(inspect.predictions(net, test[:50]) for net in nets))
    assert both.only_first.tolist() == expected.only_first.tolist()
    assert both.p_value == expected.p_value


@pytest.mark.parametrize(
    ("labels", "names"), [([0, 0, 1], "ab"), ([0, 1], "ab"), ([0, 1, 1], "ba")]
)
def test_predictions_of_other_images_are_refused(labels, names):
    rows = [[0.9, 0.1], [0.4, 0.6], [0.8, 0.2]]
    first = Predictions([0, 1, 1], rows, "ab")
    with pytest.raises(BadakError, match=rf"first \(3 images\).*second \({len(labels)} images\)"):
        compare(first, Predictions(labels, rows[: len(labels)], names))


def test_a_network_needs_data():
    with pytest.raises(BadakError, match="data must be given"):
        compare(models.SimpleConvNet(), models.SimpleConvNet())


def test_fewer_heads_than_a_float_can_tell_are_0():
    assert sign_test(0, 20_000) == 0.0
    np.testing.assert_allclose(sign_test(0, 1000), 2.0**-999, rtol=1e-9)
