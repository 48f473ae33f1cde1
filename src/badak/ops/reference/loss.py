"""Cross-entropy of N rows of K logits with target rows and row weights."""

import numpy as np

from badak.arrays import Array
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
