"""softmax, cross_entropy_error and SoftmaxWithLoss (the book's chapters 3.5, 4.2 and 5.6.3)."""

from typing import Any

import numpy as np

from badak.arrays import Array
from badak.lessons.check.subjects.base import Subject, Trial

SCORES = np.array([[0.3, 2.9, 4.0], [1.0, -2.0, 0.5], [0.2, 0.1, 3.0]])
LABELS = np.array([1, 0, 2])
ONE_HOT = np.eye(3)[LABELS]
LARGE = np.array([[1000.0, 1001.0, 1000.5], [-1000.0, -1001.0, -999.0]])


def softmax(x: Array, axis: Any = -1) -> Array:
    """Return exp(x) / sum(exp(x)) along an axis, without overflow.

    Example:
        >>> softmax(np.array([1000.0, 1000.0]))
        array([0.5, 0.5])
    """
    powers = np.exp(x - x.max(axis=axis, keepdims=True))
    return np.asarray(powers / powers.sum(axis=axis, keepdims=True))


def _overflowing(x: Array) -> Array:
    with np.errstate(all="ignore"):
        return np.asarray(np.exp(x) / np.exp(x).sum(axis=-1, keepdims=True))


def _indices(t: Array) -> Array:
    return np.asarray(t.argmax(axis=1) if t.ndim == 2 else t)


def _chances(y: Array, t: Array) -> Array:
    return np.asarray(y[np.arange(len(y)), _indices(t)])


def _error(y: Array, t: Array) -> Any:
    return -np.log(_chances(y, t) + 1e-7).mean()


SOFTMAX = Subject(
    "softmax",
    ("softmax",),
    "function",
    (
        Trial({}, {"x": np.array([0.3, 2.9, 4.0])}),
        Trial({}, {"x": LARGE[0]}),
        Trial({}, {"x": SCORES[:2]}),
        Trial({}, {"x": SCORES}),
        Trial({}, {"x": LARGE}),
        Trial({}, {"x": np.array([[-1000.0, 0.0, 1000.0]])}),
    ),
    {"out": lambda t: softmax(t.x)},
    {
        "out": {
            "overflow": lambda t: _overflowing(t.x),
            "overflow of the minimum": lambda t: _overflowing(
                t.x - t.x.min(axis=-1, keepdims=True)
            ),
            "whole_batch": lambda t: softmax(t.x, None),
            "softmax_axis": lambda t: softmax(t.x, 0),
            "divided_by_max": lambda t: _overflowing(t.x / t.x.max(axis=-1, keepdims=True)),
            "not_normalised": lambda t: np.exp(t.x - t.x.max(axis=-1, keepdims=True)),
        }
    },
)

PROBABILITIES = softmax(SCORES)

CROSS_ENTROPY = Subject(
    "cross_entropy_error",
    ("crossentropyerror", "crossentropy", "crossentropyloss"),
    "function",
    (
        Trial({}, {"y": PROBABILITIES[0], "t": ONE_HOT[0]}),
        Trial({}, {"y": PROBABILITIES[:1], "t": ONE_HOT[:1]}),
        Trial({}, {"y": PROBABILITIES, "t": ONE_HOT}),
        Trial({}, {"y": PROBABILITIES, "t": LABELS}),
    ),
    {
        "out": lambda t: _error(
            np.atleast_2d(t.y), t.t if t.t.ndim == 2 or t.y.ndim == 2 else t.t[None]
        )
    },
    {
        "out": {
            "sum_instead_of_mean": lambda t: (
                _error(np.atleast_2d(t.y), np.atleast_2d(t.t) if t.y.ndim == 1 else t.t)
                * len(np.atleast_2d(t.y))
            ),
            "mean_over_classes": lambda t: (
                _error(np.atleast_2d(t.y), np.atleast_2d(t.t) if t.y.ndim == 1 else t.t) / 3
            ),
            "sign_of_loss": lambda t: (
                -_error(np.atleast_2d(t.y), np.atleast_2d(t.t) if t.y.ndim == 1 else t.t)
            ),
            "labels_as_one_hot": lambda t: (
                -(np.atleast_2d(t.t) * np.log(np.atleast_2d(t.y) + 1e-7)).sum()
                / len(np.atleast_2d(t.y))
            ),
            "one_hot_as_labels": lambda t: _labels_only(t),
        }
    },
    rtol=1e-5,
)


def _labels_only(t: Trial) -> Any:
    if t.t.ndim == t.y.ndim:
        raise IndexError
    return _error(t.y, t.t)


def _loss(t: Trial) -> Any:
    return _error(softmax(t.x), t.t)


def _dx(t: Trial) -> Array:
    return np.asarray((softmax(t.x) - np.eye(t.x.shape[1])[_indices(t.t)]) / len(t.x))


def _one_hot_only(t: Trial) -> Array:
    """Softmax minus t with class indices: NumPy broadcasts them along the rows."""
    return np.asarray((softmax(t.x) - t.t) / len(t.x))


def _failing(kind: int, result: Any) -> Any:
    """The right result, but a failure for one kind of labels."""

    def wrong(t: Trial) -> Any:
        if t.t.ndim == kind:
            raise ValueError
        return result(t)

    return wrong


SOFTMAX_WITH_LOSS = Subject(
    "SoftmaxWithLoss",
    ("softmaxwithloss", "softmaxcrossentropy", "softmaxloss", "softmaxcrossentropyloss"),
    "layer",
    (
        Trial({}, {"x": SCORES[:1], "t": ONE_HOT[:1]}, 1),
        Trial({}, {"x": SCORES[:2], "t": ONE_HOT[:2]}, 1),
        Trial({}, {"x": SCORES, "t": ONE_HOT}, 1),
        Trial({}, {"x": SCORES[:1], "t": LABELS[:1]}, 1),
        Trial({}, {"x": SCORES, "t": LABELS}, 1),
        Trial({}, {"x": LARGE, "t": ONE_HOT[:2]}, 1),
    ),
    {"loss": _loss, "dx": _dx, "dx_again": _dx},
    {
        "loss": {
            "sum_instead_of_mean": lambda t: _loss(t) * len(t.x),
            "mean_over_classes": lambda t: _loss(t) / t.x.shape[1],
            "sign_of_loss": lambda t: -_loss(t),
            "overflow": lambda t: _error(_overflowing(t.x), t.t),
            "whole_batch": lambda t: _error(softmax(t.x, None), t.t),
            "softmax_axis": lambda t: _error(softmax(t.x, 0), t.t),
            "labels_as_one_hot": _failing(1, _loss),
            "one_hot_as_labels": _failing(2, _loss),
        },
        "dx": {
            "not_divided_by_batch": lambda t: _dx(t) * len(t.x),
            "sign_of_gradient": lambda t: -_dx(t),
            "divided_by_all": lambda t: _dx(t) / t.x.shape[1],
            "labels_as_one_hot": _one_hot_only,
            "labels_as_one_hot ": _failing(1, _dx),
            "one_hot_as_labels": _failing(2, _dx),
            "probabilities_alone": lambda t: softmax(t.x) / len(t.x),
        },
        "dx_again": {
            "state_changed": lambda t: _twice(t),
            "state_changed ": lambda t: _dx(t) - np.eye(t.x.shape[1])[_indices(t.t)] / len(t.x),
        },
    },
    rtol=1e-5,
)


def _twice(t: Trial) -> Array:
    """What a backward returns that took 1 from its own self.y before."""
    chosen = np.eye(t.x.shape[1])[_indices(t.t)]
    once = softmax(t.x) - chosen
    return np.asarray((once / len(t.x) - chosen) / len(t.x))
