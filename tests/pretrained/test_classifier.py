"""ConvNetClassifier(pretrained=...): scikit-learn's interface to a new head."""

import numpy as np
import pytest

from badak.errors import ArgumentTypeError, BadakError
from badak.sklearn import ConvNetClassifier


@pytest.fixture
def photos_and_names(train):
    return train.images[:], np.array(train.class_names)[train.labels]


def test_fits_a_head(tiny, photos_and_names):
    X, y = photos_and_names
    classifier = ConvNetClassifier(pretrained="tiny", random_state=0).fit(X, y)
    assert classifier.score(X, y) == 1
    assert list(classifier.net_.trainable()) == ["linear1.weight", "linear1.bias"]
    assert classifier.loss_curve_ == sorted(classifier.loss_curve_, reverse=True)
    np.testing.assert_allclose(classifier.predict_proba(X).sum(axis=1), 1, rtol=1e-5)
    with pytest.raises(BadakError, match="partial_fit needs pretrained=None"):
        classifier.partial_fit(X, y)
    with pytest.raises(BadakError, match="sample_weight must be equal for all samples"):
        classifier.fit(X, y, sample_weight=np.arange(12.0))


def test_what_cannot_be_used(tiny, photos_and_names):
    X, y = photos_and_names
    with pytest.raises(BadakError, match=r"images of \(3, 32, 32\).*got \(1, 32, 32\)"):
        ConvNetClassifier(pretrained="tiny").fit(X[:, :1], y)
    with pytest.raises(ArgumentTypeError, match=r"model must be None or the name.*got function"):
        ConvNetClassifier(lambda **_: None, pretrained="tiny").fit(X, y)
    with pytest.raises(BadakError, match="no pretrained weights are named 'tinny'"):
        ConvNetClassifier(pretrained="tinny").fit(X, y)
