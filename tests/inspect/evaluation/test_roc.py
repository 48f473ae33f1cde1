"""roc against scikit-learn and counting pairs of images."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from sklearn import metrics

from badak import BadakError
from badak.inspect import Predictions, draw, roc
from prediction_cases import predicted


def between(curve, x):
    """The lowest and the highest point of a curve at x, from every segment."""
    heights = []
    points = list(zip(curve.false_positive_rate, curve.true_positive_rate, strict=True))
    for (x0, y0), (x1, y1) in pairwise(points):
        if x0 == x1 == x:
            heights += [y0, y1]
        elif x0 <= x <= x1 and x0 < x1:
            heights.append(y0 + (y1 - y0) * (x - x0) / (x1 - x0))
    return min(heights), max(heights)


@given(predicted(least_classes_seen=2))
def test_curves_are_scikit_learns(found):
    for k, curve in enumerate(roc(found).curves):
        positive, score = found.labels == k, found.probabilities[:, k]
        if not positive.any():
            assert curve is None
            continue
        false_rate, true_rate, thresholds = metrics.roc_curve(
            positive, score, drop_intermediate=False
        )
        theirs = dict(zip(thresholds, zip(false_rate, true_rate, strict=True), strict=True))
        for x, y, threshold in zip(
            curve.false_positive_rate, curve.true_positive_rate, curve.thresholds, strict=True
        ):
            np.testing.assert_allclose((x, y), theirs[threshold], atol=1e-14)
        for x, y in theirs.values():  # points left out lie on a straight line
            foot, top = between(curve, x)
            assert foot - 1e-12 <= y <= top + 1e-12


@given(predicted(least_classes_seen=2))
def test_the_area_counts_pairs(found):
    of = roc(found)
    present = np.unique(found.labels)
    for k in range(len(found.class_names)):
        if k not in present:
            assert np.isnan(of.auc[k])
            assert found.class_names[k] in of.absent
            continue
        score = found.probabilities[:, k]
        own, others = score[found.labels == k, None], score[None, found.labels != k]
        pairs = (own > others).mean() + (own == others).mean() / 2
        assert of.auc[k] == pytest.approx(pairs, abs=1e-12)
        theirs = metrics.roc_auc_score(found.labels == k, score)
        assert of.auc[k] == pytest.approx(theirs, abs=1e-12)
    assert len(of.absent) == len(found.class_names) - len(present)
    assert of.macro_auc == pytest.approx(np.mean(of.auc[present]), abs=1e-12)


def test_the_macro_average_is_scikit_learns():
    generator = np.random.default_rng(0)
    labels = np.arange(50) % 4
    rows = generator.random((50, 4))
    rows /= rows.sum(axis=1, keepdims=True)
    theirs = metrics.roc_auc_score(labels, rows, multi_class="ovr", average="macro")
    assert roc(Predictions(labels, rows, "abcd")).macro_auc == pytest.approx(theirs, abs=1e-12)


@given(predicted(least_classes_seen=2))
def test_the_average_curve_is_the_mean_of_the_curves(found):
    of = roc(found)
    x, y = of.macro_false_positive_rate, of.macro_true_positive_rate
    assert (x[0], y[0], x[-1], y[-1]) == (0, 0, 1, 1)
    assert (np.diff(x) >= 0).all()
    assert np.trapezoid(y, x) == pytest.approx(of.macro_auc, abs=1e-12)
    curves = [curve for curve in of.curves if curve is not None]
    for place, (foot, top) in zip(x[::2], y.reshape(-1, 2), strict=True):
        ends = [between(curve, place) for curve in curves]
        np.testing.assert_allclose((foot, top), np.mean(ends, axis=0), atol=1e-12)


def test_one_class_is_no_curve():
    found = Predictions([1, 1], [[0.5, 0.5], [0.2, 0.8]], ["cat", "dog"])
    with pytest.raises(BadakError, match=r"two classes.*all 2 are 'dog'"):
        roc(found)


THREE = Predictions(
    [0, 2, 2], [[0.5, 0.2, 0.3], [0.6, 0.1, 0.3], [0.1, 0.1, 0.8]], ["cat", "dog", "cow"]
)


def test_a_class_without_images_is_named(tmp_path):
    of = roc(THREE)
    assert of.absent == ("dog",)
    figure = draw.roc(of)
    labels = [text.get_text() for text in figure.legends[0].get_texts()]
    assert labels == [
        "cat: 0.5000",
        "dog: no images",
        "cow: 0.7500",
        "macro average: 0.6250",
        "chance: 0.5",
    ]
    whole = {line.get_label(): line for line in figure.axes[0].get_lines()}
    cat, cow = of.curves[0], of.curves[2]
    for curve, label in ((cat, "cat: 0.5000"), (cow, "cow: 0.7500")):
        np.testing.assert_array_equal(whole[label].get_xdata(), curve.false_positive_rate)
        np.testing.assert_array_equal(whole[label].get_ydata(), curve.true_positive_rate)
    assert len(whole["dog: no images"].get_xdata()) == 0
    draw.save(figure, tmp_path / "roc.png")


def test_many_classes_are_grey():
    k = 21
    rows = np.full((k, k), 0.5 / (k - 1)) + np.eye(k) * (0.5 - 0.5 / (k - 1))
    figure = draw.roc(roc(Predictions(np.arange(k), rows, [str(i) for i in range(k)])))
    labels = [text.get_text() for text in figure.legends[0].get_texts()]
    assert labels == ["macro average: 1.0000", "chance: 0.5"]
