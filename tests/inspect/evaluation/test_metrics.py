"""metrics and top_k_accuracy against scikit-learn and the bootstrap as it is defined."""

import numpy as np
import pytest
from hypothesis import given
from sklearn import metrics as theirs

from badak import BadakError, inspect
from badak.inspect import Predictions, metrics, top_k_accuracy
from prediction_cases import predicted


@given(predicted())
def test_metrics_are_scikit_learns(found):
    ours, every = metrics(found), list(range(len(found.class_names)))
    answers = (found.labels, found.predicted)
    expected = theirs.precision_recall_fscore_support(*answers, labels=every, zero_division=0)
    own = (ours.precision, ours.recall, ours.f1, ours.support)
    for mine, other in zip(own, expected, strict=True):
        np.testing.assert_allclose(mine, other, atol=1e-12)
    for average in ("macro", "weighted"):
        f1 = theirs.f1_score(*answers, average=average, zero_division=0)
        assert getattr(ours, f"{average}_f1") == pytest.approx(f1, abs=1e-12)
    for name in ("precision", "recall"):
        score = getattr(theirs, f"{name}_score")(*answers, average="macro", zero_division=0)
        assert getattr(ours, f"macro_{name}") == pytest.approx(score, abs=1e-12)
    assert ours.accuracy == pytest.approx(theirs.accuracy_score(*answers))
    low, high = ours.interval
    assert low <= ours.accuracy <= high
    assert 0 <= ours.f1_interval[0] <= ours.f1_interval[1] <= 1


@given(predicted())
def test_top_k_accuracy_is_counted(found):
    for k in range(1, len(found.class_names) + 1):
        right = 0
        for label, row in zip(found.labels, found.probabilities, strict=True):
            ahead = (row > row[label]).sum() + (row[:label] == row[label]).sum()
            right += int(ahead < k)
        assert top_k_accuracy(found, k=k) == pytest.approx(right / len(found))
    assert top_k_accuracy(found, k=1) == pytest.approx(found.accuracy)


def test_top_k_accuracy_is_scikit_learns_without_ties():
    generator = np.random.default_rng(3)
    rows = generator.dirichlet(np.ones(6), 200)
    labels = generator.integers(0, 6, 200)
    found = Predictions(labels, rows, list("abcdef"))
    for k in (1, 2, 5):
        expected = theirs.top_k_accuracy_score(labels, rows, k=k, labels=range(6))
        assert top_k_accuracy(found, k=k) == pytest.approx(expected)


def test_the_bootstraps_interval_is_that_of_images_drawn_again():
    generator = np.random.default_rng(5)
    labels = generator.integers(0, 3, 150)
    answers = np.where(generator.random(150) < 0.7, labels, generator.integers(0, 3, 150))
    found = Predictions(labels, np.eye(3)[answers] * 0.9 + 0.1 / 3, ["a", "b", "c"])
    scores = []
    for _ in range(1000):
        some = generator.integers(0, 150, 150)
        scores.append(theirs.f1_score(labels[some], answers[some], average="macro"))
    expected = np.quantile(scores, (0.025, 0.975))
    np.testing.assert_allclose(metrics(found).f1_interval, expected, atol=0.015)


def test_without_a_mistake_all_is_one():
    """Also in draws that lose a rare class, and with a class that has no images."""
    labels = [0] * 13 + [1]
    found = metrics(Predictions(labels, np.eye(3)[labels], ["a", "b", "c"]))
    assert (found.macro_f1, found.f1_interval) == (1, (1, 1))
    assert found.occurs.tolist() == [True, True, False]


@pytest.mark.parametrize("k", [0, 3, 1.5])
def test_no_such_k(k):
    found = Predictions([0, 1], [[0.9, 0.1], [0.4, 0.6]], ["cat", "dog"])
    with pytest.raises((BadakError, TypeError), match=rf"\bk must.*{k}"):
        inspect.top_k_accuracy(found, k=k)
