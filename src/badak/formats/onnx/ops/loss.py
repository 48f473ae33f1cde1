"""NegativeLogLikelihoodLoss and SoftmaxCrossEntropyLoss, for one label an image or one per place.

N images, C classes; any axes may follow.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from badak import checks, ops
from badak.arrays import Array, as_floats, check_shape
from badak.errors import ArgumentTypeError, BadakError
from badak.formats.onnx.node import Node

REDUCTIONS = ("none", "sum", "mean")


def softmax_cross_entropy(
    node: Node, scores: Array, labels: NDArray[Any], weights: Array | None = None
) -> tuple[Array, Array]:
    """The loss of scores (N, C, ...) that softmax makes probabilities, and their logarithms."""
    log_probabilities = ops.log_softmax(scores, axis=1)
    return negative_log_likelihood(node, log_probabilities, labels, weights), log_probabilities


def negative_log_likelihood(
    node: Node, log_probabilities: Array, labels: NDArray[Any], weights: Array | None = None
) -> Array:
    """Minus the log-probability of each label: one per place, their sum, or their weighted mean.

    Args:
        node: says how to reduce, and which label to ignore.
        log_probabilities: (N, C, ...).
        labels: (N, ...) class indices.
        weights: (C,), the weight of each class; 1 if left out.

    Returns:
        (N, ...), or one number; 0 as the mean if nothing counts.
    """
    reduction = checks.choice(node.get("reduction", "mean"), "reduction", REDUCTIONS)
    log_probabilities = as_floats(log_probabilities, "input")
    if log_probabilities.ndim < 2:
        raise BadakError(f"input must have axes N and C; got {log_probabilities.shape}")
    n, c, *rest = log_probabilities.shape
    if labels.dtype.kind not in "iu":
        raise ArgumentTypeError(f"target must be integers; got {labels.dtype}")
    check_shape(labels, "target", (n, *rest))
    counts = labels != node.get("ignore_index", None)  # all of them if None is given
    known = np.where(counts, labels, 0)
    if known.size and not (known.min() >= 0 and known.max() < c):
        raise BadakError(f"target must lie in 0..{c - 1}; got {known.min()} to {known.max()}")
    by_class = np.ones(c, log_probabilities.dtype) if weights is None else weights
    check_shape(by_class, "weight", (c,))
    by_place = by_class[known] * counts  # (N, ...)
    picked = np.take_along_axis(log_probabilities, known[:, None], axis=1)[:, 0]  # (N, ...)
    loss: Array = -picked * by_place
    if reduction == "none":
        return loss
    total, weight = loss.sum(), by_place.sum()
    return np.asarray(total if reduction == "sum" or not weight else total / weight)
