"""confusion_matrix and per_class_accuracy against scikit-learn, SciPy and plain counting."""

import warnings

import numpy as np
import pytest
from hypothesis import given
from scipy.stats import binomtest
from sklearn import metrics

from badak.inspect import Predictions, confusion_matrix, draw, per_class_accuracy
from badak.inspect.evaluation.class_accuracy import wilson
from prediction_cases import predicted


@given(predicted())
def test_counts_and_rates_are_scikit_learns(found):
    matrix = confusion_matrix(found)
    every = list(range(len(found.class_names)))
    expected = metrics.confusion_matrix(found.labels, found.predicted, labels=every)
    np.testing.assert_array_equal(matrix.counts, expected)
    for row, (counts, rates) in enumerate(zip(matrix.counts, matrix.rates, strict=True)):
        if (found.labels == row).any():
            np.testing.assert_allclose(rates, counts / counts.sum(), rtol=1e-15)
        else:
            assert np.isnan(rates).all()
    assert matrix.accuracy == pytest.approx(found.accuracy)
    assert matrix.class_names == found.class_names


@given(predicted())
def test_accuracy_of_each_class_is_counted(found):
    each = per_class_accuracy(found)
    for k in range(len(found.class_names)):
        images = found.predicted[found.labels == k].tolist()
        assert (each.counts[k], each.right[k]) == (len(images), images.count(k))
        if images:
            assert each.accuracy[k] == images.count(k) / len(images)
            assert each.low[k] <= each.accuracy[k] <= each.high[k]
        else:
            assert np.isnan(each.accuracy[k])
            assert (each.low[k], each.high[k]) == (0, 1)
    assert each.overall == pytest.approx(found.accuracy)


def test_wilsons_interval_is_scipys():
    counts = np.repeat([1, 2, 7, 1000, 1000, 1000], 2)
    right = np.array([0, 1, 0, 2, 3, 7, 0, 1, 500, 990, 999, 1000])
    low, high = wilson(right, counts)
    for place, (k, n) in enumerate(zip(right, counts, strict=True)):
        expected = binomtest(k, n).proportion_ci(0.95, method="wilson")
        np.testing.assert_allclose([low[place], high[place]], expected, atol=1e-12)
    counts = np.arange(300)
    for right in (np.zeros(300, int), counts):
        low, high = wilson(right, counts)
        share = right / np.maximum(counts, 1)
        assert (low[1:] <= share[1:]).all()
        assert (share <= high).all()


def unsure(k, n=60, absent=(), push=1.0):
    generator = np.random.default_rng(0)
    labels = np.setdiff1d(np.arange(k), absent)[np.arange(n) % (k - len(absent))]
    rows = generator.random((n, k)) + push * np.eye(k)[labels]
    return Predictions(labels, rows / rows.sum(axis=1, keepdims=True), [f"c{i}" for i in range(k)])


def test_ten_classes_have_numbers_and_thirty_have_none():
    matrix = confusion_matrix(unsure(10))
    axes, _ = draw.confusion_matrix(matrix).axes
    numbers = {text.get_position()[::-1]: int(text.get_text()) for text in axes.texts}
    expected = {place: count for place, count in np.ndenumerate(matrix.counts) if count}
    assert numbers == expected
    assert [tick.get_text() for tick in axes.get_yticklabels()] == list(matrix.class_names)
    np.testing.assert_array_equal(axes.images[0].get_array(), matrix.rates)
    assert axes.images[0].get_clim() == (0, 1)
    axes, _ = draw.confusion_matrix(confusion_matrix(unsure(30))).axes
    assert not axes.texts
    assert len(axes.get_yticklabels()) == 30
    axes, _ = draw.confusion_matrix(confusion_matrix(unsure(99))).axes  # each by its row
    names = {
        tick: label.get_text()
        for tick, label in zip(axes.get_yticks(), axes.get_yticklabels(), strict=True)
    }
    assert names == {2 * k: f"c{2 * k}" for k in range(50)}


def test_a_dark_cell_has_white_numbers():
    axes, _ = draw.confusion_matrix(confusion_matrix(unsure(3, push=0.3))).axes
    colours = {text.get_position(): text.get_color() for text in axes.texts}
    share = confusion_matrix(unsure(3, push=0.3)).rates
    for (column, row), colour in colours.items():
        assert colour == ("white" if share[row, column] > 0.55**2 else "black")
    assert set(colours.values()) == {"white", "black"}


def test_a_class_without_images_is_hatched(tmp_path):
    axes, _ = draw.confusion_matrix(confusion_matrix(unsure(4, absent=[2]))).axes
    (patch,) = axes.patches
    assert (patch.get_y(), patch.get_width(), patch.get_height()) == (1.5, 4, 1)
    assert patch.get_hatch()


def test_points_and_intervals_drawn_are_the_data(tmp_path):
    each = per_class_accuracy(unsure(5, absent=[1]))
    figure = draw.per_class_accuracy(each)
    (axes,) = figure.axes
    points = axes.get_lines()[0]
    kept = [0, 2, 3, 4]
    np.testing.assert_array_equal(points.get_xdata(), each.accuracy[kept])
    np.testing.assert_array_equal(points.get_ydata(), kept)
    spans = [(start[0], end[0]) for start, end in axes.collections[0].get_segments()]
    np.testing.assert_array_equal(spans, np.stack([each.low, each.high], 1)[kept])
    assert axes.texts[1].get_text() == "no images"
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        draw.save(figure, tmp_path / "accuracy.png")


def test_of_many_classes_the_least_accurate():
    found = unsure(60, 600)
    (axes,) = draw.per_class_accuracy(per_class_accuracy(found)).axes
    shown = axes.get_lines()[0].get_xdata()
    assert len(shown) == 50
    assert shown.max() <= np.sort(per_class_accuracy(found).accuracy)[49]
    assert "the 50 least accurate of 60" in axes.get_title()
