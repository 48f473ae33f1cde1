"""Cross-entropy: the kernels write the loss into an array of one."""

import numpy as np

from badak import _core
from badak.arrays import Array, Labels


def cross_entropy(logits: Array, targets: Array, weight: Array) -> tuple[float, Array]:
    loss, log_probabilities = np.empty(1), np.empty_like(logits)
    _core.cross_entropy(logits, targets, weight, loss, log_probabilities)
    return float(loss[0]), log_probabilities


def cross_entropy_backward(log_probabilities: Array, targets: Array, weight: Array) -> Array:
    grad_logits = np.empty_like(log_probabilities)
    _core.cross_entropy_backward(log_probabilities, targets, weight, grad_logits)
    return grad_logits


def cross_entropy_labels(
    logits: Array, labels: Labels, label_smoothing: float, weight: Array | None
) -> tuple[float, int, Array]:
    loss, right, grad_logits = np.empty(1), np.empty(1, np.int64), np.empty_like(logits)
    _core.cross_entropy_labels(logits, labels, label_smoothing, weight, loss, right, grad_logits)
    return float(loss[0]), int(right[0]), grad_logits
