"""Cross-entropy of N rows of K logits with target rows and row weights."""

import numpy as np

from badak.arrays import Array, Labels
from badak.ops.reference.softmax import log_softmax


def cross_entropy(logits: Array, targets: Array, weight: Array) -> tuple[float, Array]:
    """Minus the weighted sum of each target times its log-probability, and those (N, K)."""
    log_probabilities = log_softmax(logits, axis=1)
    counts = (targets > 0) & (weight[:, None] > 0)  # else 0, even at log-probability -inf or NaN
    terms = targets * np.where(counts, log_probabilities, 0)
    return 0.0 - float(weight @ terms.sum(axis=1)), log_probabilities


def cross_entropy_backward(log_probabilities: Array, targets: Array, weight: Array) -> Array:
    """Probabilities minus targets, weighted; target rows sum to 1."""
    counts = weight[:, None] > 0
    return weight[:, None] * np.where(counts, np.exp(log_probabilities) - targets, 0)


def cross_entropy_labels(
    logits: Array, labels: Labels, label_smoothing: float, weight: Array | None
) -> tuple[float, int, Array]:
    """For a training step: the loss, the number of rows predicted right, and the gradient.

    Rows whose label is not in [0, K) do not count; the others count alike if `weight` is None.
    """
    n, k = logits.shape
    counted = (labels >= 0) & (labels < k)
    rows = np.zeros((n, k), logits.dtype)
    rows[counted, labels[counted]] = 1
    targets = (1 - label_smoothing) * rows + label_smoothing / k
    shares = np.ones(n) / max(counted.sum(), 1) if weight is None else weight
    shares = np.where(counted, shares, 0).astype(logits.dtype)
    loss, log_probabilities = cross_entropy(logits, targets, shares)
    right = int((logits.argmax(axis=1) == labels).sum())
    return loss, right, cross_entropy_backward(log_probabilities, targets, shares)
