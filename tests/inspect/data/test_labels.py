"""suspected_labels: flipped labels come first."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from badak.errors import ArgumentTypeError, BadakError
from badak.inspect import suspected_labels


def clusters(seed, classes=3, each=25, features=20, apart=20):
    generator = np.random.default_rng(seed)
    labels = np.arange(classes).repeat(each)
    centres = apart * np.linalg.qr(generator.normal(size=(features, classes)))[0].T
    return centres[labels] + generator.normal(0, 1, (len(labels), features)), labels


@given(st.integers(0, 2**32), st.integers(2, 4), st.sampled_from([5, 20, 200]))
def test_flipped_labels_come_first(seed, classes, features):
    x, labels = clusters(seed, classes, features=features)
    generator = np.random.default_rng(seed)
    flipped = generator.choice(len(labels), 5, replace=False)
    wrong = labels.copy()
    wrong[flipped] = (labels[flipped] + generator.integers(1, classes, 5)) % classes
    found = suspected_labels(x, wrong, seed=seed)
    assert sorted(found.indices) == list(range(len(labels)))
    first = set(found.indices[:10].tolist())
    assert len(first & set(flipped.tolist())) >= 4
    assert (np.diff(found.margins) >= 0).all()
    np.testing.assert_array_equal(found.given, wrong[found.indices])
    assert (found.suggested != found.given).all()


def test_the_suggested_label_is_the_right_one_and_right_labels_are_left_alone():
    x, labels = clusters(0, classes=4, each=40)
    wrong = labels.copy()
    wrong[[3, 50, 100]] = [1, 2, 3]
    found = suspected_labels(x, wrong)
    assert set(found.indices[:3].tolist()) == {3, 50, 100}
    np.testing.assert_array_equal(found.suggested[:3], labels[found.indices[:3]])
    assert found.likely == 3
    assert found.accuracy == pytest.approx(1 - 3 / 160)
    assert suspected_labels(x, labels).likely == 0


def test_a_label_without_images_and_gaps_between_labels_are_legal():
    x, labels = clusters(1)
    one, other = suspected_labels(x, labels), suspected_labels(x, 2 * labels)
    np.testing.assert_array_equal(one.indices, other.indices)
    np.testing.assert_array_equal(2 * one.suggested, other.suggested)


def test_the_seed_decides_alone():
    x, labels = clusters(2)
    one, same, other = (suspected_labels(x, labels, seed=seed) for seed in (0, 0, 1))
    np.testing.assert_array_equal(one.margins, same.margins)
    assert not np.array_equal(one.margins, other.margins)


@pytest.mark.parametrize(
    ("features", "labels", "folds", "words"),
    [
        (np.zeros(4), [0, 1, 0, 1], 2, r"features must have the shape \(N, F\); got \(4,\)"),
        (np.zeros((4, 0)), [0, 1, 0, 1], 2, r"shape \(N, F\); got \(4, 0\)"),
        (np.full((4, 1), np.nan), [0, 1, 0, 1], 2, "features must be finite"),
        (np.zeros((4, 1)), [0, 0, 0, 0], 2, "labels must be of two classes or more; got 1"),
        (np.eye(4), [0, 0, 0, 7], 2, "at most 1, the number of images of class '7'; got 2"),
        (np.zeros((4, 1)), [0, 1, 0, 1], 1, "folds must be at least 2; got 1"),
        (np.zeros((4, 1)), [0, 1], 2, "labels"),
    ],
)
def test_wrong_arguments_are_refused(features, labels, folds, words):
    with pytest.raises(BadakError, match=words):
        suspected_labels(features, labels, folds)


def test_wrong_types_are_refused():
    with pytest.raises(ArgumentTypeError, match="features"):
        suspected_labels(["a", "b"], [0, 1], 2)
