"""The functions of chapters 3 and 4: activations, their derivatives, and losses.

Shapes: N rows, K classes. A single row (K,) is also accepted, as in the book.
"""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from badak import ops
from badak.arrays import Array, Labels, as_labels
from badak.book.floats import floats
from badak.errors import BadakError

# Added to a probability before the logarithm, as in the book, so no loss is above 16.2.
TINY = 1e-7


def identity_function(x: Any) -> Any:
    """Return x: the output of a network that predicts numbers (chapter 3.4.2).

    Example:
        >>> identity_function(3.5)
        3.5
    """
    return x


def step_function(x: ArrayLike) -> Any:
    """Return 1 where x is above 0, else 0, as integers of x's shape (chapter 3.2.3).

    Example:
        >>> step_function(np.array([-1.0, 0.0, 2.0]))
        array([0, 0, 1])
    """
    return (np.asarray(x) > 0).astype(int)


def sigmoid(x: ArrayLike) -> Any:
    """Return 1 / (1 + exp(-x)) in x's shape; no overflow (chapter 3.2.4).

    Example:
        >>> sigmoid(np.array([-1000.0, 0.0]))
        array([0. , 0.5])
    """
    return ops.sigmoid(*floats(x))[()]


def sigmoid_grad(x: ArrayLike) -> Any:
    """Return the derivative of the sigmoid at x, y * (1 - y) with y = sigmoid(x) (chapter 4.5.1).

    Example:
        >>> sigmoid_grad(np.array([0.0, 1000.0]))
        array([0.25, 0.  ])
    """
    y = sigmoid(x)
    return (1.0 - y) * y


def relu(x: ArrayLike) -> Any:
    """Return max(x, 0) in x's shape and dtype (chapter 3.2.7).

    Example:
        >>> relu(np.array([-1.5, 2.0]))
        array([0., 2.])
    """
    return np.maximum(0, x)


def relu_grad(x: ArrayLike) -> Any:
    """Return the derivative of ReLU at x: 1 from 0 upwards, else 0 (chapter 3's code).

    At 0 the book's layer `Relu` passes no gradient; the book's function returns 1.

    Example:
        >>> relu_grad(np.array([-1.5, 0.0, 2.0]))
        array([0., 1., 1.])
    """
    return np.where(np.asarray(x) >= 0, 1.0, 0.0)


def softmax(x: ArrayLike) -> Any:
    """Return exp(x) / sum(exp(x)) along the last axis, without overflow (chapter 3.5).

    Scores (N, K) or (K,) become probabilities of the same shape.

    Example:
        >>> softmax(np.array([1010, 1000, 990])).round(4)
        array([1., 0., 0.])
    """
    (scores,) = floats(x)
    return ops.softmax(scores, axis=-1)


def mean_squared_error(y: ArrayLike, t: ArrayLike) -> Any:
    """Return half the sum of the squared differences of y and t (chapter 4.2.1).

    The Japanese edition's code calls it `sum_squared_error`. It is the sum over all values.

    Example:
        >>> round(float(mean_squared_error(np.array([0.1, 0.6]), np.array([0, 1]))), 4)
        0.085
    """
    return 0.5 * np.sum((np.asarray(y) - np.asarray(t)) ** 2)


sum_squared_error = mean_squared_error


def cross_entropy_error(y: ArrayLike, t: ArrayLike) -> Any:
    """Return the mean of -log(y + 1e-7) at the right classes (chapters 4.2.2 to 4.2.4).

    Args:
        y: probabilities (N, K), or (K,) for one sample.
        t: class indices (N,) or one-hot rows in y's shape.

    Raises:
        BadakError: t does not fit y, or a label is outside 0..K-1.

    Example:
        >>> y = np.array([[0.1, 0.9], [0.5, 0.5]])
        >>> round(float(cross_entropy_error(y, np.array([1, 0]))), 4)  # -(log .9 + log .5) / 2
        0.3993
    """
    (rows,) = floats(y)
    rows = np.atleast_2d(rows)
    chances = rows[np.arange(len(rows)), class_indices(rows, t)]
    return -np.sum(np.log(chances + TINY)) / len(rows)


def softmax_loss(X: ArrayLike, t: ArrayLike) -> Any:
    """Return the cross-entropy of softmax(X) and labels t: scores (N, K) -> a number (chapter 4).

    Example:
        >>> round(float(softmax_loss(np.zeros((3, 4)), [0, 1, 2])), 4)  # log 4
        1.3863
    """
    return cross_entropy_error(softmax(X), t)


def class_indices(y: Array, t: ArrayLike) -> Labels:
    """Return the class indices (N,) in t: indices, also as a column, or one-hot rows like y (N, K).

    Example:
        >>> class_indices(np.zeros((2, 3)), [[0, 0, 1], [1, 0, 0]])
        array([2, 0])
    """
    labels = np.asarray(t)
    if labels.size == y.size:
        classes: Labels = labels.reshape(y.shape).argmax(axis=1)
        return classes
    if labels.size != len(y):
        raise BadakError(
            f"t must hold {len(y)} class indices or one-hot rows {y.shape}; got {labels.shape}"
        )
    return as_labels(labels.reshape(-1), len(y), y.shape[1], "t")
