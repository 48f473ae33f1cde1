"""The head's regression against scikit-learn's, and the choice of its weight decay."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from badak.training import logistic


def samples(count, classes, seed=0):
    numbers = np.random.default_rng(seed)
    labels = np.arange(count) % classes
    centres = numbers.standard_normal((classes, 6))
    rows = centres[labels] + numbers.standard_normal((count, 6))
    return (rows * np.array([1, 10, 0.1, 1, 1, 0]) + 3).astype(np.float32), labels


@pytest.mark.parametrize("classes", [2, 3])
@pytest.mark.parametrize("decay", [0.03, 3.0])
def test_equals_scikit_learn_on_the_same_scale(classes, decay):
    rows, labels = samples(60, classes)
    fit = logistic.fit(rows, labels, classes, decay)
    scale = logistic.Scale.of(rows)
    x = scale.applied(rows)
    assert np.mean(x**2) == pytest.approx(1)
    # scikit-learn's two classes share one row of weights: as much as two rows of half of it.
    strength = len(rows) * decay / 6 / (2 if classes == 2 else 1)
    theirs = LogisticRegression(C=1 / strength, tol=1e-8, max_iter=2000).fit(x, labels)
    logits = rows @ fit.weight.T + fit.bias
    shown = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(shown, theirs.predict_proba(x), atol=2e-3)
    losses = [loss for loss, _ in fit.steps]
    assert losses == sorted(losses, reverse=True)
    assert fit.steps[-1][1] == np.mean(logits.argmax(axis=1) == labels)


def test_the_decay_fits_the_noise():
    rows, labels = samples(40, 2)
    noise = np.random.default_rng(1).permutation(labels)
    assert logistic.chosen_decay(rows, noise, 2) > logistic.chosen_decay(
        rows + 5 * labels[:, None], labels, 2
    )


def test_folds_spread_every_class():
    labels = np.array([0] * 23 + [1] * 9 + [2] * 2)
    fold = logistic.folds(labels, seed=3)
    for label in range(3):
        counts = np.bincount(fold[labels == label], minlength=5)
        assert counts.max() - counts.min() <= 1
    assert (fold != logistic.folds(labels, seed=4)).any()


def test_probabilities_out_of_fold_are_those_of_the_others():
    rows, labels = samples(45, 3)
    fold = logistic.folds(labels)
    found = logistic.out_of_fold(rows, labels, fold, 3)
    decay = logistic.chosen_decay(rows, labels, 3)
    for number in range(5):
        out = fold == number
        fit = logistic.fit(rows[~out], labels[~out], 3, decay)
        logits = rows[out] @ fit.weight.T + fit.bias
        powers = np.exp(logits - logits.max(axis=1, keepdims=True))
        expected = powers / powers.sum(axis=1, keepdims=True)
        np.testing.assert_allclose(found[out], expected, atol=2e-3)


def test_copies_do_not_weaken_the_decay():
    """Half of the copies of an image would be learnt while the others are left out."""
    rows, labels = samples(40, 2)
    noise = np.random.default_rng(1).permutation(labels)
    twice = np.concatenate([rows, rows]), np.concatenate([noise, noise])
    assert logistic.chosen_decay(*twice, 2) == logistic.chosen_decay(rows, noise, 2)
