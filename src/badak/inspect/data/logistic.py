"""Logistic regression on features, and its predictions for what it has not seen.

Letters: N images, F features, K classes.
"""

import numpy as np
from numpy.typing import NDArray

from badak.arrays import Indices, Labels

Matrix = NDArray[np.float64]
# Weight decays to choose from, the strongest first: each starts from the weights of the last.
DECAYS = (1.0, 0.3, 0.1, 0.03, 0.01, 0.003, 0.001)
STEPS = 100  # of gradient descent, for each decay


def standardised(features: Matrix) -> Matrix:
    """Return features (N, F) of mean 0 and equal spread, with rows of mean square length 1.

    More features than images are rotated into as many as there are images, which loses nothing.
    Features without spread become 0.

    Example:
        >>> standardised(np.array([[1.0, 5.0], [3.0, 5.0], [5.0, 5.0]])).round(3)
        array([[-1.225,  0.   ],
               [ 0.   ,  0.   ],
               [ 1.225,  0.   ]])
    """
    centred = features - features.mean(axis=0)
    spread = centred.std(axis=0)
    largest = np.abs(features).max(axis=0)
    varied = spread > 1e-9 * (1 + largest)
    centred /= np.where(varied, spread, np.inf) * max(1.0, float(np.count_nonzero(varied))) ** 0.5
    if centred.shape[1] <= len(centred):
        return np.asarray(centred)
    values, vectors = np.linalg.eigh(centred @ centred.T)  # (N, N)
    rotated: Matrix = vectors * np.sqrt(np.maximum(values, 0))
    return rotated


def fit(
    features: Matrix,
    labels: Labels,
    classes: int,
    decay: float,
    start: Matrix | None = None,
    steps: int = STEPS,
) -> Matrix:
    """Return the weights (F + 1, K) that minimise mean cross-entropy + decay / 2 * |weights|^2.

    The last row is the bias, which does not decay. The method is Nesterov's accelerated gradient
    with the step 1 / L, L the largest curvature there can be (Nesterov 1983).
    """
    x = np.column_stack([features, np.ones(len(features))])
    targets = np.eye(classes)[labels]
    curvature = 0.5 * _largest_eigenvalue(x) + decay
    penalty = np.full((x.shape[1], 1), decay)
    penalty[-1] = 0
    weights = np.zeros((x.shape[1], classes)) if start is None else start
    ahead, momentum = weights, 1.0
    for _ in range(steps):
        gradient = x.T @ (softmax(x @ ahead) - targets) / len(x) + penalty * ahead
        before, weights = weights, ahead - gradient / curvature
        grown = (1 + np.sqrt(1 + 4 * momentum**2)) / 2
        ahead = weights + (momentum - 1) / grown * (weights - before)
        momentum = grown
    return weights


def out_of_fold(features: Matrix, labels: Labels, folds: Indices, classes: int) -> Matrix:
    """Return the probabilities (N, K) of each image's classes, learnt from the other folds.

    Of several weight decays, that of the smallest out-of-fold cross-entropy is used.
    """
    features = standardised(features)
    chances = np.empty((len(DECAYS), len(labels), classes))
    for fold in range(folds.max() + 1):
        held = folds == fold
        weights = None
        for place, decay in enumerate(DECAYS):
            weights = fit(features[~held], labels[~held], classes, decay, weights)
            logits = features[held] @ weights[:-1] + weights[-1]
            chances[place, held] = softmax(logits)
    own = chances[:, np.arange(len(labels)), labels]  # (D, N)
    best = int(np.log(np.maximum(own, 1e-12)).mean(axis=1).argmax())
    return np.asarray(chances[best])


def softmax(logits: Matrix) -> Matrix:
    """Turn each row of logits into probabilities."""
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    chances: Matrix = powers / powers.sum(axis=1, keepdims=True)
    return chances


def _largest_eigenvalue(x: Matrix) -> float:
    """The largest eigenvalue of x^T x / N, by a few steps of the power method, rounded up."""
    vector = np.full(x.shape[1], x.shape[1] ** -0.5)
    value = 0.0
    for _ in range(20):
        turned = x.T @ (x @ vector) / len(x)
        value = float(np.linalg.norm(turned))
        if not value:
            return 0.0
        vector = turned / value
    return 1.1 * value
