"""Cross-entropy from logits: document, check, turn labels into target rows, hand on."""

import numpy as np
from numpy.typing import ArrayLike

from badak import checks
from badak.arrays import Array, as_array, as_floats, as_labels, check_shape
from badak.errors import ArgumentTypeError, BadakError
from badak.ops import edition


def cross_entropy(
    logits: Array,
    labels: ArrayLike,
    label_smoothing: float = 0.0,
    sample_weight: ArrayLike | None = None,
    ignore_index: int | None = None,
) -> tuple[float, Array]:
    """Mean cross-entropy of softmax(logits) and the labels (the book's chapter 4.2).

    Args:
        logits: (N, K), float32 or float64.
        labels: (N,) class indices in [0, K), or (N, K) rows that sum to 1, such as one-hot.
        label_smoothing: share of each target that is spread evenly over all K classes.
        sample_weight: (N,), not negative; the mean is weighted by it.
        ignore_index: class indices equal to this count neither in the sum nor in the mean.

    Returns:
        The mean loss in nats; 0.0 if nothing counts (no rows, all ignored, all weights 0).
        And the log-probabilities (N, K), which backward needs.

    Raises:
        ArgumentTypeError: logits that are not floats, labels that are not integers.
        BadakError: labels out of range or of another length, rows that do not sum to 1.

    Source: Szegedy et al. 2016, section 7, for label smoothing.

    Example:
        >>> loss, _ = cross_entropy(np.zeros((2, 4)), [0, 3])
        >>> round(loss, 4)  # log 4
        1.3863
    """
    logits = as_floats(logits, "logits", 2)
    targets, weight = _targets(logits, labels, label_smoothing, sample_weight, ignore_index)
    result: tuple[float, Array] = edition.of(logits.dtype).cross_entropy(logits, targets, weight)
    return result


def cross_entropy_backward(
    log_probabilities: Array,
    labels: ArrayLike,
    label_smoothing: float = 0.0,
    sample_weight: ArrayLike | None = None,
    ignore_index: int | None = None,
) -> Array:
    """Gradient of `cross_entropy` for the logits: probabilities minus targets, over N.

    log_probabilities (N, K) are those that cross_entropy returned; options and errors are its own.

    Example:
        >>> cross_entropy_backward(np.log([[0.25, 0.75]]), [0])
        array([[-0.75,  0.75]])
    """
    saved = as_floats(log_probabilities, "log_probabilities", 2)
    targets, weight = _targets(saved, labels, label_smoothing, sample_weight, ignore_index)
    grad: Array = edition.of(saved.dtype).cross_entropy_backward(saved, targets, weight)
    return grad


def _targets(
    logits: Array,
    labels: ArrayLike,
    label_smoothing: float,
    sample_weight: ArrayLike | None,
    ignore_index: int | None,
) -> tuple[Array, Array]:
    """Target rows (N, K), and each row's weight in the mean (N,)."""
    n, k = logits.shape
    if not k:
        raise BadakError(f"logits must have at least one class; got {logits.shape}")
    smoothing = checks.real(label_smoothing, "label_smoothing", minimum=0, maximum=1)
    weight = _sample_weight(sample_weight, n)
    values = as_array(labels, "labels")
    if values.ndim == 2 and values.shape == (n, k):
        with np.errstate(over="ignore", invalid="ignore"):  # such rows are refused below
            rows = values.astype(logits.dtype)
            odd = ~(np.abs(rows.sum(axis=1) - 1) <= 1e-4) | (rows < 0).any(axis=1)
        if odd.any():
            row = int(odd.argmax())
            raise BadakError(f"each row of labels must sum to 1; row {row} is {values[row]}")
        if ignore_index is not None:
            raise BadakError("ignore_index needs labels as class indices; got rows")
    else:
        if ignore_index is not None:
            ignore_index = checks.integer(ignore_index, "ignore_index", minimum=-(2**31))
            if values.dtype.kind not in "iu":
                raise ArgumentTypeError(f"labels must be integers; got {values.dtype}")
            ignored = values == ignore_index
            check_shape(ignored, "labels", (n,))
            values, weight = np.where(ignored, 0, values), np.where(ignored, 0, weight)
        indices = as_labels(values, n, k)
        rows = np.zeros((n, k), logits.dtype)
        rows[np.arange(n), indices] = 1
    targets = (1 - smoothing) * rows + smoothing / k
    total = weight.sum()
    return targets, (weight / total if total else weight).astype(logits.dtype)


def _sample_weight(sample_weight: ArrayLike | None, n: int) -> Array:
    if sample_weight is None:
        return np.ones(n)
    with np.errstate(over="ignore"):
        weight = as_array(sample_weight, "sample_weight").astype(np.float64)
        check_shape(weight, "sample_weight", (n,))
        if not np.isfinite(weight.sum()) or (weight < 0).any():
            raise BadakError("sample_weight must be finite and not negative, and so must its sum")
    return weight
