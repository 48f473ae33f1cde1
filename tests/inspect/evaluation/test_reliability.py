"""reliability against counting image by image, and a calibration known by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from badak import BadakError
from badak.errors import ArgumentTypeError
from badak.inspect import Predictions, draw, reliability
from prediction_cases import predicted


@given(predicted(), st.integers(1, 25))
def test_bins_are_counted(found, bins):
    of = reliability(found, bins=bins)
    np.testing.assert_allclose(of.edges, [b / bins for b in range(bins + 1)], atol=1e-15)
    error = 0.0
    for b in range(bins):
        inside = [
            (confidence, not wrong)
            for confidence, wrong in zip(found.confidence, found.wrong, strict=True)
            if of.edges[b] < confidence <= of.edges[b + 1]
        ]
        assert of.counts[b] == len(inside)
        if not inside:
            assert np.isnan(of.confidence[b])
            assert np.isnan(of.accuracy[b])
            continue
        confidence, accuracy = np.mean(inside, axis=0)
        np.testing.assert_allclose([of.confidence[b], of.accuracy[b]], [confidence, accuracy])
        error += len(inside) / len(found) * abs(confidence - accuracy)
    assert of.counts.sum() == len(found)
    assert of.error == pytest.approx(error, abs=1e-12)
    assert of.mean_confidence == pytest.approx(np.mean(found.confidence))
    assert of.mean_accuracy == found.accuracy


def test_always_sure_and_half_right():
    found = Predictions([0, 1] * 5, [[1.0, 0.0]] * 10, ["cat", "dog"])
    of = reliability(found)
    assert (of.error, of.counts[-1], of.accuracy[-1], of.confidence[-1]) == (0.5, 10, 0.5, 1)


def test_a_sum_rounded_above_one_stays_in_the_last_bin():
    of = reliability(Predictions([0], [[1.0001, 0.0]], ["cat", "dog"]))
    assert of.counts[-1] == 1


@pytest.mark.parametrize("bins", [0, -3, 1001])
def test_bins_out_of_range(bins):
    with pytest.raises(BadakError, match=r"bins.*got"):
        reliability(Predictions([0], [[0.2, 0.8]], ["cat", "dog"]), bins=bins)
    with pytest.raises(ArgumentTypeError, match=r"bins.*integer.*got"):
        reliability(Predictions([0], [[0.2, 0.8]], ["cat", "dog"]), bins=1.5)


def test_bars_drawn_are_the_data(tmp_path):
    rows = [[0.95, 0.05], [0.85, 0.15], [0.85, 0.15], [0.4, 0.6]]
    of = reliability(Predictions([0, 0, 1, 0], rows, ["cat", "dog"]))
    figure = draw.reliability(of)
    upper, lower = figure.axes
    bars = upper.containers[0].patches
    np.testing.assert_array_equal([bar.get_height() for bar in bars], of.accuracy)
    np.testing.assert_allclose([bar.get_x() for bar in bars], of.edges[:-1])
    assert [bar.get_height() for bar in lower.containers[0].patches] == list(of.counts)
    segments = [mark for mark in upper.collections[0].get_segments() if len(mark)]
    marks = [(mark[0, 0], mark[1, 0], mark[0, 1]) for mark in segments]
    np.testing.assert_allclose(marks, [(0.5, 0.6, 0.6), (0.8, 0.9, 0.85), (0.9, 1, 0.95)])
    draw.save(figure, tmp_path / "reliability.png")
