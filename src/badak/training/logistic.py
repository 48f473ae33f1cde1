"""Multinomial logistic regression on features: what a head of one linear layer learns.

Minimised are the mean loss over the images and half of `weight_decay` times the weights' squares,
over all images at once, by L-BFGS.
Letters: N images, F features, K classes.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from badak.arrays import Array, Indices, Labels, Mask
from badak.data.folds import spread
from badak.optim.lbfgs import minimum

Numbers = NDArray[np.float64]
# What is tried. Divided by F, for then it means the same whatever the number of features.
DECAYS = tuple(float(decay) for decay in 10.0 ** np.arange(4, -2.1, -0.5))
FOLDS = 5
# More images change the choice of the weight decay little, and cost time.
MAX_CHOOSING = 3000


class Fit(NamedTuple):
    """A linear layer, for features as they are.

    Attributes:
        weight: (K, F).
        bias: (K,).
        steps: what was minimised and the share of right answers after each step.
    """

    weight: Numbers
    bias: Numbers
    steps: list[tuple[float, float]]


class Scale(NamedTuple):
    """What is subtracted from each feature, and what it is then divided by: two arrays (F,).

    A feature is divided by the root of its deviation, so that its own deviation becomes that root.
    By cross-validation this is as good as or better than equal deviations, which make much of
    features that hardly vary, and than features as they are.
    """

    mean: Numbers
    divisor: Numbers

    @classmethod
    def of(cls, features: Array) -> "Scale":
        """That of features (N, F): their mean square is then 1; a constant one is divided by 1."""
        std = features.std(axis=0, dtype=np.float64)
        root = np.sqrt(np.where(std > 1e-12, std, 1.0))
        common = np.sqrt(np.mean((std / root) ** 2)) or 1.0
        return cls(features.mean(axis=0, dtype=np.float64), root * common)

    def applied(self, features: Array) -> Numbers:
        """Features of mean 0, of about the same size."""
        return (features - self.mean) / self.divisor


def fit(features: Array, labels: Labels, num_classes: int, weight_decay: float) -> Fit:
    """Return the layer that minimises the loss.

    Args:
        features: (N, F).
        labels: (N,).
        num_classes: K.
        weight_decay: of the weights for scaled features, times F.
    """
    scale = Scale.of(features)
    start = np.zeros((num_classes, features.shape[1] + 1))
    weights, steps = _solved(scale.applied(features), labels, weight_decay, start, 1e-5)
    weight = weights[:, :-1] / scale.divisor
    return Fit(weight, weights[:, -1] - weight @ scale.mean, steps)


def chosen_decay(features: Array, labels: Labels, num_classes: int, seed: int = 0) -> float:
    """Return the weight decay of `DECAYS` with the lowest loss on images left out in turn.

    The largest are tried first, for each begins where the one before ended, and the small ones,
    which take long, are left out once the loss rises.
    """
    # Of copies, one alone: another among those left out would be known by heart.
    _, different = np.unique(features, axis=0, return_index=True)
    some = np.random.default_rng(seed).permutation(np.sort(different))[:MAX_CHOOSING]
    parts = list(_parts(features[some], labels[some], num_classes, seed))
    losses: list[float] = []
    for decay in DECAYS:
        losses.append(sum(part.loss(decay) for part in parts))
        if len(losses) >= 3 and losses[-3] <= min(losses[-2:]):
            break
    return DECAYS[int(np.argmin(losses))]


def out_of_fold(features: Array, labels: Labels, fold: Indices, num_classes: int) -> Numbers:
    """Return the probabilities (N, K) of each image's classes, learnt from the other folds.

    Args:
        features: (N, F).
        labels: (N,).
        fold: (N,) the fold of each image, from 0.
        num_classes: K.
    """
    decay = chosen_decay(features, labels, num_classes)
    chances = np.empty((len(labels), num_classes))
    for number in range(int(fold.max()) + 1):
        out = fold == number
        chances[out] = _Part(features, labels, out, num_classes).chances(decay)
    return chances


class _Part:
    """Images to learn from, and some left out."""

    def __init__(self, features: Array, labels: Labels, out: Mask, num_classes: int) -> None:
        scale = Scale.of(features[~out])
        self._x, self._held = scale.applied(features[~out]), scale.applied(features[out])
        self._labels, self._wanted = labels[~out], labels[out]
        self._weights = np.zeros((num_classes, features.shape[1] + 1))

    def chances(self, decay: float) -> Numbers:
        """The probabilities of the classes of those left out: (M, K)."""
        return np.exp(self._logs(decay))

    def loss(self, decay: float) -> float:
        """The sum of the losses of those left out."""
        rows = self._logs(decay)
        return -float(rows[np.arange(len(rows)), self._wanted].sum())

    def _logs(self, decay: float) -> Numbers:
        self._weights, _ = _solved(self._x, self._labels, decay, self._weights, 1e-4)
        return _log_softmax(self._held @ self._weights[:, :-1].T + self._weights[:, -1])


def _parts(features: Array, labels: Labels, num_classes: int, seed: int) -> Iterator[_Part]:
    fold = folds(labels, seed)
    for number in range(int(fold.max()) + 1):
        yield _Part(features, labels, fold == number, num_classes)


def folds(labels: Labels, seed: int = 0, count: int = FOLDS) -> Indices:
    """Return a fold for each image, (N,): each class is spread over all of them evenly.

    Example:
        >>> np.bincount(folds(np.array([0] * 10 + [1] * 5)))
        array([3, 3, 3, 3, 3])
    """
    places = np.random.default_rng(seed).permutation(len(labels))
    return spread(labels, count, np.argsort(places))


def _solved(
    x: Numbers, labels: Labels, weight_decay: float, start: Numbers, tolerance: float
) -> tuple[Numbers, list[tuple[float, float]]]:
    """Weights and bias side by side, (K, F + 1), and the steps that led there."""
    wanted = np.zeros((len(x), len(start)))
    wanted[np.arange(len(x)), labels] = 1
    decay = weight_decay / x.shape[1]
    right, steps = [0.0], list[tuple[float, float]]()

    def loss(weights: Numbers) -> tuple[float, Numbers]:
        rows = _log_softmax(x @ weights[:, :-1].T + weights[:, -1])
        wrong = (np.exp(rows) - wanted) / len(x)  # (N, K)
        gradient = np.concatenate([wrong.T @ x, wrong.sum(axis=0)[:, None]], axis=1)
        gradient[:, :-1] += decay * weights[:, :-1]
        right[0] = float(np.mean(rows.argmax(axis=1) == labels))
        penalty = 0.5 * decay * float((weights[:, :-1] ** 2).sum())
        return penalty - float((rows * wanted).sum()) / len(x), gradient

    end = minimum(loss, start, tolerance, lambda value: steps.append((value, right[0])))
    return end, steps


def _log_softmax(logits: Numbers) -> Numbers:
    shifted = logits - logits.max(axis=1, keepdims=True)
    return np.asarray(shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True)))
